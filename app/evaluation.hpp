#pragma once

#include <torch/types.h>

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "console/terminal.hpp"
#include "mnist/classifier.hpp"
#include "mnist/dataset.hpp"
#include "mnist/metrics/classification_report.hpp"
#include "mnist/metrics/confusion_matrix.hpp"
#include "mnist/metrics/metrics.hpp"

namespace mnist {

/// A classifier's answers on a test set of N images, and what they amount to.
struct Evaluation {
  torch::Tensor labels;         ///< int64 [N]
  torch::Tensor probabilities;  ///< float32 [N, 10]
  torch::Tensor predictions;    ///< int64 [N], the most probable class
  double accuracy;              ///< in [0, 1]
  double top_2_accuracy;        ///< share of labels among the two most probable classes
  double loss;                  ///< mean cross-entropy, natural logarithm
  ClassificationReport report;
  ConfusionMatrix matrix;                ///< rows are labels, columns predictions
  std::vector<Confusion> most_confused;  ///< the five most frequent, the first the most
  std::vector<std::string> warnings;     ///< scikit-learn's, of the scores that are undefined
};

Evaluation evaluate(Classifier& classifier, const Dataset& test);

/// Prints the first ten predictions, the classification report, the confusion matrix and the most
/// frequent confusions to stdout, and the warnings to stderr. The matrix is as numpy prints it, or
/// shaded where `color` allows that on stdout.
void print(const Evaluation& evaluation, Color color);

/// `accuracy`, `loss`, `top_2_accuracy`, `classification_report` (scikit-learn's
/// `output_dict=True`) and `confusion_matrix`.
nlohmann::ordered_json to_json(const Evaluation& evaluation);

/// index,label,prediction,p0,…,p9: a row an image, numbers that parse back to the same float32.
std::string to_csv(const Evaluation& evaluation);

}  // namespace mnist
