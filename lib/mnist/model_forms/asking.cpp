#include "mnist/model_forms/asking.hpp"

#include <torch/csrc/jit/runtime/graph_executor.h>

#include <vector>

#include "mnist/error.hpp"
#include "mnist/libtorch_error.hpp"
#include "mnist/model_forms/returned.hpp"

namespace mnist {
namespace {

torch::Tensor answers_in(const Asking& asking, const torch::IValue& returned, std::int64_t images) {
  for (const ReturnedTensor& found : tensors_in(returned)) {
    if (found.place != asking.place) continue;
    const auto rows = rows_of(found.tensor, images, asking.classes);
    if (rows) return rows->to(torch::kCPU, torch::kFloat32);
  }
  throw Error("the model answers {} images with {}: expected floating-point numbers [{}, {}]",
              images, describe(returned), images, asking.classes);
}

torch::Tensor ask_one_by_one(const Asking& asking, const torch::Tensor& images) {
  std::vector<torch::Tensor> rows;
  for (const torch::Tensor& image : images.split(1)) rows.push_back(ask(asking, image));
  return torch::cat(rows);
}

}  // namespace

torch::IValue run(const Asking& asking, const torch::Tensor& images) {
  const torch::Tensor input = scale_pixels(asking.input->arrange(images), asking.pixels);
  try {
    // What LibTorch finds out about a graph while it runs is worth less here than it takes.
    const torch::jit::GraphOptimizerEnabledGuard no_optimizer(false);
    torch::jit::Module module = asking.module;
    return module.forward({input.to(asking.device)});
  } catch (const std::exception& exception) {
    throw Error("the model cannot classify float32 images {}: {}", c10::str(input.sizes()),
                one_line(exception));
  }
}

torch::Tensor ask(const Asking& asking, const torch::Tensor& images) {
  const std::int64_t count = images.size(0);
  if (count == 0) return torch::empty({0, asking.classes});
  if (asking.grouping == Grouping::kOne && count > 1) return ask_one_by_one(asking, images);
  if (asking.grouping == Grouping::kTwoOrMore && count == 1) {
    return ask(asking, images.expand({2, -1, -1, -1})).slice(0, 0, 1);
  }
  return answers_in(asking, run(asking, images), count);
}

}  // namespace mnist
