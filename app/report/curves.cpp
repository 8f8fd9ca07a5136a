#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "report/html.hpp"
#include "report/line_chart.hpp"
#include "report/page_parts.hpp"

namespace mnist {
namespace {

constexpr std::size_t kMostEpochs = 400;  // more are no wider on a screen

/// The first, the last, and what lies between in equal steps.
std::vector<EpochRecord> thinned(const std::vector<EpochRecord>& history) {
  if (history.size() <= kMostEpochs) return history;
  std::vector<EpochRecord> some;
  for (std::size_t i = 0; i < kMostEpochs; ++i) {
    some.push_back(history[i * (history.size() - 1) / (kMostEpochs - 1)]);
  }
  return some;
}

bool was_validated(const std::vector<EpochRecord>& history) {
  return std::ranges::any_of(
      history, [](const EpochRecord& record) { return !std::isnan(record.validation.loss); });
}

const EpochRecord& best_of(const std::vector<EpochRecord>& history) {
  return *std::ranges::min_element(
      history, {}, [](const EpochRecord& record) { return record.validation.loss; });
}

std::string described(const char* what, const std::vector<EpochRecord>& history,
                      double LossAndAccuracy::* value) {
  const EpochRecord& last = history.back();
  std::string text = fmt::format("After epoch {} the {} of the training is {:.4f}", last.epoch,
                                 what, last.train.*value);
  if (was_validated(history)) {
    const EpochRecord& best = best_of(history);
    text += fmt::format(
        ", that of the validation {:.4f}. The validation loss is lowest in epoch {}, where this is "
        "{:.4f}",
        last.validation.*value, best.epoch, best.validation.*value);
  }
  return text + '.';
}

std::string chart(const char* what, const std::vector<EpochRecord>& history,
                  const std::vector<EpochRecord>& drawn, double LossAndAccuracy::* value) {
  LineChart chart{.title = fmt::format("{} by epoch", what),
                  .description = described(what, history, value),
                  .x_name = "epoch",
                  .lines = {{"training", {}}}};
  const bool validated = was_validated(history);
  if (validated) {
    chart.lines.push_back({"validation", {}});
    const std::int64_t best = best_of(history).epoch;
    chart.mark = {static_cast<double>(best), fmt::format("best: epoch {}", best)};
  }
  for (const EpochRecord& record : drawn) {
    const auto epoch = static_cast<double>(record.epoch);
    chart.lines[0].points.push_back({epoch, record.train.*value});
    if (validated) chart.lines[1].points.push_back({epoch, record.validation.*value});
  }
  return line_chart(chart);
}

std::string or_dash(double value) {
  return std::isnan(value) ? std::string("–") : fmt::format("{:.4f}", value);
}

HtmlTable epochs_table(const std::vector<EpochRecord>& shown, std::size_t epochs) {
  HtmlTable table{
      .caption =
          fmt::format("Epoch by epoch{}",
                      shown.size() < epochs ? fmt::format(": {} of {}", shown.size(), epochs) : ""),
      .columns = {"epoch", "accuracy", "loss", "validation accuracy", "validation loss", "time"},
      .rows = {}};
  for (const EpochRecord& record : shown) {
    table.rows.push_back({fmt::format("{}", record.epoch), or_dash(record.train.accuracy),
                          or_dash(record.train.loss), or_dash(record.validation.accuracy),
                          or_dash(record.validation.loss),
                          fmt::format("{:.1f} s", record.seconds)});
  }
  return table;
}

}  // namespace

std::string curves_part(const std::vector<EpochRecord>& history) {
  if (history.empty()) return {};
  const std::vector<EpochRecord> shown = thinned(history);
  std::string html = "<div class=\"charts\">\n";
  html += "<div><h3>Accuracy</h3>\n" +
          chart("accuracy", history, shown, &LossAndAccuracy::accuracy) + "</div>\n";
  html += "<div><h3>Loss</h3>\n" + chart("loss", history, shown, &LossAndAccuracy::loss) +
          "</div>\n</div>\n";
  html +=
      "<p class=\"faint\">The training's numbers are means over each epoch, of a network that "
      "changes meanwhile and works under dropout";
  html += was_validated(history) ? ", so the validation's are often better. The best epoch "
                                   "has the lowest validation loss.</p>\n"
                                 : "; nothing was held out for validation.</p>\n";
  return html + to_html(epochs_table(shown, history.size()));
}

}  // namespace mnist
