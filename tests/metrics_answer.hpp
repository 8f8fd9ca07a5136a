#pragma once

#include <cstddef>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "mnist/error.hpp"
#include "mnist/metrics/classification_report.hpp"
#include "mnist/metrics/confusion_matrix.hpp"
#include "mnist/metrics/metrics.hpp"

// One question to the metrics and its answer, both in JSON, as sklearn_answers.py asks scikit-learn
// the same and answers in the same form. A question names a function, its inputs (`y_true` and
// `y_pred`, or `counts`: [true, predicted, how often] in their stead) and its options by
// scikit-learn's names.

namespace mnist::test {

using Json = nlohmann::ordered_json;
using Labels = std::vector<std::int64_t>;

template <typename Value>
std::optional<Value> option(const Json& question, const std::string& key) {
  const auto found = question.find(key);
  if (found == question.end() || found->is_null()) return std::nullopt;
  return found->get<Value>();
}

inline Labels samples(const Json& question, const std::string& key) {
  if (question.contains(key)) return question[key];
  Labels labels;
  for (const Json& row : question.at("counts")) {
    labels.insert(labels.end(), row[2].get<std::size_t>(), row[key == "y_true" ? 0 : 1]);
  }
  return labels;
}

inline Json answer_report(const Json& question) {
  const auto zero_division = question.value("zero_division", Json("warn"));
  const auto report = classification_report(
      samples(question, "y_true"), samples(question, "y_pred"),
      {.labels = option<Labels>(question, "labels"),
       .target_names = option<std::vector<std::string>>(question, "target_names"),
       .digits = question.value("digits", 2),
       .zero_division = zero_division == "warn"  ? ZeroDivision::kWarn
                        : zero_division == "nan" ? ZeroDivision::kNan
                        : zero_division == 1     ? ZeroDivision::kOne
                                                 : ZeroDivision::kZero});
  Json answer = {{"dict", report.dict()}, {"warnings", report.warnings}};
  try {
    answer["text"] = report.text();
  } catch (const Error& error) {
    answer["text_error"] = error.what();
  }
  return answer;
}

inline Json answer_matrix(const Json& question) {
  const auto normalize = question.value("normalize", Json(nullptr));
  const auto matrix = confusion_matrix(samples(question, "y_true"), samples(question, "y_pred"),
                                       {.labels = option<Labels>(question, "labels"),
                                        .normalize = normalize == "true"   ? Normalize::kTrue
                                                     : normalize == "pred" ? Normalize::kPred
                                                     : normalize == "all"  ? Normalize::kAll
                                                                           : Normalize::kNone});
  return {{"matrix", matrix.json()}, {"text", matrix.text()}, {"warnings", matrix.warnings}};
}

inline Json answer_score(const Json& question) {
  const std::string function = question.at("function");
  const Labels y_true = samples(question, "y_true");
  if (function == "accuracy_score") {
    return {{"value", accuracy_score(y_true, samples(question, "y_pred"))}, {"warnings", Labels{}}};
  }
  std::vector<float> values;
  for (const Json& value : question.at("scores")) {
    values.push_back(value.is_string() ? std::stof(value.get<std::string>()) : value.get<float>());
  }
  const ScoreMatrix scores{values, question.at("columns")};
  const auto labels = option<Labels>(question, "labels");
  const Metric metric =
      function == "log_loss"
          ? log_loss(y_true, scores, {.labels = labels})
          : top_k_accuracy_score(y_true, scores, {.k = question.value("k", 2), .labels = labels});
  return {{"value", metric.value}, {"warnings", metric.warnings}};
}

/// The answer after a trip through JSON text, where NaN is null.
inline Json answer(const Json& question) {
  try {
    const std::string function = question.at("function");
    const Json answer = function == "classification_report" ? answer_report(question)
                        : function == "confusion_matrix"    ? answer_matrix(question)
                                                            : answer_score(question);
    return Json::parse(answer.dump());
  } catch (const Error& error) {
    return {{"error", error.what()}};
  }
}

}  // namespace mnist::test
