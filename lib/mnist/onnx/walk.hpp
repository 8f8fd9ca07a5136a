#pragma once

#include <torch/csrc/jit/api/module.h>

#include <map>
#include <string>
#include <unordered_map>
#include <vector>

#include "mnist/onnx/step.hpp"

namespace mnist::onnx {

/// Runs a TorchScript module, traced or scripted, with both batches at once, as LibTorch's
/// interpreter does with one. Branches are taken and loops counted as the shapes and the module's
/// settings have it, which is what an ONNX graph has no need to know; where the input's values or
/// the batch size decide, it throws `std::runtime_error`, as it does for an operator that ONNX does
/// not have, with its name and where in the model it stands.
class Walk {
 public:
  /// `only_runs`: there is to be no graph; it is only run, until it ends or goes on for too long.
  Walk(const torch::jit::Module& module, Builder& builder, Names& names, bool only_runs = false);

  /// What `forward` gives for these inputs.
  Lanes run(const Lanes& input);

 private:
  using Values = std::unordered_map<const torch::jit::Value*, Lanes>;

  std::vector<Lanes> call(torch::jit::Function& function, const std::vector<Lanes>& arguments);
  std::vector<Lanes> call_method(const torch::jit::Node& node, const std::vector<Lanes>& inputs);
  void run_block(const torch::jit::Block& block, Values& values);
  void run_node(const torch::jit::Node& node, Values& values);
  void run_if(const torch::jit::Node& node, Values& values);
  void run_loop(const torch::jit::Node& node, Values& values);
  std::vector<Lanes> results_of(const torch::jit::Node& node, const std::vector<Lanes>& inputs);
  std::vector<Lanes> run_operator(const torch::jit::Node& node, const std::vector<Lanes>& inputs);
  Lanes attribute(const torch::jit::Node& node, const Lanes& object);
  std::string place() const;  ///< what messages call the part whose method runs
  bool decide(const Lanes& condition) const;

  torch::jit::Module module_;
  Stepper stepper_;
  std::unordered_map<const void*, std::string> paths_;  ///< of the objects that are parts of it
  std::string path_;                                    ///< of the part whose method runs
  int depth_ = 0;
  std::int64_t steps_ = 0;
};

}  // namespace mnist::onnx
