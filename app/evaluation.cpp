#include "evaluation.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>

#include "console/shaded_matrix.hpp"
#include "console/terminal.hpp"
#include "mnist/metrics/metrics.hpp"

namespace mnist {
namespace {

constexpr std::int64_t kClasses = 10;
constexpr std::size_t kShownPredictions = 10;
constexpr std::size_t kShownConfusions = 5;
/// scikit-learn's default of 2 shows nearly all of a good model's scores as 0.99.
constexpr int kReportDigits = 4;

LabelSpan as_span(const torch::Tensor& values) {
  return {values.data_ptr<std::int64_t>(), static_cast<std::size_t>(values.numel())};
}

ScoreMatrix as_score_matrix(const torch::Tensor& values) {
  return {{values.data_ptr<float>(), static_cast<std::size_t>(values.numel())},
          static_cast<std::size_t>(values.size(1))};
}

/// A line an image: label, prediction and its probability, then all ten probabilities.
std::string predictions_table(const Evaluation& evaluation) {
  std::string text = "index  label  prediction  probability  ";
  for (std::int64_t digit = 0; digit < kClasses; ++digit) text += fmt::format("    p{}", digit);
  text += '\n';
  const auto labels = as_span(evaluation.labels), predictions = as_span(evaluation.predictions);
  const float* p = evaluation.probabilities.data_ptr<float>();
  for (std::size_t row = 0; row < std::min(kShownPredictions, labels.size()); ++row) {
    text += fmt::format("{:>5}  {:>5}  {:>10}  {:>11.4f}  ", row, labels[row], predictions[row],
                        p[predictions[row]]);
    for (std::int64_t digit = 0; digit < kClasses; ++digit) text += fmt::format(" {:.3f}", *p++);
    text += '\n';
  }
  return text;
}

}  // namespace

Evaluation evaluate(Classifier& classifier, const Dataset& test) {
  const torch::Tensor labels = test.labels.contiguous();
  const torch::Tensor probabilities = classifier.probabilities(test.images).contiguous();
  const torch::Tensor predictions = probabilities.argmax(1);

  const std::vector<std::int64_t> digits = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9};
  const LabelSpan y_true = as_span(labels), y_pred = as_span(predictions);
  const Metric loss = log_loss(y_true, as_score_matrix(probabilities), {.labels = digits});
  Evaluation result{
      .labels = labels,
      .probabilities = probabilities,
      .predictions = predictions,
      .accuracy = accuracy_score(y_true, y_pred),
      .top_2_accuracy =
          top_k_accuracy_score(y_true, as_score_matrix(probabilities), {.k = 2, .labels = digits})
              .value,
      .loss = loss.value,
      .report = classification_report(y_true, y_pred, {.labels = digits, .digits = kReportDigits}),
      .matrix = confusion_matrix(y_true, y_pred, {.labels = digits}),
      .most_confused = most_confused(y_true, y_pred, kShownConfusions),
      .warnings = loss.warnings,
  };
  for (const auto& more : {result.report.warnings, result.matrix.warnings}) {
    result.warnings.insert(result.warnings.end(), more.begin(), more.end());
  }
  return result;
}

void print(const Evaluation& evaluation, Color color) {
  for (const std::string& warning : evaluation.warnings) {
    print_stderr("mnist: warning: {}\n", warning);
  }
  fmt::print("{}\naccuracy: {:.4f} - top-2 accuracy: {:.4f} - loss: {:.4f}\n\n{}\n",
             predictions_table(evaluation), evaluation.accuracy, evaluation.top_2_accuracy,
             evaluation.loss, evaluation.report.text());
  // numpy's text is for those who compare or parse it, the shades for eyes.
  fmt::print("{}\n\n", use_color(color, STDOUT_FILENO) ? shaded_matrix(evaluation.matrix)
                                                       : evaluation.matrix.text());
  for (const Confusion& confusion : evaluation.most_confused) {
    fmt::print("{} taken for {}: {}\n", confusion.true_label, confusion.predicted_label,
               confusion.count);
  }
}

nlohmann::ordered_json to_json(const Evaluation& evaluation) {
  return {{"accuracy", evaluation.accuracy},
          {"loss", evaluation.loss},
          {"top_2_accuracy", evaluation.top_2_accuracy},
          {"classification_report", evaluation.report.dict()},
          {"confusion_matrix", evaluation.matrix.json()}};
}

std::string to_csv(const Evaluation& evaluation) {
  std::string csv = "index,label,prediction";
  for (std::int64_t digit = 0; digit < kClasses; ++digit) csv += fmt::format(",p{}", digit);
  csv += '\n';
  const auto labels = as_span(evaluation.labels), predictions = as_span(evaluation.predictions);
  const float* p = evaluation.probabilities.data_ptr<float>();
  for (std::size_t row = 0; row < labels.size(); ++row) {
    csv += fmt::format("{},{},{}", row, labels[row], predictions[row]);
    for (std::int64_t digit = 0; digit < kClasses; ++digit) csv += fmt::format(",{}", *p++);
    csv += '\n';
  }
  return csv;
}

}  // namespace mnist
