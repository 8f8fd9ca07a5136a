#include "mnist/checkpoint/snapshot.hpp"

#include <ATen/Context.h>

#include <string_view>

#include "mnist/error.hpp"
#include "mnist/kernels/fused_adam.hpp"
#include "mnist/libtorch_error.hpp"

namespace mnist {
namespace {

constexpr std::string_view kCpuGenerator = "generator.cpu", kDeviceGenerator = "generator.device";

/// Each parameter and buffer with its name. They share the model's memory.
NamedTensors named_values(const Cnn& model) {
  NamedTensors values;
  for (const auto& item : model->named_parameters()) values.emplace(item.key(), item.value());
  for (const auto& item : model->named_buffers()) values.emplace(item.key(), item.value());
  return values;
}

std::string model_name(const std::string& value) { return fmt::format("model.{}", value); }

std::string adam_name(const std::string& value, const std::string& parameter) {
  return fmt::format("adam.{}.{}", value, parameter);
}

torch::Tensor find(const NamedTensors& tensors, const std::string& name) {
  const auto found = tensors.find(name);
  if (found == tensors.end()) throw Error("the checkpoint lacks '{}'", name);
  return found->second;
}

void copy_into(torch::Tensor target, const NamedTensors& tensors, const std::string& name) {
  const torch::Tensor source = find(tensors, name);
  if (source.sizes() != target.sizes() || source.scalar_type() != target.scalar_type()) {
    throw Error("the checkpoint's '{}' is {} {}: expected {} {}", name,
                c10::toString(source.scalar_type()), c10::str(source.sizes()),
                c10::toString(target.scalar_type()), c10::str(target.sizes()));
  }
  const torch::NoGradGuard no_grad;
  target.copy_(source);
}

void set_generator(torch::Device device, const NamedTensors& tensors, std::string_view name) {
  const torch::Tensor state = find(tensors, std::string(name));
  try {
    at::Generator generator = at::globalContext().defaultGenerator(device);
    generator.set_state(state);
  } catch (const c10::Error& error) {
    throw Error("the checkpoint's '{}' is no state of a random generator: {}", name,
                one_line(error));
  }
}

}  // namespace

NamedTensors weights_of(const Cnn& model) {
  const torch::NoGradGuard no_grad;
  NamedTensors weights;
  for (const auto& [name, value] : named_values(model)) {
    weights.emplace(name, value.detach().to(torch::kCPU).contiguous().clone());
  }
  return weights;
}

void set_weights(Cnn& model, const NamedTensors& weights) {
  for (const auto& [name, value] : named_values(model)) copy_into(value, weights, name);
}

NamedTensors capture(const Cnn& model, const torch::optim::Optimizer& optimizer,
                     torch::Device device) {
  NamedTensors tensors;
  for (auto& [name, value] : weights_of(model)) tensors.emplace(model_name(name), value);
  for (const auto& item : model->named_parameters()) {
    const torch::optim::AdamParamState* state = find_adam_state(optimizer, item.value());
    if (!state) continue;
    const auto store = [&](const char* what, const torch::Tensor& value) {
      tensors.emplace(adam_name(what, item.key()), value.to(torch::kCPU).contiguous().clone());
    };
    store("exp_avg", state->exp_avg());
    store("exp_avg_sq", state->exp_avg_sq());
    store("step", torch::full({}, state->step(), torch::kInt64));
  }
  const auto generator = [&](torch::Device of, std::string_view name) {
    tensors.emplace(name, at::globalContext().defaultGenerator(of).get_state().clone());
  };
  generator(torch::kCPU, kCpuGenerator);
  if (!device.is_cpu()) generator(device, kDeviceGenerator);
  return tensors;
}

void restore_weights(const NamedTensors& tensors, Cnn& model) {
  for (const auto& [name, value] : named_values(model)) {
    copy_into(value, tensors, model_name(name));
  }
}

void restore(const NamedTensors& tensors, Cnn& model, torch::optim::Optimizer& optimizer,
             torch::Device device) {
  restore_weights(tensors, model);
  for (const auto& item : model->named_parameters()) {
    if (!tensors.contains(adam_name("step", item.key()))) continue;
    torch::optim::AdamParamState& state = adam_state(optimizer, item.value());
    const torch::Tensor step = torch::zeros({}, torch::kInt64);
    copy_into(step, tensors, adam_name("step", item.key()));
    state.step(step.item<std::int64_t>());
    copy_into(state.exp_avg(), tensors, adam_name("exp_avg", item.key()));
    copy_into(state.exp_avg_sq(), tensors, adam_name("exp_avg_sq", item.key()));
  }
  set_generator(torch::kCPU, tensors, kCpuGenerator);
  if (!device.is_cpu()) set_generator(device, tensors, kDeviceGenerator);
}

}  // namespace mnist
