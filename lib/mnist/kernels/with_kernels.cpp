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
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "mnist/kernels/conv_relu_pool.hpp"
#include "mnist/kernels/linear.hpp"

namespace mnist {
namespace {

namespace jit = torch::jit;

torch::Tensor conv_relu_pool_of_any_layout(const torch::Tensor& input, const torch::Tensor& weight,
                                           const torch::Tensor& bias) {
  const bool images = input.dim() == 4;
  return conv_relu_pool(images ? input.contiguous(torch::MemoryFormat::ChannelsLast) : input,
                        weight, bias);
}

TORCH_LIBRARY(mnist, library) {
  library.def("conv_relu_pool(Tensor input, Tensor weight, Tensor bias) -> Tensor",
              conv_relu_pool_of_any_layout);
  library.def("linear(Tensor input, Tensor weight, Tensor bias) -> Tensor", linear);
}

// The two forms that a convolution is recorded in, and the two orders.
constexpr const char* kConvolutions[] = {
    "aten::_convolution(%x, %weight, %bias, %stride, %padding, %dilation, %transposed, "
    "%output_padding, %groups, %f1, %f2, %f3, %f4)",
    "aten::conv2d(%x, %weight, %bias, %stride, %padding, %dilation, %groups)"};
constexpr const char* kConvolutionArguments[] = {
    "%stride, %padding, %dilation, %transposed, %output_padding, %groups, %f1, %f2, %f3, %f4",
    "%stride, %padding, %dilation, %groups"};
constexpr const char* kPool =
    "aten::max_pool2d({}, %window, %pool_stride, %pool_padding, %pool_dilation, %ceil)";
constexpr const char* kPoolArguments =
    "%window, %pool_stride, %pool_padding, %pool_dilation, %ceil";

using PatternValues = std::unordered_map<std::string, jit::Value*>;

bool has_bias(const jit::Match& match, const PatternValues& pattern) {
  return match.values_map.at(pattern.at("bias"))->type()->kind() == c10::TypeKind::TensorType;
}

/// Whether a match is of the operation that the kernel does. What a pattern has no name for is as
/// it should be.
bool is_plain(const jit::Match& match, const PatternValues& pattern) {
  const auto is = [&](const char* name, std::int64_t expected, bool or_empty = false) {
    const auto found = pattern.find(name);
    if (found == pattern.end()) return true;
    const auto value = jit::toIValue(match.values_map.at(found->second));
    if (!value) return false;
    if (value->isInt()) return value->toInt() == expected;
    if (value->isBool()) return value->toBool() == (expected != 0);
    if (!value->isIntList()) return false;
    const auto list = value->toIntVector();
    return (or_empty || !list.empty()) &&
           std::ranges::all_of(list, [&](std::int64_t x) { return x == expected; });
  };
  return has_bias(match, pattern) && is("stride", 1) && is("padding", 0) && is("dilation", 1) &&
         is("transposed", 0) && is("groups", 1) && is("window", 2) &&
         is("pool_stride", 2, /*or_empty=*/true) && is("pool_padding", 0) &&
         is("pool_dilation", 1) && is("ceil", 0);
}

void rewrite(std::shared_ptr<jit::Graph>& graph) {
  for (std::size_t form = 0; form < std::size(kConvolutions); ++form) {
    const std::string arguments =
        fmt::format("%x, %weight, %bias, {}, {}", kConvolutionArguments[form], kPoolArguments);
    const std::string result = fmt::format(
        "graph({}):\n  %result = mnist::conv_relu_pool(%x, %weight, %bias)\n  return (%result)\n",
        arguments);
    const std::string pool = fmt::format(fmt::runtime(kPool), "%a");
    for (const auto& [second, third] :
         {std::pair<std::string, std::string>{pool, "aten::relu(%b)"},
          {"aten::relu(%a)", fmt::format(fmt::runtime(kPool), "%b")}}) {
      jit::SubgraphRewriter rewriter;
      rewriter.RegisterRewritePattern(
          fmt::format("graph({}):\n  %a = {}\n  %b = {}\n  %c = {}\n  return (%c)\n", arguments,
                      kConvolutions[form], second, third),
          result);
      rewriter.runOnGraph(graph, is_plain);
    }
  }
  jit::SubgraphRewriter rewriter;
  rewriter.RegisterRewritePattern(
      "graph(%x, %weight, %bias):\n  %y = aten::linear(%x, %weight, %bias)\n  return (%y)\n",
      "graph(%x, %weight, %bias):\n  %y = mnist::linear(%x, %weight, %bias)\n  return (%y)\n");
  rewriter.runOnGraph(graph, has_bias);
}

bool has_kernels(const jit::Graph& graph) {
  return std::ranges::any_of(graph.nodes(), [](const jit::Node* node) {
    return std::string_view(node->kind().toQualString()).starts_with("mnist::");
  });
}

}  // namespace

std::optional<jit::Module> with_kernels(const jit::Module& module) {
  try {
    jit::Module frozen = jit::freeze_module(module);
    std::shared_ptr<jit::Graph> graph = frozen.get_method("forward").graph();
    rewrite(graph);
    if (has_kernels(*graph)) return frozen;
  } catch (const std::exception&) {
    // It may still run as it is.
  }
  return std::nullopt;
}

}  // namespace mnist
