#pragma once

#include <cstdint>

#include "mnist/model_forms/answer_forms.hpp"
#include "mnist/model_forms/input_forms.hpp"

namespace mnist {

/// What is known ahead of a model; what is not is found out by trying.
struct ClassifierOptions {
  std::int64_t image_side = 28;         ///< S of the images that it is asked with, [N, 1, S, S]
  const InputForm* input = nullptr;     ///< the form that it takes them in; null: not known
  const AnswerForm* answers = nullptr;  ///< null: not known
  PixelScale pixels = {};               ///< cannot be found out without labels
};

}  // namespace mnist
