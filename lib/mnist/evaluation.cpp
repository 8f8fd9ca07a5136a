#include "mnist/evaluation.hpp"

#include <numeric>

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

/// 0 up to, and without, the number of classes. Throws where the test set has others.
std::vector<std::int64_t> labels_of(const Dataset& test, std::int64_t count) {
  const std::int64_t most = test.labels.max().item<std::int64_t>();
  if (most >= count) {
    throw Error("the test set has the label {}: expected 0 to {}, which the model tells apart",
                most, count - 1);
  }
  std::vector<std::int64_t> labels(static_cast<std::size_t>(count));
  std::iota(labels.begin(), labels.end(), 0);
  return labels;
}

std::vector<std::string> names_of(const EvaluationOptions& options, std::int64_t count) {
  const auto classes = static_cast<std::size_t>(count);
  if (options.classes.empty()) return numbers_from(0, classes);
  if (options.classes.size() == classes) return options.classes;
  throw Error("there are names of {} classes: expected {}, as many as the model tells apart",
              options.classes.size(), classes);
}

/// Of two classes each label is one of the first two, for which scikit-learn has no score.
double top_2_accuracy(LabelSpan labels, ScoreMatrix scores,
                      const std::vector<std::int64_t>& classes) {
  if (classes.size() == 2) return 1;
  return top_k_accuracy_score(labels, scores, {.k = 2, .labels = classes}).value;
}

}  // namespace

Evaluation evaluate(Classifier& classifier, const Dataset& test, const EvaluationOptions& options) {
  const torch::Tensor answers = classifier.probabilities(test.images);
  auto labels = to_vector<std::int64_t>(test.labels);
  auto predictions = to_vector<std::int64_t>(answers.argmax(1));
  auto probabilities = to_vector<float>(answers);

  const std::vector<std::string> names = names_of(options, answers.size(1));
  const std::vector<std::int64_t> classes = labels_of(test, answers.size(1));
  const ScoreMatrix scores{probabilities, classes.size()};
  const Metric loss = log_loss(labels, scores, {.labels = classes});
  Evaluation result{
      .labels = {},
      .predictions = {},
      .probabilities = {},
      .accuracy = accuracy_score(labels, predictions),
      .top_2_accuracy = top_2_accuracy(labels, scores, classes),
      .loss = loss.value,
      .report = classification_report(
          labels, predictions,
          {.labels = classes, .target_names = names, .digits = options.report_digits}),
      .matrix = confusion_matrix(labels, predictions, {.labels = classes}),
      .most_confused = most_confused(labels, predictions, kMostConfused),
      .classes = names,
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
