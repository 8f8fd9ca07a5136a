#include <ATen/ATen.h>

#include <cmath>
#include <stdexcept>

#include "mnist/onnx/steps.hpp"

namespace mnist::onnx::steps_images {
namespace {

using Tensors = std::vector<at::Tensor>;

std::size_t spatial(const at::Tensor& images) { return static_cast<std::size_t>(images.dim() - 2); }

/// Pads as LibTorch's operator takes them, last dimension first, of ONNX's for these dimensions.
Ints libtorch_pads(const Ints& pads) {
  Ints result;
  const std::size_t count = pads.size() / 2;
  for (std::size_t i = count; i-- > 0;) {
    result.push_back(pads[i]);
    result.push_back(pads[count + i]);
  }
  return result;
}

at::Tensor padded(const at::Tensor& images, const Step& step, double value) {
  const Ints pads = step.integers("pads", Ints(2 * spatial(images), 0));
  return at::constant_pad_nd(images, libtorch_pads(pads), value);
}

Tensors convolve(const Step& step) {
  const at::Tensor weight = step.input(1);
  const Ints ones(spatial(weight), 1), zeros(spatial(weight), 0);
  return {at::convolution(padded(step.input(0), step, 0), weight, step.input(2),
                          step.integers("strides", ones), zeros, step.integers("dilations", ones),
                          false, zeros, step.integer("group", 1))};
}

Tensors convolve_transposed(const Step& step) {
  const at::Tensor weight = step.input(1);
  const Ints ones(spatial(weight), 1), zeros(spatial(weight), 0);
  Ints pads = step.integers("pads", Ints(2 * zeros.size(), 0));
  pads.resize(zeros.size());
  return {at::convolution(step.input(0), weight, step.input(2), step.integers("strides", ones),
                          pads, step.integers("dilations", ones), true,
                          step.integers("output_padding", zeros), step.integer("group", 1))};
}

/// As many windows as there are spatial dimensions, made by views: [N, C, windows…, elements].
at::Tensor windows_of(at::Tensor images, const Step& step) {
  const std::size_t count = spatial(images);
  const Ints kernel = step.integers("kernel_shape", {}), ones(count, 1);
  const Ints strides = step.integers("strides", ones), dilations = step.integers("dilations", ones);
  for (std::size_t i = 0; i < count; ++i) {
    const std::int64_t length = dilations[i] * (kernel[i] - 1) + 1;
    images = images.unfold(static_cast<std::int64_t>(i + 2), length, strides[i]);
    images = images.slice(-1, 0, length, dilations[i]);
  }
  return images.flatten(-static_cast<std::int64_t>(count));
}

Tensors max_pool(const Step& step) {
  return {windows_of(padded(step.input(0), step, -INFINITY), step).amax(-1)};
}

Tensors average_pool(const Step& step) {
  const at::Tensor sums = windows_of(padded(step.input(0), step, 0), step).sum(-1);
  const bool all_count = step.integer("count_include_pad", 0) != 0;
  const at::Tensor counts = padded(at::ones_like(step.input(0)), step, all_count ? 1 : 0);
  return {sums / windows_of(counts, step).sum(-1)};
}

Ints behind_channels(const at::Tensor& images) {
  Ints dimensions;
  for (std::int64_t i = 2; i < images.dim(); ++i) dimensions.push_back(i);
  return dimensions;
}

Tensors global_average_pool(const Step& step) {
  return {step.input(0).mean(behind_channels(step.input(0)), /*keepdim=*/true)};
}
Tensors global_max_pool(const Step& step) {
  return {step.input(0).amax(behind_channels(step.input(0)), /*keepdim=*/true)};
}

Tensors batch_normalization(const Step& step) {
  return {at::batch_norm(step.input(0), step.input(1), step.input(2), step.input(3), step.input(4),
                         false, 0, step.number("epsilon", 1e-5), false)};
}

Tensors instance_normalization(const Step& step) {
  return {at::instance_norm(step.input(0), step.input(1), step.input(2), {}, {}, true, 0,
                            step.number("epsilon", 1e-5), false)};
}

Tensors layer_normalization(const Step& step) {
  const std::int64_t axis = step.integer("axis", -1);
  const at::Tensor x = step.input(0);
  return {at::layer_norm(x, x.sizes().slice(static_cast<std::size_t>(x.dim() + axis)),
                         step.input(1), step.input(2), step.number("epsilon", 1e-5))};
}

Tensors pad(const Step& step) {
  const Ints all = libtorch_pads(step.integers_input(1));
  const std::string mode = step.text("mode", "constant");
  const at::Tensor value = step.input(2);
  if (mode == "constant") {
    return {at::constant_pad_nd(step.input(0), all, value.defined() ? value.item() : 0)};
  }
  // LibTorch pads the last dimensions alone in these modes; both have edges to be copied from.
  at::Tensor result = step.input(0);
  for (std::size_t i = 0; 2 * i < all.size(); ++i) {
    const std::int64_t axis = result.dim() - 1 - static_cast<std::int64_t>(i);
    const std::int64_t size = result.size(axis);
    at::Tensor places = at::arange(-all[2 * i], size + all[2 * i + 1]);
    if (mode == "edge") places = places.clamp(0, size - 1);
    if (mode == "reflect") places = (size - 1) - (places.abs() - (size - 1)).abs();
    result = result.index_select(axis, places);
  }
  return {result};
}

/// Resizing as a product with a matrix for each dimension, from ONNX's own formulas.
double coordinate(const std::string& mode, double i, double scale, double from, double to) {
  if (mode == "asymmetric") return i / scale;
  if (mode == "align_corners") return to == 1 ? 0 : i * (from - 1) / (to - 1);
  return (i + 0.5) / scale - 0.5;
}

at::Tensor resizing_matrix(const Step& step, std::int64_t from, double scale) {
  const auto to = static_cast<std::int64_t>(std::floor(static_cast<double>(from) * scale));
  const std::string mode = step.text("mode", "nearest");
  const double a = step.number("cubic_coeff_a", -0.75);
  at::Tensor matrix = at::zeros({to, from}, at::kDouble);
  auto weights = matrix.accessor<double, 2>();
  const auto add = [&](std::int64_t row, std::int64_t place, double weight) {
    weights[row][std::min(std::max<std::int64_t>(place, 0), from - 1)] += weight;
  };
  for (std::int64_t i = 0; i < to; ++i) {
    const double x = coordinate(step.text("coordinate_transformation_mode", "half_pixel"),
                                static_cast<double>(i), scale, static_cast<double>(from),
                                static_cast<double>(to));
    const double rest = x - std::floor(x);
    const auto left = static_cast<std::int64_t>(std::floor(x));
    if (mode == "nearest") {
      const bool up = step.text("nearest_mode", "floor") == "round_prefer_ceil" && rest >= 0.5;
      add(i, left + (up ? 1 : 0), 1);
    } else if (mode == "linear") {
      add(i, left, 1 - rest);
      add(i, left + 1, rest);
    } else {
      for (std::int64_t k = -1; k <= 2; ++k) {
        const double t = std::abs(rest - static_cast<double>(k));
        add(i, left + k,
            t <= 1 ? ((a + 2) * t - (a + 3)) * t * t + 1
                   : ((a * t - 5 * a) * t + 8 * a) * t - 4 * a);
      }
    }
  }
  return matrix;
}

Tensors resize(const Step& step) {
  at::Tensor images = step.input(0);
  const at::Tensor scales = step.input(2);
  for (std::int64_t axis = 2; axis < images.dim(); ++axis) {
    const at::Tensor matrix = resizing_matrix(step, images.size(axis), scales[axis].item<double>());
    images = at::matmul(images.transpose(axis, -1), matrix.t().to(images.scalar_type()))
                 .transpose(axis, -1);
  }
  return {images};
}

constexpr StepRule kRules[] = {
    {"AveragePool", kFloats, average_pool},
    {"BatchNormalization", kFloating, batch_normalization},
    {"Conv", kFloats, convolve},
    {"ConvTranspose", kFloats, convolve_transposed},
    {"GlobalAveragePool", kFloats, global_average_pool},
    {"GlobalMaxPool", kFloats, global_max_pool},
    {"InstanceNormalization", kFloats, instance_normalization},
    {"LayerNormalization", kFloating, layer_normalization},
    {"MaxPool", kFloats | kBytes, max_pool},
    {"Pad", kAll, pad},
    {"Resize", kAll, resize},
};

}  // namespace
}  // namespace mnist::onnx::steps_images

std::span<const mnist::onnx::StepRule> mnist::onnx::image_steps() { return steps_images::kRules; }
