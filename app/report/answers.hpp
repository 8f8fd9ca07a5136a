#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "mnist/evaluation.hpp"

namespace mnist {

/// What one image of a test set was taken for.
struct Answer {
  std::size_t row;  ///< of the test set
  std::int64_t label, prediction;
  float probability;     ///< of the prediction
  std::string png = {};  ///< the image as a PNG file

  bool is_right() const { return label == prediction; }
};

/// The wrong answers that the model was surest of, the surest first, at most `most`.
std::vector<Answer> worst_mistakes(const Evaluation& evaluation, std::size_t most);

/// The right answers that it was least sure of, the least sure first, at most `most`.
std::vector<Answer> least_certain(const Evaluation& evaluation, std::size_t most);

/// "99.8%", rounded down to the digit before a hundred.
std::string percent(double share);

/// The answers as pictures with a line each below: "4 taken for 9, 99.8%". `classes`: their names.
std::string gallery(const std::vector<Answer>& answers, const std::vector<std::string>& classes);

/// That line, as plain text.
std::string caption_of(const Answer& answer, const std::vector<std::string>& classes);

}  // namespace mnist
