#include <ATen/ops/_upsample_nearest_exact1d.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/tensor.h>
#include <ATen/ops/upsample_nearest1d.h>

#include <cmath>
#include <limits>
#include <stdexcept>

#include "mnist/onnx/operators.hpp"

// Borders around images, and images made larger.
namespace mnist::onnx::resizing {
namespace {

/// LibTorch begins with the last dimension, ONNX has all beginnings, then all ends.
Ints onnx_pads(const Ints& pads, std::int64_t rank) {
  const auto count = static_cast<std::size_t>(rank);
  Ints all(2 * count, 0);
  if (pads.size() > 2 * count) throw std::runtime_error("it pads more dimensions than there are");
  for (std::size_t i = 0; 2 * i + 1 < pads.size(); ++i) {
    all[count - 1 - i] = pads[2 * i];
    all[2 * count - 1 - i] = pads[2 * i + 1];
  }
  return all;
}

void pad_with(Call& call, const char* argument, const std::string& mode, const char* value) {
  const Ints pads = onnx_pads(call.integers(argument), call.rank("self"));
  std::vector<std::string> inputs = {call.operand("self"), call.graph().integers(pads)};
  if (value && call.has(value)) inputs.push_back(call.operand(value, call.result_type()));
  call.returns("Pad", inputs, {{"mode", mode}});
}

void constant_pad(Call& call) { pad_with(call, "pad", "constant", "value"); }
void reflection_pad(Call& call) { pad_with(call, "padding", "reflect", nullptr); }
void replication_pad(Call& call) { pad_with(call, "padding", "edge", nullptr); }

void pad(Call& call) {
  const std::string mode = call.text("mode");
  if (mode == "constant") return constant_pad(call);
  if (mode == "reflect") return pad_with(call, "pad", mode, nullptr);
  if (mode == "replicate") return pad_with(call, "pad", "edge", nullptr);
  throw std::runtime_error("opset 17 has no circular padding");
}

/// How many times larger the result is, such that ONNX's floor(size * scale) is its size.
float scale_of(std::int64_t from, std::int64_t to) {
  float scale = static_cast<float>(to) / static_cast<float>(from);
  if (static_cast<double>(from) * scale < static_cast<double>(to)) {
    scale = std::nextafter(scale, std::numeric_limits<float>::max());
  }
  return scale;
}

/// Whether the sizes follow from the factors, so that LibTorch samples by the sizes' ratio too.
void check_factors(const Call& call, const Sizes& from, const Sizes& to) {
  if (!call.has("scale_factors")) return;
  const c10::IValue factors = call.value("scale_factors")[0];
  const auto list = factors.toDoubleVector();
  for (std::size_t i = 0; i < list.size(); ++i) {
    const double ratio =
        static_cast<double>(to.at(i + 2)[0]) / static_cast<double>(from.at(i + 2)[0]);
    if (std::abs(list[i] - ratio) > 1e-6 * ratio) {
      throw std::runtime_error("its factor is not the ratio of the sizes, which ONNX takes");
    }
  }
}

void resize(Call& call, const Attributes& attributes) {
  const char* images = call.has("input") ? "input" : "self";  // overloads disagree
  const Sizes from = call.shape(images), to = call.result_shape();
  check_factors(call, from, to);
  std::vector<float> scales = {1, 1};
  for (std::size_t i = 2; i < to.size(); ++i) {
    if (!is_fixed(to[i]) || !is_fixed(from[i])) throw std::runtime_error("it is of the batch size");
    scales.push_back(scale_of(from[i][0], to[i][0]));
  }
  const std::string factors = call.graph().constant(at::tensor(scales, at::kFloat));
  call.returns("Resize", {call.operand(images), "", factors}, attributes);
}

bool is_whole_multiple(const Sizes& from, const Sizes& to) {
  for (std::size_t i = 2; i < to.size(); ++i) {
    if (to[i][0] % from[i][0] != 0) return false;
  }
  return true;
}

/// By other factors a rounding decides which pixel is the nearest: LibTorch's own choice is taken.
template <bool exact>
void choose_pixels(Call& call, const char* images) {
  const Sizes from = call.shape(images), to = call.result_shape();
  check_factors(call, from, to);
  std::string value = call.operand(images);
  for (std::size_t i = 2; i < to.size(); ++i) {
    const at::Tensor places = at::arange(from[i][0], at::kFloat).view({1, 1, -1});
    const at::Tensor chosen = exact ? at::_upsample_nearest_exact1d(places, to[i][0])
                                    : at::upsample_nearest1d(places, to[i][0]);
    value = call.add("Gather", {value, call.graph().constant(chosen.view(-1).to(at::kLong))},
                     {{"axis", static_cast<std::int64_t>(i)}});
  }
  call.returns(value);
}

void nearest(Call& call) {
  const char* images = call.has("input") ? "input" : "self";
  if (!is_whole_multiple(call.shape(images), call.result_shape())) {
    return choose_pixels<false>(call, images);
  }
  resize(call, {{"coordinate_transformation_mode", std::string("asymmetric")},
                {"mode", std::string("nearest")},
                {"nearest_mode", std::string("floor")}});
}

void nearest_exact(Call& call) {
  const char* images = call.has("input") ? "input" : "self";
  if (!is_whole_multiple(call.shape(images), call.result_shape())) {
    return choose_pixels<true>(call, images);
  }
  resize(call, {{"coordinate_transformation_mode", std::string("half_pixel")},
                {"mode", std::string("nearest")},
                {"nearest_mode", std::string("round_prefer_ceil")}});
}

std::string coordinates(const Call& call) {
  return call.flag("align_corners") ? "align_corners" : "half_pixel";
}

void linear(Call& call) {
  resize(call,
         {{"coordinate_transformation_mode", coordinates(call)}, {"mode", std::string("linear")}});
}

void cubic(Call& call) {
  resize(call, {{"coordinate_transformation_mode", coordinates(call)},
                {"cubic_coeff_a", -0.75F},
                {"mode", std::string("cubic")}});
}

constexpr Operator kOperators[] = {
    {"aten::pad", pad},
    {"aten::constant_pad_nd", constant_pad},
    {"aten::reflection_pad1d", reflection_pad},
    {"aten::reflection_pad2d", reflection_pad},
    {"aten::reflection_pad3d", reflection_pad},
    {"aten::replication_pad1d", replication_pad},
    {"aten::replication_pad2d", replication_pad},
    {"aten::replication_pad3d", replication_pad},
    {"aten::upsample_nearest1d", nearest},
    {"aten::upsample_nearest2d", nearest},
    {"aten::upsample_nearest3d", nearest},
    {"aten::_upsample_nearest_exact1d", nearest_exact},
    {"aten::_upsample_nearest_exact2d", nearest_exact},
    {"aten::_upsample_nearest_exact3d", nearest_exact},
    {"aten::upsample_linear1d", linear},
    {"aten::upsample_bilinear2d", linear},
    {"aten::upsample_trilinear3d", linear},
    {"aten::upsample_bicubic2d", cubic},
};

}  // namespace
}  // namespace mnist::onnx::resizing

std::span<const mnist::onnx::Operator> mnist::onnx::resizings() { return resizing::kOperators; }
