#include "mnist/checkpoint/snapshot.hpp"

#include <ATen/Context.h>

#include <string>
#include <string_view>

#include "mnist/error.hpp"
#include "mnist/kernels/fused_adam.hpp"
#include "mnist/libtorch_error.hpp"

namespace mnist {
namespace {

constexpr std::string_view kModel = "model.";
constexpr std::string_view kCpuGenerator = "generator.cpu", kDeviceGenerator = "generator.device";

std::string adam_name(const std::string& value, const std::string& parameter) {
  return fmt::format("adam.{}.{}", value, parameter);
}

torch::Device device_of(const Cnn& model) { return model->parameters().front().device(); }

void set_generator(torch::Device device, const NamedTensors& tensors, std::string_view name) {
  const torch::Tensor state = find_tensor(tensors, std::string(name));
  try {
    at::Generator generator = at::globalContext().defaultGenerator(device);
    generator.set_state(state);
  } catch (const c10::Error& error) {
    throw Error("'{}' is no state of a random generator: {}", name, one_line(error));
  }
}

}  // namespace

NamedTensors capture(const Cnn& model, const torch::optim::Optimizer& optimizer) {
  NamedTensors tensors;
  for (auto& [name, value] : weights_of(*model)) {
    tensors.emplace(fmt::format("{}{}", kModel, name), value);
  }
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
  if (const torch::Device device = device_of(model); !device.is_cpu()) {
    generator(device, kDeviceGenerator);
  }
  return tensors;
}

void restore_weights(const NamedTensors& tensors, Cnn& model) {
  NamedTensors weights;
  for (const auto& [name, tensor] : tensors) {
    if (name.starts_with(kModel)) weights.emplace(name.substr(kModel.size()), tensor);
  }
  set_weights(*model, weights);
}

void restore(const NamedTensors& tensors, Cnn& model, torch::optim::Optimizer& optimizer) {
  restore_weights(tensors, model);
  for (const auto& item : model->named_parameters()) {
    if (!tensors.contains(adam_name("step", item.key()))) continue;
    torch::optim::AdamParamState& state = adam_state(optimizer, item.value());
    torch::Tensor step = torch::zeros({}, torch::kInt64);
    copy_tensor(tensors, adam_name("step", item.key()), step);
    state.step(step.item<std::int64_t>());
    copy_tensor(tensors, adam_name("exp_avg", item.key()), state.exp_avg());
    copy_tensor(tensors, adam_name("exp_avg_sq", item.key()), state.exp_avg_sq());
  }
  set_generator(torch::kCPU, tensors, kCpuGenerator);
  if (const torch::Device device = device_of(model); !device.is_cpu()) {
    set_generator(device, tensors, kDeviceGenerator);
  }
}

}  // namespace mnist
