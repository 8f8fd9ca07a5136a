#include <fmt/format.h>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <string>
#include <vector>

#include "console/summary_table.hpp"
#include "report/heat_map.hpp"
#include "report/html.hpp"
#include "report/page_parts.hpp"

namespace mnist {
namespace {

std::string score(const char* name, const std::string& value) {
  return fmt::format("<div><dt>{}</dt><dd>{}</dd></div>\n", name, value);
}

std::string four_digits(double value) {
  return std::isnan(value) ? std::string("–") : fmt::format("{:.4f}", value);
}

std::vector<std::string> row_of(const ClassificationReport::Row& row) {
  return {shortened(row.name, kMostOfAName), four_digits(row.scores.precision),
          four_digits(row.scores.recall), four_digits(row.scores.f1_score),
          with_thousands(row.support)};
}

}  // namespace

std::string scores_part(const Evaluation& evaluation) {
  std::int64_t errors = 0;
  for (std::size_t i = 0; i < evaluation.labels.size(); ++i) {
    errors += evaluation.labels[i] != evaluation.predictions[i];
  }
  return "<dl class=\"scores\">\n" +
         score("accuracy", fmt::format("{:.2f}%", 100 * evaluation.accuracy)) +
         score("loss", four_digits(evaluation.loss)) +
         score("errors", fmt::format("{} of {}", with_thousands(errors),
                                     with_thousands(std::ssize(evaluation.labels)))) +
         score("among the first two", fmt::format("{:.2f}%", 100 * evaluation.top_2_accuracy)) +
         "</dl>\n<p class=\"faint\">On the test images. The loss "
         "is the mean cross-entropy, −log of the probability of the right class.</p>\n";
}

std::string confusions_part(const Evaluation& evaluation) {
  std::string html = heat_map(evaluation.matrix, evaluation.classes);
  if (evaluation.most_confused.empty()) return html;
  html += "<p>Most frequent:";
  for (const Confusion& confusion : evaluation.most_confused) {
    const auto name = [&](std::int64_t label) {
      return escaped(shortened(evaluation.classes[static_cast<std::size_t>(label)], kMostOfAName));
    };
    html += fmt::format("{} {} taken for {} ({})", html.ends_with(':') ? "" : ",",
                        name(confusion.true_label), name(confusion.predicted_label),
                        with_thousands(confusion.count));
  }
  return html + ".</p>\n";
}

std::string classes_part(const Evaluation& evaluation) {
  HtmlTable scores{.caption = "Scores by class and their averages",
                   .columns = {"class", "precision", "recall", "F1", "support"},
                   .rows = {}};
  for (const auto& row : evaluation.report.classes) scores.rows.push_back(row_of(row));
  for (const auto& row : evaluation.report.averages) scores.rows.push_back(row_of(row));
  return to_html(scores) +
         "<p class=\"faint\">Precision: of the images called so, the share that are. Recall: of "
         "those that are, the share that were called so. F1: both in one number, low if either is. "
         "Support: how many there are.</p>\n";
}

std::string mistakes_part(const std::vector<Answer>& answers,
                          const std::vector<std::string>& classes) {
  if (answers.empty()) return "<p>Not one: all test images are right.</p>\n";
  return "<p>The wrong answers that the network was surest of, and how sure.</p>\n" +
         gallery(answers, classes);
}

std::string uncertain_part(const std::vector<Answer>& answers,
                           const std::vector<std::string>& classes) {
  if (answers.empty()) return "<p>There is no right answer.</p>\n";
  return "<p>The right answers that it was least sure of.</p>\n" + gallery(answers, classes);
}

}  // namespace mnist
