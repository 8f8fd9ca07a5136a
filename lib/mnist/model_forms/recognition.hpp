#pragma once

#include <string>
#include <vector>

#include "mnist/model_forms/asking.hpp"
#include "mnist/model_forms/classifier_options.hpp"

namespace mnist {

/// What was found out about a model by asking it about a few images of noise.
struct Recognised {
  Asking asking;
  const AnswerForm* answers;
  std::vector<std::string> notes;  ///< what a user should know of that, a line each
};

/// `modules` are on `device`, in evaluation mode, and compute the same, in order of preference. The
/// first way of asking that one of them answers to, with numbers for at least two classes, is
/// taken: any number of images before one at a time, and of the forms of input the first. Throws
/// `Error` where there is none, with what the last of `modules` says of the first form.
Recognised recognise(const std::vector<torch::jit::Module>& modules, torch::Device device,
                     const ClassifierOptions& options);

}  // namespace mnist
