#pragma once

#include <string>

#include "console/terminal.hpp"
#include "mnist/evaluation.hpp"

namespace mnist {

/// A line for each of the first ten images: label, prediction and its probability, then those of
/// all classes, where these are no more than ten.
std::string predictions_table(const Evaluation& evaluation);

/// Prints the first ten predictions, the scores, the classification report, the confusion matrix
/// and the most frequent confusions to stdout, and the warnings to stderr. The matrix is as numpy
/// prints it, or shaded where `color` allows that on stdout.
void print_report(const Evaluation& evaluation, Color color);

}  // namespace mnist
