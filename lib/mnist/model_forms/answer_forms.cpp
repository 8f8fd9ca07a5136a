#include "mnist/model_forms/answer_forms.hpp"

#include <torch/types.h>

#include <algorithm>
#include <cmath>

#include "mnist/error.hpp"

namespace mnist {
namespace {

using torch::Tensor;

bool is_true_of_all(const Tensor& conditions) { return conditions.all().item<bool>(); }

bool each_sums_to_one(const Tensor& rows, double tolerance) {
  return is_true_of_all(rows.sum(1).sub(1).abs().le(tolerance));
}

/// The softmax takes logits to probabilities, and leaves the logarithms of probabilities what they
/// are.
Tensor softmax(const Tensor& answers) { return torch::softmax(answers, 1); }

constexpr AnswerForm kAnswerForms[] = {
    {Output::kProbabilities, "probabilities", "an image's are not negative and sum to 1",
     [](const Tensor& answers, double tolerance) {
       return is_true_of_all(answers.ge(0)) && each_sums_to_one(answers, tolerance);
     },
     [](const Tensor& answers) { return answers; }},
    {Output::kLogProbabilities, "log-probabilities", "the exponentials of an image's sum to 1",
     [](const Tensor& answers, double tolerance) {
       return is_true_of_all(answers.le(tolerance)) && each_sums_to_one(answers.exp(), tolerance);
     },
     softmax},
    // As scikit-learn's OneVsRestClassifier makes probabilities of them.
    {Output::kScores, "scores",
     "they lie between 0 and 1, as a sigmoid's do, and an image's do not sum to 1; they are "
     "divided "
     "by their sum",
     [](const Tensor& answers, double) {
       return is_true_of_all(answers.ge(0)) && is_true_of_all(answers.le(1)) &&
              is_true_of_all(answers.sum(1).gt(0));
     },
     [](const Tensor& answers) {
       return answers / answers.sum(1, /*keepdim=*/true).clamp_min(1e-12);
     }},
    {Output::kLogits, "logits", "they are neither probabilities nor logarithms of such",
     [](const Tensor&, double) { return true; }, softmax},
};

}  // namespace

std::span<const AnswerForm> answer_forms() { return kAnswerForms; }

const AnswerForm& recognise_answers(const Tensor& answers, double epsilon) {
  // Each of the numbers is rounded, and in bfloat16 that takes a sum of 1 a few thousandths away.
  const double tolerance = std::max(1e-3, 4 * epsilon);
  return *std::ranges::find_if(
      kAnswerForms, [&](const AnswerForm& form) { return form.fits(answers, tolerance); });
}

std::string_view name_of(Output output) {
  return std::ranges::find(kAnswerForms, output, &AnswerForm::output)->name;
}

Tensor as_probabilities(const Tensor& answers, const AnswerForm& form) {
  Tensor result = form.to_probabilities(answers).contiguous();
  const std::span numbers(result.data_ptr<float>(), static_cast<std::size_t>(result.numel()));
  if (!std::ranges::all_of(numbers, [](float number) { return std::isfinite(number); })) {
    throw Error("the model answers with NaN or infinity: expected {}", form.name);
  }
  return result;
}

}  // namespace mnist
