#include <algorithm>
#include <numeric>
#include <stdexcept>

#include "mnist/onnx/operators.hpp"

// Other shapes and orders of the same numbers.
namespace mnist::onnx::shaping {
namespace {

/// Whatever the operator, its result's shape is known.
void reshape(Call& call) {
  if (call.result().numel() == 0) throw std::runtime_error("its result is empty");
  call.returns(call.graph().reshape(call.operand("self"), call.result_shape()));
}

Ints identity_order(const Call& call, const char* argument) {
  Ints order(static_cast<std::size_t>(call.rank(argument)));
  std::iota(order.begin(), order.end(), 0);
  return order;
}

void permute(Call& call) {
  Ints order = call.integers("dims");
  for (std::int64_t& dimension : order) {
    if (dimension < 0) dimension += call.rank("self");
  }
  call.returns("Transpose", {call.operand("self")}, {{"perm", order}});
}

void exchange(Call& call, std::int64_t one, std::int64_t other) {
  Ints order = identity_order(call, "self");
  std::swap(order.at(static_cast<std::size_t>(one)), order.at(static_cast<std::size_t>(other)));
  call.returns("Transpose", {call.operand("self")}, {{"perm", order}});
}

template <Name one, Name other>
void exchange_dimensions(Call& call) {
  const std::int64_t rank = call.rank("self");
  exchange(call, call.dimension(one.text, rank), call.dimension(other.text, rank));
}

void transpose_matrix(Call& call) {
  if (call.rank("self") != 2) throw std::runtime_error("it is of no matrix");
  exchange(call, 0, 1);
}

void transpose_last(Call& call) { exchange(call, call.rank("self") - 2, call.rank("self") - 1); }

void move_dimensions(Call& call) {
  const std::int64_t rank = call.rank("self");
  const auto wrapped = [&](Ints list) {
    for (std::int64_t& dimension : list) dimension += dimension < 0 ? rank : 0;
    return list;
  };
  const Ints from = wrapped(call.integers("source")), to = wrapped(call.integers("destination"));
  Ints order(static_cast<std::size_t>(rank), -1);
  for (std::size_t i = 0; i < from.size(); ++i) order.at(static_cast<std::size_t>(to[i])) = from[i];
  Ints rest = identity_order(call, "self");
  std::erase_if(rest, [&](std::int64_t d) { return std::ranges::find(from, d) != from.end(); });
  auto next = rest.begin();
  for (std::int64_t& dimension : order) dimension = dimension < 0 ? *next++ : dimension;
  call.returns("Transpose", {call.operand("self")}, {{"perm", order}});
}

void expand(Call& call) {
  call.returns("Expand", {call.operand("self"), call.graph().integers(call.result_shape())}, {});
}

void repeat(Call& call) {
  const char* argument = call.has("repeats") ? "repeats" : "dims";
  Sizes times = call.sizes(argument), shape = call.shape("self");
  std::string self = call.operand("self");
  if (shape.size() < times.size()) {
    shape.insert(shape.begin(), times.size() - shape.size(), Size{1, 1});
    self = call.graph().reshape(self, shape);
  }
  times.insert(times.begin(), shape.size() - times.size(), Size{1, 1});
  call.returns("Tile", {self, call.graph().integers(times)}, {});
}

void check_images(const Call& call) {
  if (call.rank("self") != 4) throw std::runtime_error("its input is no batch of images");
}

/// [N, C r r, H, W] to [N, C, H r, W r].
void pixel_shuffle(Call& call) {
  check_images(call);
  call.returns("DepthToSpace", {call.operand("self")},
               {{"blocksize", call.integer("upscale_factor")}, {"mode", std::string("CRD")}});
}

/// [N, C, H r, W r] to [N, C r r, H, W]. ONNX's own puts the channels last among these.
void pixel_unshuffle(Call& call) {
  check_images(call);
  const std::int64_t r = call.integer("downscale_factor");
  const Sizes shape = call.shape("self");
  const auto part = [&](std::size_t i) { return Size{shape.at(i)[0] / r, shape.at(i)[1] / r}; };
  const std::string blocks = call.graph().reshape(
      call.operand("self"), {shape.at(0), shape.at(1), part(2), {r, r}, part(3), {r, r}});
  const std::string ordered = call.add("Transpose", {blocks}, {{"perm", Ints{0, 1, 3, 5, 2, 4}}});
  call.returns(call.graph().reshape(ordered, call.result_shape()));
}

void channel_shuffle(Call& call) {
  const std::int64_t groups = call.integer("groups");
  Sizes shape = call.shape("self");
  const std::int64_t each = shape.at(1)[0] / groups;
  shape[1] = {each, each};
  shape.insert(shape.begin() + 1, Size{groups, groups});
  Ints order(shape.size());
  std::iota(order.begin(), order.end(), 0);
  std::swap(order[1], order[2]);
  const std::string grouped = call.graph().reshape(call.operand("self"), shape);
  const std::string shuffled = call.add("Transpose", {grouped}, {{"perm", order}});
  call.returns(call.graph().reshape(shuffled, call.result_shape()));
}

constexpr Operator kOperators[] = {
    {"aten::flatten", reshape},
    {"aten::reshape", reshape},
    {"aten::reshape_as", reshape},
    {"aten::_unsafe_view", reshape},
    {"aten::squeeze", reshape},
    {"aten::unflatten", reshape},
    {"aten::unsqueeze", reshape},
    {"aten::view", reshape},
    {"aten::view_as", reshape},
    {"aten::permute", permute},
    {"aten::transpose", exchange_dimensions<"dim0", "dim1">},
    {"aten::swapaxes", exchange_dimensions<"axis0", "axis1">},
    {"aten::swapdims", exchange_dimensions<"dim0", "dim1">},
    {"aten::t", transpose_matrix},
    {"aten::numpy_T", transpose_matrix},
    {"aten::mT", transpose_last},
    {"aten::movedim", move_dimensions},
    {"aten::moveaxis", move_dimensions},
    {"aten::expand", expand},
    {"aten::expand_as", expand},
    {"aten::broadcast_to", expand},
    {"aten::repeat", repeat},
    {"aten::tile", repeat},
    {"aten::pixel_shuffle", pixel_shuffle},
    {"aten::pixel_unshuffle", pixel_unshuffle},
    {"aten::channel_shuffle", channel_shuffle},
};

}  // namespace
}  // namespace mnist::onnx::shaping

std::span<const mnist::onnx::Operator> mnist::onnx::shapes() { return shaping::kOperators; }
