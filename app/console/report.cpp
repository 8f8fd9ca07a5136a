#include "console/report.hpp"

#include <unistd.h>

#include <algorithm>
#include <string>
#include <vector>

#include "console/shaded_matrix.hpp"

namespace mnist {
namespace {

/// How many probabilities fit beside each other.
constexpr std::size_t kMostColumns = 10;

std::size_t widest(const std::vector<std::string>& names, std::size_t least) {
  for (const std::string& name : names) least = std::max(least, fmt::formatted_size("{}", name));
  return least;
}

}  // namespace

std::string predictions_table(const Evaluation& evaluation) {
  constexpr std::size_t kShown = 10;
  const std::size_t rows = evaluation.labels.size();
  const std::size_t classes = evaluation.classes.size();
  const std::size_t columns = classes <= kMostColumns ? classes : 0;
  const std::size_t label_width = widest(evaluation.classes, 5);
  const std::size_t width = widest(evaluation.classes, 10);
  const auto name = [&](std::int64_t label) {
    return evaluation.classes[static_cast<std::size_t>(label)];
  };
  std::string text = fmt::format("index  {:>{}}  {:>{}}  probability  ", "label", label_width,
                                 "prediction", width);
  for (std::size_t i = 0; i < columns; ++i) text += fmt::format("    p{}", i);
  text += '\n';
  for (std::size_t row = 0; row < std::min(kShown, rows); ++row) {
    const std::int64_t prediction = evaluation.predictions[row];
    const float* p = evaluation.probabilities.data() + row * classes;
    text += fmt::format("{:>5}  {:>{}}  {:>{}}  {:>11.4f}  ", row, name(evaluation.labels[row]),
                        label_width, name(prediction), width, p[prediction]);
    for (std::size_t i = 0; i < columns; ++i) text += fmt::format(" {:.3f}", p[i]);
    text += '\n';
  }
  return text;
}

void print_report(const Evaluation& evaluation, Color color) {
  for (const std::string& warning : evaluation.warnings) print_warning("{}", warning);
  print_stdout("{}\naccuracy: {:.4f} - top-2 accuracy: {:.4f} - loss: {:.4f}\n\n{}\n",
               predictions_table(evaluation), evaluation.accuracy, evaluation.top_2_accuracy,
               evaluation.loss, evaluation.report.text());
  // numpy's text is for those who compare or parse it, the shades for eyes.
  print_stdout("{}\n\n", use_color(color, STDOUT_FILENO) ? shaded_matrix(evaluation.matrix)
                                                         : evaluation.matrix.text());
  for (const Confusion& confusion : evaluation.most_confused) {
    print_stdout(
        "{} taken for {}: {}\n", evaluation.classes[static_cast<std::size_t>(confusion.true_label)],
        evaluation.classes[static_cast<std::size_t>(confusion.predicted_label)], confusion.count);
  }
}

}  // namespace mnist
