#include "console/report.hpp"

#include <unistd.h>

#include <algorithm>

#include "console/shaded_matrix.hpp"

namespace mnist {

std::string predictions_table(const Evaluation& evaluation) {
  constexpr std::size_t kShown = 10;
  const std::size_t rows = evaluation.labels.size();
  const std::size_t classes = evaluation.probabilities.size() / rows;
  std::string text = "index  label  prediction  probability  ";
  for (std::size_t i = 0; i < classes; ++i) text += fmt::format("    p{}", i);
  text += '\n';
  for (std::size_t row = 0; row < std::min(kShown, rows); ++row) {
    const std::int64_t prediction = evaluation.predictions[row];
    const float* p = evaluation.probabilities.data() + row * classes;
    text += fmt::format("{:>5}  {:>5}  {:>10}  {:>11.4f}  ", row, evaluation.labels[row],
                        prediction, p[prediction]);
    for (std::size_t i = 0; i < classes; ++i) text += fmt::format(" {:.3f}", p[i]);
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
    print_stdout("{} taken for {}: {}\n", confusion.true_label, confusion.predicted_label,
                 confusion.count);
  }
}

}  // namespace mnist
