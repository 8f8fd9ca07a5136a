#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace at {
class Tensor;
}

namespace mnist {

/// What the numbers of a model's answer are.
enum class Output : std::uint8_t { kProbabilities, kLogProbabilities, kScores, kLogits };

/// A form that a model's answers come in: float32 [N, K], a row for each image.
struct AnswerForm {
  Output output;
  std::string_view name;  ///< on the command line too
  std::string_view why;   ///< by what it is recognised
  /// Whether answers of that kind look like these. `tolerance` is how far from 1 rounding may have
  /// taken a sum of probabilities.
  bool (*fits)(const at::Tensor& answers, double tolerance);
  at::Tensor (*to_probabilities)(const at::Tensor& answers);
};

/// All of them, in the order in which they are tried. The last one fits any answers.
std::span<const AnswerForm> answer_forms();

/// The first that fits. `epsilon` is that of the type that the model computed in.
const AnswerForm& recognise_answers(const at::Tensor& answers, double epsilon);

/// "probabilities", "log-probabilities", "scores" or "logits".
std::string_view name_of(Output output);

/// float32 [N, K], contiguous. Throws `Error` where there are NaNs or infinities among them.
at::Tensor as_probabilities(const at::Tensor& answers, const AnswerForm& form);

}  // namespace mnist
