#include "odd_model.hpp"

#include <ATen/ATen.h>

#include <array>
#include <exception>
#include <string>
#include <string_view>
#include <vector>

namespace {

// T: a tensor that there is so far, S the same one again, U another. D: a dimension. P: a small
// size, I: any integer, Q, R and V: lists of 1, 2 and 3 integers, F: a number, B: a truth value.
// clang-format off
constexpr std::string_view kSteps[] = {
    // Activations.
    "torch.relu(T)", "T.relu_()", "torch.relu6(T)", "torch.leaky_relu(T, F)",
    "torch.rrelu(T, F, F)", "torch.prelu(T, torch.ones([P]))",
    "torch.prelu(T, torch.ones([S.size(1)]))", "torch.silu(T)", "torch.mish(T)", "torch.gelu(T)",
    "torch.gelu(T, approximate='tanh')", "torch.sigmoid(T)", "T.tanh_()", "torch.hardswish(T)",
    "torch.hardsigmoid(T)", "torch.hardtanh(T, F, F)", "torch.elu(T, F)", "torch.celu(T, F)",
    "torch.selu(T)", "torch.softplus(T, F, F)", "torch.log_sigmoid(T)", "torch.threshold(T, F, F)",
    "torch.hardshrink(T, F)", "torch.softshrink(T, F)", "torch.glu(T, D)", "torch.softmax(T, D)",
    "torch.log_softmax(T, D)", "torch.softmax(T, D, dtype=6)", "torch.dropout(T, F, False)",
    // Arithmetic.
    "T + U", "T - U", "T * U", "T / U", "T + I", "F - T", "T * F", "T / I", "T ** I", "I ** T",
    "torch.add(T, U, alpha=I)", "torch.sub(T, U, alpha=F)", "torch.rsub(T, S, alpha=I)",
    "torch.div(T, U, rounding_mode='floor')", "torch.div(T, I, rounding_mode='trunc')",
    "torch.floor_divide(T, U)", "torch.pow(T, U)", "torch.square(T)", "torch.maximum(T, U)",
    "torch.minimum(T, U)", "torch.addcmul(T, U, S, value=F)", "torch.addcdiv(T, U, S, value=I)",
    "torch.lerp(T, U, F)", "torch.clamp(T, F, F)", "torch.clamp(T, None, I)",
    "torch.clamp(T, I, F)", "torch.clamp_min(T, I)", "torch.abs(T)", "torch.acos(T)",
    "torch.atan(T)", "torch.ceil(T)", "torch.cos(T)", "torch.cosh(T)", "torch.erf(T)",
    "torch.exp(T)", "torch.expm1(T)", "torch.floor(T)", "torch.log(T)", "torch.asin(T)",
    "torch.sin(T)", "torch.tanh(T)", "torch.softsign(T)", "torch.log10(T)", "torch.log1p(T)",
    "torch.log2(T)", "torch.neg(T)", "torch.reciprocal(T)", "torch.round(T)", "torch.rsqrt(T)",
    "torch.sign(T)", "torch.sinh(T)", "torch.sqrt(T)", "torch.tan(T)", "T.add_(U)", "T.mul_(F)",
    "T.sub_(I)",
    // Comparisons and types.
    "T == U", "T != I", "T > U", "T >= F", "T < U", "T <= I", "torch.logical_and(T, U)",
    "torch.logical_not(T)", "torch.logical_or(T, S)", "torch.logical_xor(T, U)", "T & U", "T | S",
    "T ^ (S > F)", "torch.bitwise_and(T, U)", "torch.where(T > F, S, U)", "torch.where(T, U, S)",
    "T.masked_fill(S > F, F)", "T.masked_fill(S, I)", "T.to(6)", "T.to(7)", "T.to(5)", "T.to(4)",
    "T.to(3)", "T.to(0)", "T.to(1)", "T.to(11)", "T.to(15)", "T.type_as(U)", "T.clone()",
    "T.contiguous()", "T.detach()",
    // Convolutions.
    "torch.conv1d(T, torch.ones([P, S.size(1), P]), None, Q, Q, Q, 1)",
    "torch.conv2d(T, torch.ones([P, S.size(1), P, P]) * F, None, R, R, R, 1)",
    "torch.conv2d(T, torch.ones([P, S.size(1), P, P]), torch.ones([P]))",
    "torch.conv2d(T, torch.ones([P, P, P, P]), None, R, R, R, P)",
    "torch.conv2d(T, torch.ones([P, S.size(1), P, P]), None, Q, 'same', Q, 1)",
    "torch.conv2d(T, torch.ones([P, S.size(1), P, P]), None, R, 'valid')",
    "torch.conv3d(T, torch.ones([P, S.size(1), P, P, P]), None, V, V, V, 1)",
    "torch.conv_transpose1d(T, torch.ones([S.size(1), P, P]), None, Q, Q, Q, 1, Q)",
    "torch.conv_transpose2d(T, torch.ones([S.size(1), P, P, P]), None, R, R, R, P, R)",
    "torch.conv2d(T, U)", "torch.conv1d(T, torch.ones([P, S.size(1), P]))",
    "torch.conv_transpose2d(T, torch.ones([S.size(1), P, P, P]), None, R)",
    "torch.conv_transpose3d(T.unsqueeze(-1), torch.ones([S.size(1), P, P, P, P]))",
    "torch.conv1d(T, U)",
    // Normalizations.
    "torch.batch_norm(T, None, None, torch.zeros([S.size(1)]), torch.ones([S.size(1)]), False, "
    "0.1, F, False)", "torch.group_norm(T, P)",
    "torch.group_norm(T, P, torch.ones([S.size(1)]), torch.ones([S.size(1)]), F)",
    "torch.instance_norm(T, None, None, None, None, True, 0.1, F, False)",
    "torch.layer_norm(T, [S.size(-1)], None, None, F)", "torch.layer_norm(T, R)",
    "torch.layer_norm(T, [S.size(-2), S.size(-1)], torch.ones([S.size(-2), S.size(-1)]))",
    // Pooling.
    "torch.max_pool1d(T, Q, Q, Q, Q, B)", "torch.max_pool2d(T, R, R, R, R, B)",
    "torch.max_pool2d(T, Q)", "torch.max_pool1d(T, P)", "torch.max_pool3d(T.unsqueeze(-1), P, P)",
    "torch.avg_pool1d(T, P)", "torch.avg_pool3d(T.unsqueeze(-1), P, P)",
    "torch.avg_pool2d(T, P, P)", "torch.max_pool2d_with_indices(T, P)[0]",
    "torch.max_pool3d(T, V, V, V, V, B)", "torch.max_pool2d_with_indices(T, R, R)[0]",
    "torch.max_pool2d_with_indices(T, R, R)[1]", "torch.avg_pool1d(T, Q, Q, Q, B, B)",
    "torch.avg_pool2d(T, R, R, R, B, B, None)", "torch.avg_pool2d(T, Q, [], Q, B, B, P)",
    "torch.avg_pool3d(T, V, V, V, B, B, None)", "torch.adaptive_avg_pool1d(T, Q)",
    "torch.adaptive_avg_pool2d(T, R)", "torch.adaptive_avg_pool2d(T, P)",
    "torch.adaptive_max_pool1d(T, P)[0]", "torch.adaptive_max_pool2d(T, P)[0]",
    "torch.adaptive_avg_pool3d(T.unsqueeze(-1), P)",
    "torch.adaptive_max_pool3d(T.unsqueeze(-1), P)[0]", "torch.adaptive_avg_pool3d(T, V)",
    "torch.adaptive_max_pool1d(T, Q)[0]", "torch.adaptive_max_pool2d(T, R)[0]",
    // Products.
    "torch.linear(T, torch.ones([P, S.size(-1)]))",
    "torch.linear(T, torch.ones([P, S.size(-1)]), torch.ones([P]))", "torch.linear(T, U)",
    "torch.addmm(torch.ones([1]), T, torch.ones([S.size(1), P]), beta=F, alpha=I)",
    "torch.baddbmm(torch.ones([1]), T, S.transpose(1, 2), beta=I, alpha=F)", "torch.matmul(T, U)",
    "torch.scaled_dot_product_attention(T, S, S)", "torch.matmul(T, S.transpose(-2, -1))",
    "torch.mm(T, S.t())", "torch.bmm(T, S.transpose(1, 2))",
    "torch.matmul(T, torch.ones([S.size(-1)]))", "torch.einsum('ij,ij->i', [T, S])",
    "torch.einsum('...i->...', [T])", "torch.einsum('bchw,bcvw->bhv', [T, S])",
    "torch.matmul(T, S)",
    // Reductions.
    "torch.mean(T)", "torch.mean(T, Q, B)", "torch.mean(T, R, B)", "torch.sum(T)",
    "torch.sum(T, [D], B)", "torch.sum(T, R, B, dtype=7)", "torch.amax(T, [D], B)",
    "torch.amin(T, R, B)", "torch.max(T)", "torch.max(T, D, B)[0]", "torch.max(T, D, B)[1]",
    "torch.min(T, U)", "torch.prod(T)", "torch.prod(T, D, B)", "torch.logsumexp(T, [D], B)",
    "torch.argmax(T)", "torch.argmax(T, D, B)", "torch.argmin(T, D, B)", "torch.var(T, [D], B, B)",
    "torch.var(T, B)", "torch.std(T, R, B, B)", "torch.norm(T, I)", "torch.norm(T, F, [D], B)",
    "torch.linalg_vector_norm(T, F, [D], B)", "torch.linalg_norm(T)", "torch.cumsum(T, D)",
    "torch.mean(T, [], B)", "torch.sum(T, [], B)",
    // Borders and sizes.
    "torch.constant_pad_nd(T, [I, I, I, I], F)", "torch.constant_pad_nd(T, [I, I], I)",
    "torch.reflection_pad1d(T, R)", "torch.reflection_pad2d(T, [I, I, I, I])",
    "torch.replication_pad2d(T, [I, I, I, I])", "torch.replication_pad3d(T, [I, I, I, I, P, P])",
    "torch.pad(T, R, 'reflect')", "torch.pad(T, R, 'circular')", "torch.pad(T, R)",
    "torch.upsample_nearest1d(T, Q, None)", "torch.upsample_nearest2d(T, R, None)",
    "torch.upsample_nearest2d(T, None, [F, F])", "torch._upsample_nearest_exact2d(T, R, None)",
    "torch.upsample_bilinear2d(T, R, B, None)", "torch.upsample_bilinear2d(T, None, B, [F, F])",
    "torch.upsample_bicubic2d(T, R, B, None)", "torch.upsample_linear1d(T, Q, B, None)",
    "torch.upsample_trilinear3d(T.unsqueeze(-1), V, B, None)",
    // Parts of tensors.
    "torch.cat([T, U], D)", "torch.cat([T, S, U], D)", "torch.cat([T, torch.zeros([0])], D)",
    "torch.stack([T, S], D)", "T[I:I:P]", "torch.slice(T, D, I, I, P)", "T[:, I:I]", "T[I]",
    "T[..., I]", "torch.narrow(T, D, I, I)", "torch.select(T, D, I)", "torch.chunk(T, P, D)[I]",
    "torch.split(T, P, D)[I]", "torch.split_with_sizes(T, R, D)[0]",
    "torch.tensor_split(T, P, D)[I]", "torch.tensor_split(T, R, D)[1]", "torch.unbind(T, D)[I]",
    "torch.index_select(T, D, torch.tensor(R))", "torch.index_select(T, D, U)",
    "torch.gather(T, D, U)", "torch.gather(T, D, S.to(4))",
    "torch.embedding(torch.ones([P, P]), T.to(4))", "T[torch.tensor(R)]", "T[:, torch.tensor(R)]",
    "T[U]", "T[S > F]", "torch.flip(T, [D])", "torch.flip(T, R)", "torch.roll(T, Q, [D])",
    "torch.roll(T, R, R)",
    // Shapes.
    "torch.flatten(T, D, D)", "torch.reshape(T, R)", "torch.reshape(T, [S.size(0), -1])",
    "torch.reshape(T, [-1, P])", "T.view(V)", "T.view([-1])", "T.reshape_as(U)",
    "torch.squeeze(T)", "torch.squeeze(T, D)", "torch.unsqueeze(T, D)",
    "torch.unflatten(T, D, [-1, P])", "torch.permute(T, R)", "torch.permute(T, V)",
    "torch.permute(T, [0, 2, 3, 1])", "torch.transpose(T, D, D)", "torch.t(T)", "torch.numpy_T(T)",
    "torch.mT(T)", "torch.movedim(T, Q, [D])", "torch.movedim(T, R, R)", "T.expand(V)",
    "T.expand_as(U)", "torch.broadcast_to(T, [P, S.size(0), S.size(-1)])", "T.repeat(V)",
    "torch.tile(T, R)", "torch.pixel_shuffle(T, P)", "torch.pixel_unshuffle(T, P)",
    "torch.channel_shuffle(T, P)", "torch.swapaxes(T, D, D)",
    // What follows from shapes and from the batch size.
    "T * S.size(D)", "T + torch.ones([S.size(0), P])", "T + torch.zeros(R)", "T.new_ones(R) + S",
    "T + torch.arange(S.size(D))", "torch.zeros_like(T) + S", "T * (S.size(0) * I)",
    "torch.reshape(T, [S.size(0) * P, -1])", "torch.cat([T, torch.ones([S.size(0), P])], D)",
    "torch.full([S.size(0), P], I) * T", "T + torch.rand(R)", "torch.sort(T)[0]",
};

constexpr std::string_view kIntegers[] = {
    "1", "2", "3", "1", "2", "0", "-1", "1", "4", "-2", "5", "7", "1", "2", "-3", "0", "8", "-7", "16", "65536",
    "2147483648", "-2147483649", "4611686018427387904", "9223372036854775807", "-9223372036854775807"};
constexpr std::string_view kSizes[] = {"1", "2", "3", "4", "2", "1", "0", "6", "3"};
constexpr std::string_view kDimensions[] = {"1", "-1", "2", "0", "3", "-2", "4", "-3", "-5", "5"};
constexpr std::string_view kNumbers[] = {"0.5", "1.0", "2.0", "0.0", "-1.0", "0.1", "1.5", "3.0", "1e-5",
                                         "1e30", "float('inf')", "-float('inf')", "float('nan')"};
constexpr std::array kTypes = {at::kFloat, at::kFloat, at::kFloat, at::kFloat, at::kLong, at::kDouble,
                               at::kHalf, at::kBool, at::kByte, at::kInt, at::kBFloat16, at::kComplexFloat};
// clang-format on
constexpr std::size_t kMostSteps = 6;
constexpr std::int64_t kMostNumbers = 1 << 16;

std::string list_of(Choices& choices, std::size_t count) {
  std::string text = "[";
  // Mostly small ones: of several large ones nothing comes but refusals.
  for (std::size_t i = 0; i < count; ++i) {
    const bool is_odd = choices.below(4) == 3;
    text += (i > 0 ? ", " : "") +
            std::string(is_odd ? choices.one_of(kIntegers) : choices.one_of(kSizes));
  }
  return text + "]";
}

/// A step with its places filled in; `count` values are there: v0, v1, …
std::string filled(std::string_view step, Choices& choices, std::size_t count) {
  std::string result, first;
  const auto is_place = [&](std::size_t i) {
    const auto is_name = [](char c) {
      return std::isalnum(static_cast<unsigned char>(c)) || c == '_';
    };
    return std::string_view("TSUDPIQRVFB").find(step[i]) != std::string_view::npos &&
           (i == 0 || !is_name(step[i - 1])) && (i + 1 == step.size() || !is_name(step[i + 1]));
  };
  for (std::size_t i = 0; i < step.size(); ++i) {
    if (!is_place(i)) {
      result += step[i];
      continue;
    }
    switch (step[i]) {
      case 'T':
        // Rather the last one, so that steps build on each other.
        first = "v" + std::to_string(choices.below(3) < 2 ? count - 1 : choices.below(count));
        [[fallthrough]];
      case 'S':
        result += first;
        break;
      case 'U':
        result += "v" + std::to_string(choices.below(count));
        break;
      case 'D':
        result += choices.one_of(kDimensions);
        break;
      case 'P':
        result += choices.one_of(kSizes);
        break;
      case 'I':
        result += choices.one_of(kIntegers);
        break;
      case 'F':
        result += choices.one_of(kNumbers);
        break;
      case 'B':
        result += choices.below(2) == 0 ? "False" : "True";
        break;
      default:
        result += list_of(choices, step[i] == 'Q' ? 1 : step[i] == 'R' ? 2 : 3);
    }
  }
  return result;
}

at::Tensor odd_example(Choices& choices) {
  constexpr std::array<std::size_t, 8> kRanks = {4, 4, 2, 3, 4, 1, 5, 2};
  constexpr std::array<std::int64_t, 8> kExtents = {4, 3, 6, 1, 2, 8, 5, 7};
  const std::size_t rank = choices.one_of(kRanks);
  std::vector<std::int64_t> shape = {2};
  while (shape.size() < rank) shape.push_back(choices.one_of(kExtents));
  const at::ScalarType type = choices.one_of(kTypes);
  return at::rand(shape).mul(at::isFloatingType(type) ? 1 : 4).to(type);
}

torch::jit::Module module_of(const std::string& body, const std::string& result) {
  torch::jit::Module module("Odd");
  module.register_attribute("training", c10::BoolType::get(), true);
  module.define("def forward(self, x):\n  v0 = x\n" + body + "  return " + result + "\n");
  return module;
}

bool runs(const std::string& body, const std::string& result, const at::Tensor& example) {
  try {
    const c10::IValue found = module_of(body, result).forward({example.clone()});
    return found.isTensor() && found.toTensor().numel() <= kMostNumbers;
  } catch (const std::exception&) {
    return false;
  }
}

/// The step as a line, or in a loop or a branch of two.
std::string line_of(const std::string& step, const std::string& name, const std::string& before,
                    Choices& choices) {
  switch (choices.below(12)) {
    case 10:
      return "  " + name + " = " + before + "\n  for i in range(" +
             std::string(choices.one_of(kSizes)) + "):\n    " + name + " = " + step + "\n";
    case 11:
      return "  " + name + " = " + before + "\n  if " + before + ".size(" +
             std::string(choices.one_of(kDimensions)) + ") > " +
             std::string(choices.one_of(kSizes)) + ":\n    " + name + " = " + step + "\n";
    default:
      return "  " + name + " = " + step + "\n";
  }
}

/// What the model returns of its values: mostly the last.
std::string returned(std::size_t count, Choices& choices) {
  const std::string last = "v" + std::to_string(count - 1);
  const std::string other = "v" + std::to_string(choices.below(count));
  switch (choices.below(8)) {
    case 5:
      return "(" + last + ", " + other + ")";
    case 6:
      return "[" + last + ", " + other + ", " + last + "]";
    case 7:
      return "{'a': " + last + ", 'b': " + other + "}";
    default:
      return last;
  }
}

}  // namespace

OddModel odd_model(Choices& choices) {
  const at::NoGradGuard no_grad;
  const at::Tensor example = odd_example(choices);
  std::string body;
  std::size_t count = 1;
  for (std::size_t i = 0; i < kMostSteps && !choices.are_over(); ++i) {
    const std::string name = "v" + std::to_string(count), before = "v" + std::to_string(count - 1);
    const std::string step = filled(choices.one_of(kSteps), choices, count);
    const std::string line = line_of(step, name, before, choices);
    if (!runs(body + line, name, example)) continue;
    body += line;
    ++count;
  }
  return {module_of(body, returned(count, choices)), example};
}
