#include <ATen/ops/zeros.h>

#include <algorithm>
#include <stdexcept>

#include "mnist/onnx/operators.hpp"

// Pooling over windows of images [N, C, …], of one to three dimensions.
namespace mnist::onnx::pooling {
namespace {

constexpr std::int64_t kNo = 0, kYes = 1;

struct Windows {
  Ints kernel, stride, padding, dilation;
  Ints input, output;  ///< the images' sizes
};

/// The sizes behind N and C.
Ints spatial_sizes(const Sizes& shape, std::size_t count) {
  if (shape.size() != count + 2) throw std::runtime_error("its input has no batch");
  Ints sizes;
  for (std::size_t i = 2; i < shape.size(); ++i) {
    if (!is_fixed(shape[i])) throw std::runtime_error("the images' size depends on the batch size");
    sizes.push_back(shape[i][0]);
  }
  return sizes;
}

template <std::size_t count>
Windows windows(Call& call) {
  Windows windows;
  windows.kernel = call.integers("kernel_size", count, {1});
  windows.stride = call.integers("stride", count, windows.kernel);
  windows.padding = call.integers("padding", count, {0});
  windows.dilation = call.has("dilation") ? call.integers("dilation", count, {1}) : Ints(count, 1);
  windows.input = spatial_sizes(call.shape("self"), count);
  windows.output = spatial_sizes(call.result_shape(), count);
  return windows;
}

/// At the beginning, then at the end, where `ceil_mode` may need more for its last window: runtimes
/// do not agree on what ONNX means by its own `ceil_mode`.
Ints pads(const Windows& windows) {
  Ints pads = windows.padding;
  for (std::size_t i = 0; i < windows.kernel.size(); ++i) {
    const std::int64_t window = windows.dilation[i] * (windows.kernel[i] - 1) + 1;
    const std::int64_t needed = (windows.output[i] - 1) * windows.stride[i] + window -
                                windows.input[i] - windows.padding[i];
    pads.push_back(std::max(needed, windows.padding[i]));
  }
  return pads;
}

bool is_padded_alike(const Ints& pads) {
  return std::equal(pads.begin(), pads.begin() + static_cast<std::ptrdiff_t>(pads.size() / 2),
                    pads.begin() + static_cast<std::ptrdiff_t>(pads.size() / 2));
}

template <std::size_t count>
void max_pool(Call& call) {
  const Windows size = windows<count>(call);
  call.returns("MaxPool", {call.operand("self")},
               {{"dilations", size.dilation},
                {"kernel_shape", size.kernel},
                {"pads", pads(size)},
                {"strides", size.stride}});
}

/// The zeros around the images, as images.
std::string padded(Call& call, const Windows& size) {
  Ints widths(4 + 2 * size.padding.size(), 0);
  for (std::size_t i = 0; i < size.padding.size(); ++i) {
    widths[2 + i] = widths[4 + size.padding.size() + i] = size.padding[i];
  }
  return call.add("Pad", {call.operand("self"), call.graph().integers(widths)});
}

template <std::size_t count>
void average_pool(Call& call) {
  if (call.has("divisor_override")) throw std::runtime_error("ONNX has no divisor_override");
  Windows size = windows<count>(call);
  std::string images = call.operand("self");
  const bool counts_padding = call.flag("count_include_pad");
  Ints around = pads(size);
  // LibTorch counts the padding that was asked for, but not what ceil_mode adds.
  const bool all_count = counts_padding && is_padded_alike(around);
  if (counts_padding && !all_count) {
    images = padded(call, size);
    for (std::size_t i = 0; i < count; ++i) {
      around[count + i] -= around[i];
      around[i] = 0;
    }
  }
  call.returns("AveragePool", {images},
               {{"count_include_pad", all_count ? kYes : kNo},
                {"kernel_shape", size.kernel},
                {"pads", around},
                {"strides", size.stride}});
}

/// Where the windows of an adaptive pooling are all of one size: its kernel, else nothing.
Ints even_kernel(const Ints& input, const Ints& output) {
  Ints kernel;
  for (std::size_t i = 0; i < input.size(); ++i) {
    if (input[i] % output[i] != 0) return {};
    kernel.push_back(input[i] / output[i]);
  }
  return kernel;
}

/// [to, from]: the matrix that averages `from` numbers to `to`, the i-th those from
/// floor(i * from / to) to ceil((i + 1) * from / to).
at::Tensor averaging_matrix(std::int64_t from, std::int64_t to, const at::TensorOptions& options) {
  at::Tensor matrix = at::zeros({to, from}, options);
  for (std::int64_t i = 0; i < to; ++i) {
    const std::int64_t begin = i * from / to, end = ((i + 1) * from + to - 1) / to;
    matrix[i].narrow(0, begin, end - begin).fill_(1.0 / static_cast<double>(end - begin));
  }
  return matrix;
}

template <std::size_t count>
void adaptive_average_pool(Call& call) {
  const Ints input = spatial_sizes(call.shape("self"), count);
  const Ints output = spatial_sizes(call.result_shape(), count);
  if (call.result().numel() == 0) throw std::runtime_error("its result is empty");
  const std::string images = call.operand("self");
  if (std::ranges::all_of(output, [](std::int64_t size) { return size == 1; })) {
    return call.returns("GlobalAveragePool", {images}, {});
  }
  const Ints kernel = even_kernel(input, output);
  if (!kernel.empty()) {
    return call.returns("AveragePool", {images}, {{"kernel_shape", kernel}, {"strides", kernel}});
  }
  if (count > 2) throw std::runtime_error("ONNX has no windows of several sizes");
  const at::TensorOptions options = call.tensor("self").options();
  const auto matrix = [&](std::size_t i) { return averaging_matrix(input[i], output[i], options); };
  const std::string along =
      call.add("MatMul", {images, call.graph().constant(matrix(count - 1).t())});
  if (count == 1) return call.returns(along);
  call.returns("MatMul", {call.graph().constant(matrix(0)), along}, {});
}

template <std::size_t count>
void adaptive_max_pool(Call& call) {
  const Ints output = spatial_sizes(call.result_shape(), count);
  if (call.result().numel() == 0) throw std::runtime_error("its result is empty");
  const std::string images = call.operand("self");
  if (std::ranges::all_of(output, [](std::int64_t size) { return size == 1; })) {
    return call.returns("GlobalMaxPool", {images}, {});
  }
  const Ints kernel = even_kernel(spatial_sizes(call.shape("self"), count), output);
  if (kernel.empty()) throw std::runtime_error("ONNX has no windows of several sizes");
  call.returns("MaxPool", {images}, {{"kernel_shape", kernel}, {"strides", kernel}});
}

constexpr Operator kOperators[] = {
    {"aten::max_pool1d", max_pool<1>},
    {"aten::max_pool2d", max_pool<2>},
    {"aten::max_pool3d", max_pool<3>},
    {"aten::max_pool1d_with_indices", max_pool<1>},
    {"aten::max_pool2d_with_indices", max_pool<2>},
    {"aten::max_pool3d_with_indices", max_pool<3>},
    {"aten::avg_pool1d", average_pool<1>},
    {"aten::avg_pool2d", average_pool<2>},
    {"aten::avg_pool3d", average_pool<3>},
    {"aten::adaptive_avg_pool1d", adaptive_average_pool<1>},
    {"aten::adaptive_avg_pool2d", adaptive_average_pool<2>},
    {"aten::adaptive_avg_pool3d", adaptive_average_pool<3>},
    {"aten::_adaptive_avg_pool2d", adaptive_average_pool<2>},
    {"aten::_adaptive_avg_pool3d", adaptive_average_pool<3>},
    {"aten::adaptive_max_pool1d", adaptive_max_pool<1>},
    {"aten::adaptive_max_pool2d", adaptive_max_pool<2>},
    {"aten::adaptive_max_pool3d", adaptive_max_pool<3>},
};

}  // namespace
}  // namespace mnist::onnx::pooling

std::span<const mnist::onnx::Operator> mnist::onnx::poolings() { return pooling::kOperators; }
