#include "mnist/kernels/with_kernels.hpp"

#include <fmt/format.h>
#include <torch/csrc/jit/ir/constants.h>
#include <torch/csrc/jit/ir/subgraph_matcher.h>
#include <torch/csrc/jit/passes/freeze_module.h>
#include <torch/csrc/jit/passes/subgraph_rewrite.h>
#include <torch/library.h>

#include <algorithm>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "mnist/kernels/borders.hpp"
#include "mnist/kernels/conv_relu.hpp"
#include "mnist/kernels/conv_relu_pool.hpp"
#include "mnist/kernels/differentiable.hpp"
#include "mnist/kernels/linear.hpp"

namespace mnist {
namespace {

namespace jit = torch::jit;

/// Images with their channels innermost; what is none is for the kernel to refuse.
torch::Tensor as_images(const torch::Tensor& input) {
  return input.dim() == 4 ? input.contiguous(torch::MemoryFormat::ChannelsLast) : input;
}

torch::MemoryFormat format_of(bool channels_last) {
  return channels_last ? torch::MemoryFormat::ChannelsLast : torch::MemoryFormat::Contiguous;
}

torch::Tensor conv_relu_pool_of_any_layout(const torch::Tensor& input, const torch::Tensor& weight,
                                           const torch::Tensor& bias, at::IntArrayRef padding,
                                           const torch::Tensor& packed, bool channels_last) {
  const auto format = format_of(channels_last);
  return conv_relu_pool(pad(as_images(input), padding[0]), weight, bias, format, packed)
      .contiguous(format);
}

torch::Tensor conv_relu_of_any_layout(const torch::Tensor& input, const torch::Tensor& weight,
                                      const torch::Tensor& bias, const torch::Tensor& packed,
                                      bool channels_last) {
  return conv_relu(as_images(input), weight, bias, packed).contiguous(format_of(channels_last));
}

TORCH_LIBRARY(mnist, library) {
  library.def(
      "conv_relu_pool(Tensor input, Tensor weight, Tensor bias, int[] padding, Tensor packed, "
      "bool channels_last) -> Tensor",
      conv_relu_pool_of_any_layout);
  library.def(
      "conv_relu(Tensor input, Tensor weight, Tensor bias, Tensor packed, bool channels_last) -> "
      "Tensor",
      conv_relu_of_any_layout);
  library.def("linear(Tensor input, Tensor weight, Tensor bias) -> Tensor",
              [](const torch::Tensor& input, const torch::Tensor& weight,
                 const torch::Tensor& bias) { return linear(input, weight, bias); });
}

constexpr std::string_view kConvReluPool = "mnist::conv_relu_pool", kConvRelu = "mnist::conv_relu",
                           kLinear = "mnist::linear";

/// A form that a convolution is recorded in, and what it takes behind input, weight and bias.
struct Convolution {
  const char *name, *options;
};
constexpr Convolution kConvolutions[] = {
    {"aten::_convolution",
     "%stride, %padding, %dilation, %transposed, %output_padding, %groups, %f1, %f2, %f3, %f4"},
    {"aten::conv2d", "%stride, %padding, %dilation, %groups"}};
constexpr const char* kPoolOptions = "%window, %pool_stride, %pool_padding, %pool_dilation, %ceil";

using PatternValues = std::unordered_map<std::string, jit::Value*>;

/// Undefined if it is not known ahead, or no tensor.
torch::Tensor constant_tensor(const jit::Value* value) {
  const auto constant = jit::toIValue(value);
  return constant && constant->isTensor() ? constant->toTensor() : torch::Tensor();
}

bool has_weights(const jit::Match& match, const PatternValues& pattern, std::int64_t dimensions) {
  const torch::Tensor weight = constant_tensor(match.values_map.at(pattern.at("weight")));
  const torch::Tensor bias = constant_tensor(match.values_map.at(pattern.at("bias")));
  return kernels_apply({weight, bias}) && weight.dim() == dimensions && weight.numel() > 0 &&
         bias.dim() == 1 && bias.size(0) == weight.size(0);
}

/// An option of a pattern, or none where it is not known ahead.
c10::IValue option_of(const jit::Match& match, const PatternValues& pattern, const char* name) {
  const auto found = pattern.find(name);
  if (found == pattern.end()) return {};
  const auto value = jit::toIValue(match.values_map.at(found->second));
  return value ? *value : c10::IValue();
}

/// Whether a match is of an operation that a kernel does, but for the padding. What a pattern has
/// no name for is as it should be.
bool is_plain_convolution(const jit::Match& match, const PatternValues& pattern) {
  const auto is = [&](const char* name, std::int64_t expected, bool or_empty = false) {
    if (!pattern.contains(name)) return true;
    const c10::IValue value = option_of(match, pattern, name);
    if (value.isInt()) return value.toInt() == expected;
    if (value.isBool()) return value.toBool() == (expected != 0);
    if (!value.isIntList()) return false;
    const auto list = value.toIntVector();
    return (or_empty || !list.empty()) &&
           std::ranges::all_of(list, [&](std::int64_t x) { return x == expected; });
  };
  return has_weights(match, pattern, 4) && is("stride", 1) && is("dilation", 1) &&
         is("transposed", 0) && is("groups", 1) && is("window", 2) &&
         is("pool_stride", 2, /*or_empty=*/true) && is("pool_padding", 0) &&
         is("pool_dilation", 1) && is("ceil", 0);
}

/// The padding, where it is one on all sides; -1 otherwise.
std::int64_t padding_on_all_sides(const jit::Match& match, const PatternValues& pattern) {
  const c10::IValue value = option_of(match, pattern, "padding");
  if (!value.isIntList()) return -1;  // a text, "same"
  const auto list = value.toIntVector();
  const bool one = !list.empty() && list[0] >= 0 &&
                   std::ranges::all_of(list, [&](std::int64_t x) { return x == list[0]; });
  return one ? list[0] : -1;
}

bool is_before_pooling(const jit::Match& match, const PatternValues& pattern) {
  return is_plain_convolution(match, pattern) && padding_on_all_sides(match, pattern) >= 0;
}

bool keeps_the_size(const jit::Match& match, const PatternValues& pattern) {
  if (!is_plain_convolution(match, pattern) || padding_on_all_sides(match, pattern) != 1) {
    return false;
  }
  const torch::Tensor weight = constant_tensor(match.values_map.at(pattern.at("weight")));
  return weight.size(2) == 3 && weight.size(3) == 3;
}

void rewrite(std::shared_ptr<jit::Graph>& graph) {
  const auto pool = [](const char* input) {
    return fmt::format("aten::max_pool2d({}, {})", input, kPoolOptions);
  };
  const auto relu = [](const char* input) { return fmt::format("aten::relu({})", input); };
  for (const auto& [name, options] : kConvolutions) {
    const std::string arguments = fmt::format("%x, %weight, %bias, {}", options);
    const std::string head = fmt::format("graph({}, {}):\n", arguments, kPoolOptions);
    for (const auto& [second, third] :
         {std::pair(pool("%a"), relu("%b")), std::pair(relu("%a"), pool("%b"))}) {
      jit::SubgraphRewriter rewriter;
      rewriter.RegisterRewritePattern(
          fmt::format("{}  %a = {}({})\n  %b = {}\n  %c = {}\n  return (%c)\n", head, name,
                      arguments, second, third),
          head + "  %y = mnist::conv_relu_pool(%x, %weight, %bias, %padding)\n  return (%y)\n");
      rewriter.runOnGraph(graph, is_before_pooling);
    }
    jit::SubgraphRewriter rewriter;
    const std::string head_alone = fmt::format("graph({}):\n", arguments);
    rewriter.RegisterRewritePattern(
        fmt::format("{}  %a = {}({})\n  %b = {}\n  return (%b)\n", head_alone, name, arguments,
                    relu("%a")),
        head_alone + "  %y = mnist::conv_relu(%x, %weight, %bias)\n  return (%y)\n");
    rewriter.runOnGraph(graph, keeps_the_size);
  }
  jit::SubgraphRewriter rewriter;
  rewriter.RegisterRewritePattern(
      "graph(%x, %weight, %bias):\n  %y = aten::linear(%x, %weight, %bias)\n  return (%y)\n",
      "graph(%x, %weight, %bias):\n  %y = mnist::linear(%x, %weight, %bias)\n  return (%y)\n");
  rewriter.runOnGraph(graph, [](const jit::Match& match, const PatternValues& pattern) {
    return has_weights(match, pattern, 2);
  });
}

bool is_kernel(const jit::Node* node, std::string_view name) {
  return node->kind().toQualString() == name;
}

bool is_convolution(const jit::Node* node) {
  return is_kernel(node, kConvReluPool) || is_kernel(node, kConvRelu);
}

/// The nodes of a graph, those within its loops and branches too.
void collect_nodes(jit::Block* block, std::vector<jit::Node*>& nodes) {
  for (jit::Node* node : block->nodes()) {
    nodes.push_back(node);
    for (jit::Block* inner : node->blocks()) collect_nodes(inner, nodes);
  }
}

/// Gives a convolution what the pattern could not: its weights packed, and the memory format that
/// whoever takes its result expects. That is LibTorch's usual one, as `view` takes no other, unless
/// nobody but the kernels' convolutions take it.
void complete_convolution(jit::Graph& graph, jit::Node* node) {
  const bool channels_last = std::ranges::all_of(
      node->output()->uses(), [](const jit::Use& use) { return is_convolution(use.user); });
  const jit::WithInsertPoint before(node);
  node->addInput(graph.insertConstant(
      pack_filters(constant_tensor(node->input(1)), constant_tensor(node->input(2)))));
  node->addInput(graph.insertConstant(channels_last));
}

/// Whether there are any.
bool complete_kernels(jit::Graph& graph) {
  std::vector<jit::Node*> nodes;
  collect_nodes(graph.block(), nodes);
  bool found = false;
  for (jit::Node* node : nodes) {
    if (is_convolution(node)) complete_convolution(graph, node);
    found = found || is_convolution(node) || is_kernel(node, kLinear);
  }
  return found;
}

}  // namespace

std::optional<jit::Module> with_kernels(const jit::Module& module) {
  try {
    jit::Module frozen = jit::freeze_module(module);
    std::shared_ptr<jit::Graph> graph = frozen.get_method("forward").graph();
    rewrite(graph);
    if (complete_kernels(*graph)) return frozen;
  } catch (const std::exception&) {
    // It may still run as it is.
  }
  return std::nullopt;
}

}  // namespace mnist
