#include "mnist/evaluation.hpp"

#include "mnist/classifier.hpp"
#include "mnist/dataset.hpp"
#include "mnist/error.hpp"

namespace mnist {
namespace {

constexpr std::size_t kMostConfused = 5;

template <typename Element>
std::vector<Element> to_vector(const torch::Tensor& tensor) {
  const torch::Tensor values = tensor.contiguous();
  const auto* begin = values.data_ptr<Element>();
  return {begin, begin + values.numel()};
}

}  // namespace

Evaluation evaluate(Classifier& classifier, const Dataset& test, const EvaluationOptions& options) {
  if (classifier.classes() != 10) {
    throw Error("the model tells {} classes apart: expected 10", classifier.classes());
  }
  const torch::Tensor answers = classifier.probabilities(test.images);
  auto labels = to_vector<std::int64_t>(test.labels);
  auto predictions = to_vector<std::int64_t>(answers.argmax(1));
  auto probabilities = to_vector<float>(answers);

  const std::vector<std::int64_t> digits = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9};
  const ScoreMatrix scores{probabilities, digits.size()};
  const Metric loss = log_loss(labels, scores, {.labels = digits});
  Evaluation result{
      .labels = {},
      .predictions = {},
      .probabilities = {},
      .accuracy = accuracy_score(labels, predictions),
      .top_2_accuracy = top_k_accuracy_score(labels, scores, {.k = 2, .labels = digits}).value,
      .loss = loss.value,
      .report = classification_report(labels, predictions,
                                      {.labels = digits, .digits = options.report_digits}),
      .matrix = confusion_matrix(labels, predictions, {.labels = digits}),
      .most_confused = most_confused(labels, predictions, kMostConfused),
      .warnings = loss.warnings,
  };
  for (const auto& more : {result.report.warnings, result.matrix.warnings}) {
    result.warnings.insert(result.warnings.end(), more.begin(), more.end());
  }
  result.labels = std::move(labels);
  result.predictions = std::move(predictions);
  result.probabilities = std::move(probabilities);
  return result;
}

}  // namespace mnist
