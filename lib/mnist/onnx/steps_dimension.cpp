#include <ATen/ATen.h>

#include <algorithm>

#include "mnist/onnx/steps.hpp"

namespace mnist::onnx::steps_dimensions {
namespace {

using Tensors = std::vector<at::Tensor>;

Tensors identity(const Step& step) { return {step.input(0)}; }

Tensors softmax(const Step& step) { return {at::softmax(step.input(0), step.integer("axis", -1))}; }
Tensors log_softmax(const Step& step) {
  return {at::log_softmax(step.input(0), step.integer("axis", -1))};
}

bool keeps(const Step& step) { return step.integer("keepdims", 1) != 0; }

template <at::Tensor (*function)(const at::Tensor&, const Ints&, bool)>
Tensors reduce(const Step& step) {
  return {function(step.input(0), step.integers("axes", {}), keeps(step))};
}

at::Tensor mean(const at::Tensor& x, const Ints& axes, bool keep) { return x.mean(axes, keep); }
at::Tensor largest(const at::Tensor& x, const Ints& axes, bool keep) { return x.amax(axes, keep); }
at::Tensor smallest(const at::Tensor& x, const Ints& axes, bool keep) { return x.amin(axes, keep); }
at::Tensor sum_of_sizes(const at::Tensor& x, const Ints& axes, bool keep) {
  return x.abs().sum(axes, keep);
}
at::Tensor length(const at::Tensor& x, const Ints& axes, bool keep) {
  return x.square().sum(axes, keep).sqrt();
}
at::Tensor log_sum_exp(const at::Tensor& x, const Ints& axes, bool keep) {
  return x.logsumexp(axes, keep);
}
at::Tensor product(const at::Tensor& x, const Ints& axes, bool keep) {
  at::Tensor result = x;
  for (std::size_t i = axes.size(); i-- > 0;) result = result.prod(axes[i], keep);
  return result;
}

Tensors sum(const Step& step) { return {step.input(0).sum(step.integers_input(1), keeps(step))}; }

Tensors index_of_largest(const Step& step) {
  return {step.input(0).argmax(step.integer("axis", 0), keeps(step))};
}
Tensors index_of_smallest(const Step& step) {
  return {step.input(0).argmin(step.integer("axis", 0), keeps(step))};
}

Tensors cumulative_sum(const Step& step) {
  return {step.input(0).cumsum(step.input(1).item<std::int64_t>())};
}

Tensors shape(const Step& step) {
  const Ints sizes = step.input(0).sizes().vec();
  const auto rank = static_cast<std::int64_t>(sizes.size());
  const std::int64_t start = step.integer("start", 0), end = step.integer("end", rank);
  return {at::tensor(sizes, at::kLong).slice(0, start, end)};
}

Tensors reshape(const Step& step) {
  Ints target = step.integers_input(1);
  for (std::size_t i = 0; i < target.size(); ++i) {
    if (target[i] == 0) target[i] = step.input(0).size(static_cast<std::int64_t>(i));
  }
  return {step.input(0).reshape(target)};
}

Tensors transpose(const Step& step) { return {step.input(0).permute(step.integers("perm", {}))}; }

Tensors expand(const Step& step) {
  const Ints target = step.integers_input(1);
  return {step.input(0) * at::ones(target, step.input(0).options())};
}

Tensors tile(const Step& step) { return {step.input(0).repeat(step.integers_input(1))}; }

Tensors squeeze(const Step& step) {
  at::Tensor result = step.input(0);
  Ints axes = step.integers_input(1);
  std::ranges::sort(axes, std::greater());
  for (const std::int64_t axis : axes) result = result.squeeze(axis);
  return {result};
}

Tensors unsqueeze(const Step& step) {
  at::Tensor result = step.input(0);
  Ints axes = step.integers_input(1);
  std::ranges::sort(axes);
  for (const std::int64_t axis : axes) result = result.unsqueeze(axis);
  return {result};
}

Tensors concatenate(const Step& step) {
  return {at::cat(step.all_inputs(), step.integer("axis", 0))};
}

Tensors split(const Step& step) {
  const std::int64_t axis = step.integer("axis", 0);
  if (step.inputs() > 1) return step.input(0).split_with_sizes(step.integers_input(1), axis);
  return step.input(0).chunk(static_cast<std::int64_t>(step.outputs()), axis);
}

Tensors slice(const Step& step) {
  at::Tensor result = step.input(0);
  const Ints starts = step.integers_input(1), ends = step.integers_input(2);
  const Ints axes = step.integers_input(3);
  const Ints steps = step.inputs() > 4 ? step.integers_input(4) : Ints(axes.size(), 1);
  for (std::size_t i = 0; i < axes.size(); ++i) {
    // The table makes steps backwards for whole dimensions alone.
    result =
        steps[i] < 0 ? result.flip(axes[i]) : result.slice(axes[i], starts[i], ends[i], steps[i]);
  }
  return {result};
}

Tensors gather(const Step& step) {
  const at::Tensor x = step.input(0), index = step.input(1);
  const std::int64_t axis = step.integer("axis", 0);
  const std::int64_t size = x.size(axis);
  const at::Tensor places = at::where(index < 0, index + size, index);
  Ints shape = x.sizes().vec();
  const auto at_axis = shape.begin() + axis;
  shape.erase(at_axis);
  shape.insert(shape.begin() + axis, places.sizes().begin(), places.sizes().end());
  return {x.index_select(axis, places.reshape({-1})).reshape(shape)};
}

Tensors gather_elements(const Step& step) {
  return {step.input(0).gather(step.integer("axis", 0), step.input(1))};
}

Tensors depth_to_space(const Step& step) {
  return {at::pixel_shuffle(step.input(0), step.integer("blocksize", 1))};
}

constexpr StepRule kRules[] = {
    {"ArgMax", kNumbers, index_of_largest},
    {"ArgMin", kNumbers, index_of_smallest},
    {"Concat", kAll, concatenate},
    {"CumSum", kWide, cumulative_sum},
    {"DepthToSpace", kAll, depth_to_space},
    {"Expand", kAll, expand},
    {"Gather", kAll, gather},
    {"GatherElements", kAll, gather_elements},
    {"Identity", kAll, identity},
    {"LogSoftmax", kFloating, log_softmax},
    {"ReduceL1", kWide, reduce<sum_of_sizes>},
    {"ReduceL2", kWide, reduce<length>},
    {"ReduceLogSumExp", kWide, reduce<log_sum_exp>},
    {"ReduceMax", kNumbers & ~kShort, reduce<largest>},
    {"ReduceMean", kWide, reduce<mean>},
    {"ReduceMin", kNumbers & ~kShort, reduce<smallest>},
    {"ReduceProd", kWide, reduce<product>},
    {"ReduceSum", kWide, sum},
    {"Reshape", kAll, reshape},
    {"Shape", kAll, shape},
    {"Slice", kAll, slice},
    {"Softmax", kFloating, softmax},
    {"Split", kAll, split},
    {"Squeeze", kAll, squeeze},
    {"Tile", kAll, tile},
    {"Transpose", kAll, transpose},
    {"Unsqueeze", kAll, unsqueeze},
};

}  // namespace
}  // namespace mnist::onnx::steps_dimensions

std::span<const mnist::onnx::StepRule> mnist::onnx::dimension_steps() {
  return steps_dimensions::kRules;
}
