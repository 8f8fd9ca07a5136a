#include <ATen/ops/empty.h>

#include <limits>
#include <stdexcept>

#include "mnist/onnx/operators.hpp"

// Tensors put together, and parts of them taken.
namespace mnist::onnx::selection {
namespace {

constexpr std::int64_t kEnd = std::numeric_limits<std::int64_t>::max();

std::int64_t axis_of(const Call& call) { return call.dimension("dim", call.rank("self")); }

/// Without those that are empty, which LibTorch takes in any shape.
void concatenate(Call& call) {
  const Lanes& tensors = call.value("tensors");
  std::vector<std::string> parts;
  for (std::size_t i = 0; i < tensors[0].toListRef().size(); ++i) {
    const Lanes part = {tensors[0].toListRef()[i], tensors[1].toListRef().at(i)};
    if (part[0].toTensor().numel() > 0) parts.push_back(call.operand(part, call.result_type()));
  }
  if (parts.empty()) throw std::runtime_error("its result is empty");
  if (parts.size() == 1) return call.returns(parts.front());
  const std::int64_t axis = call.dimension("dim", call.result().dim());
  call.returns("Concat", parts, {{"axis", axis}});
}

void stack(Call& call) {
  const std::int64_t axis = call.dimension("dim", call.result().dim());
  const std::string axes = call.graph().integers(Ints{axis});
  std::vector<std::string> parts;
  for (const std::string& part : call.operands("tensors")) {
    parts.push_back(call.add("Unsqueeze", {part, axes}));
  }
  call.returns("Concat", parts, {{"axis", axis}});
}

void slice(Call& call) {
  const auto bound = [&](const char* argument, std::int64_t otherwise) {
    const Sizes given = call.has(argument) ? call.sizes(argument) : Sizes{{otherwise, otherwise}};
    return call.graph().integers(given);
  };
  call.returns("Slice",
               {call.operand("self"), bound("start", 0), bound("end", kEnd),
                call.graph().integers(Ints{axis_of(call)}), bound("step", 1)},
               {});
}

void narrow(Call& call) {
  const Size start = call.sizes("start").front(), length = call.sizes("length").front();
  if (start[0] < 0) throw std::runtime_error("it counts from the end");
  const Size end = {start[0] + length[0], start[1] + length[1]};
  call.returns("Slice",
               {call.operand("self"), call.graph().integers(Sizes{start}),
                call.graph().integers(Sizes{end}), call.graph().integers(Ints{axis_of(call)})},
               {});
}

void select(Call& call) {
  const std::string index = call.graph().integer(call.sizes("index").front());
  call.returns("Gather", {call.operand("self"), index}, {{"axis", axis_of(call)}});
}

/// Chunks and splits of any kind: how long each part is, the results say.
void split(Call& call) {
  const std::int64_t axis = axis_of(call);
  Sizes lengths;
  for (std::size_t i = 0; i < call.results(); ++i) {
    lengths.push_back(call.result_shape(i).at(static_cast<std::size_t>(axis)));
  }
  const std::vector<std::string> parts =
      call.graph().add("Split", {call.operand("self"), call.graph().integers(lengths)},
                       {{"axis", axis}}, call.results());
  for (std::size_t i = 0; i < parts.size(); ++i) call.returns(parts[i], i);
}

void unbind(Call& call) {
  const std::string self = call.operand("self");
  for (std::size_t i = 0; i < call.results(); ++i) {
    const auto index = static_cast<std::int64_t>(i);
    const Attributes attributes = {{"axis", axis_of(call)}};
    call.returns(call.add("Gather", {self, call.graph().integer({index, index})}, attributes), i);
  }
}

void index_select(Call& call) {
  call.returns("Gather", {call.operand("self"), call.operand("index", at::kLong)},
               {{"axis", axis_of(call)}});
}

void gather(Call& call) {
  call.returns("GatherElements", {call.operand("self"), call.operand("index", at::kLong)},
               {{"axis", axis_of(call)}});
}

void embedding(Call& call) {
  call.returns("Gather", {call.operand("weight"), call.operand("indices", at::kLong)},
               {{"axis", std::int64_t{0}}});
}

/// x[:, index]: one list of numbers, for one dimension.
void index(Call& call) {
  const Lanes& indices = call.value("indices");
  const auto one = indices[0].toListRef(), other = indices[1].toListRef();
  std::int64_t axis = -1;
  for (std::size_t i = 0; i < one.size(); ++i) {
    if (one[i].isNone() || !one[i].toTensor().defined()) continue;
    if (axis >= 0) throw std::runtime_error("it has lists of indices for several dimensions");
    axis = static_cast<std::int64_t>(i);
  }
  if (axis < 0) return call.returns(call.operand("self"));
  const Lanes chosen = {one[static_cast<std::size_t>(axis)], other[static_cast<std::size_t>(axis)]};
  if (chosen[0].toTensor().scalar_type() == at::kBool) {
    throw std::runtime_error("it chooses by truth values");
  }
  call.returns("Gather", {call.operand("self"), call.operand(chosen, at::kLong)}, {{"axis", axis}});
}

void flip(Call& call) {
  const Ints axes = call.dimensions("dims", call.rank("self"));
  const Ints last(axes.size(), -1), before_first(axes.size(), -kEnd);
  Builder& graph = call.graph();
  call.returns("Slice",
               {call.operand("self"), graph.integers(last), graph.integers(before_first),
                graph.integers(axes), graph.integers(last)},
               {});
}

/// Each dimension's last numbers come before its first ones.
void roll(Call& call) {
  const Ints shifts = call.integers("shifts"), axes = call.integers("dims");
  if (shifts.size() != axes.size()) throw std::runtime_error("it rolls all dimensions as one");
  std::string self = call.operand("self");
  Builder& graph = call.graph();
  const Sizes shape = call.shape("self");
  for (std::size_t i = 0; i < axes.size(); ++i) {
    const std::int64_t axis = axes[i] < 0 ? axes[i] + call.rank("self") : axes[i];
    if (shape.empty()) throw std::runtime_error("it is of a single number");
    const Size size = shape.at(static_cast<std::size_t>(axis));
    if (!is_fixed(size)) throw std::runtime_error("it rolls the batch");
    if (size[0] == 0) throw std::runtime_error("its result is empty");
    const std::int64_t cut = size[0] - ((shifts[i] % size[0]) + size[0]) % size[0];
    const auto part = [&](std::int64_t from, std::int64_t to) {
      return call.add("Slice", {self, graph.integers(Ints{from}), graph.integers(Ints{to}),
                                graph.integers(Ints{axis})});
    };
    if (cut == size[0]) continue;
    self = call.add("Concat", {part(cut, kEnd), part(0, cut)}, {{"axis", axis}});
  }
  call.returns(self);
}

constexpr Operator kOperators[] = {
    {"aten::cat", concatenate},
    {"aten::concat", concatenate},
    {"aten::concatenate", concatenate},
    {"aten::stack", stack},
    {"aten::slice", slice},
    {"aten::narrow", narrow},
    {"aten::select", select},
    {"aten::chunk", split},
    {"aten::unsafe_chunk", split},
    {"aten::split", split},
    {"aten::split_with_sizes", split},
    {"aten::tensor_split", split},
    {"aten::unsafe_split", split},
    {"aten::unbind", unbind},
    {"aten::index", index},
    {"aten::index_select", index_select},
    {"aten::gather", gather},
    {"aten::embedding", embedding},
    {"aten::flip", flip},
    {"aten::roll", roll},
};

}  // namespace
}  // namespace mnist::onnx::selection

std::span<const mnist::onnx::Operator> mnist::onnx::selections() { return selection::kOperators; }
