#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "mnist/metrics/classification_report.hpp"
#include "mnist/metrics/confusion_matrix.hpp"
#include "mnist/metrics/metrics.hpp"

namespace mnist {

class Classifier;
struct Dataset;

/// A classifier's answers on a test set of N images, and what they amount to.
struct Evaluation {
  std::vector<std::int64_t> labels;       ///< [N]
  std::vector<std::int64_t> predictions;  ///< [N], the most probable class
  std::vector<float> probabilities;       ///< [N, classes], row-major
  double accuracy;                        ///< in [0, 1]
  double top_2_accuracy;                  ///< share of labels among the two most probable classes
  double loss;                            ///< mean cross-entropy, natural logarithm
  ClassificationReport report;
  ConfusionMatrix matrix;                ///< rows are labels, columns predictions
  std::vector<Confusion> most_confused;  ///< the five most frequent, the first the most
  std::vector<std::string> classes;      ///< the names of the classes, as in the report
  std::vector<std::string> warnings;     ///< scikit-learn's, of the scores that are undefined
};

struct EvaluationOptions {
  int report_digits = 4;  ///< after the point in the report; scikit-learn's default is 2
  std::vector<std::string> classes = {};  ///< their names, UTF-8; none for the labels as numbers
};

/// Classifies the test set. Throws `Error` as `Classifier::probabilities` does, and where a label
/// or the number of names is not one of the classifier's.
Evaluation evaluate(Classifier& classifier, const Dataset& test,
                    const EvaluationOptions& options = {});

}  // namespace mnist
