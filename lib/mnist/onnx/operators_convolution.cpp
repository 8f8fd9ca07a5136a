#include <stdexcept>

#include "mnist/onnx/operators.hpp"

// Convolutions: the layouts of images [N, C, …] and weights are the same in both.
namespace mnist::onnx::convolving {
namespace {

/// Padding by name: "same" puts what is odd at the end.
Ints named_padding(const std::string& name, const Ints& kernel, const Ints& dilation) {
  Ints begin, end;
  for (std::size_t i = 0; i < kernel.size(); ++i) {
    const std::int64_t total = name == "same" ? dilation[i] * (kernel[i] - 1) : 0;
    begin.push_back(total / 2);
    end.push_back(total - total / 2);
  }
  begin.insert(begin.end(), end.begin(), end.end());
  return begin;
}

void convolve(Call& call, bool transposed) {
  const at::Tensor weight = call.tensor("weight");
  const std::int64_t rank = weight.dim();
  if (call.result().dim() != rank) throw std::runtime_error("its input has no batch");
  const auto spatial = static_cast<std::size_t>(rank - 2);
  const Ints kernel = weight.sizes().slice(2).vec();
  const Ints dilation = call.integers("dilation", spatial, {1});
  Ints pads;
  if (call.value("padding")[0].isString()) {
    pads = named_padding(call.text("padding"), kernel, dilation);
  } else {
    pads = call.integers("padding", spatial, {0});
    const Ints begin = pads;
    pads.insert(pads.end(), begin.begin(), begin.end());
  }
  Attributes attributes = {{"dilations", dilation},
                           {"group", call.integer("groups")},
                           {"kernel_shape", kernel},
                           {"pads", pads},
                           {"strides", call.integers("stride", spatial, {1})}};
  if (transposed) {
    attributes.emplace_back("output_padding", call.integers("output_padding", spatial, {0}));
  }
  const at::ScalarType type = call.result_type();
  std::vector<std::string> inputs = {call.operand("input", type), call.operand("weight", type)};
  if (call.has("bias")) inputs.push_back(call.operand("bias", type));
  call.returns(transposed ? "ConvTranspose" : "Conv", inputs, attributes);
}

void convolution(Call& call) { convolve(call, call.has("transposed") && call.flag("transposed")); }
void transposed_convolution(Call& call) { convolve(call, true); }

constexpr Operator kOperators[] = {
    {"aten::_convolution", convolution},
    {"aten::_convolution_mode", convolution},
    {"aten::convolution", convolution},
    {"aten::conv1d", convolution},
    {"aten::conv2d", convolution},
    {"aten::conv3d", convolution},
    {"aten::conv_transpose1d", transposed_convolution},
    {"aten::conv_transpose2d", transposed_convolution},
    {"aten::conv_transpose3d", transposed_convolution},
};

}  // namespace
}  // namespace mnist::onnx::convolving

std::span<const mnist::onnx::Operator> mnist::onnx::convolutions() {
  return convolving::kOperators;
}
