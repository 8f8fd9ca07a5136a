#include "mnist/metrics/classification_report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <string_view>
#include <utility>

#include "mnist/error.hpp"

namespace mnist {
namespace {

using Tallies = std::unordered_map<std::int64_t, Tally>;

constexpr std::size_t kNumberWidth = 9;

std::size_t code_points(std::string_view utf8) {
  const auto starts = [](char byte) { return (static_cast<unsigned char>(byte) & 0xC0U) != 0x80U; };
  return static_cast<std::size_t>(std::count_if(utf8.begin(), utf8.end(), starts));
}

// Python's '{:>width}'. fmt would count columns on a terminal, not code points.
std::string right_aligned(std::string_view text, std::size_t width) {
  const std::size_t length = code_points(text);
  return std::string(width - std::min(width, length), ' ').append(text);
}

// Python's '{:.{digits}f}'.
std::string fixed(double value, std::size_t digits) {
  if (std::isnan(value)) return "nan";
  std::string text(digits + 8, '\0');
  const auto end = std::to_chars(text.data(), text.data() + text.size(), value,
                                 std::chars_format::fixed, static_cast<int>(digits))
                       .ptr;
  text.resize(static_cast<std::size_t>(end - text.data()));
  return text;
}

void check_digits(int digits) {
  if (digits >= 0) return;
  throw Error(
      "The 'digits' parameter of classification_report must be an int in the range [0, inf). Got "
      "{} instead.",
      digits);
}

std::vector<std::string> names_of(LabelSpan labels, const ClassificationReportOptions& options,
                                  std::vector<std::string>& warnings) {
  if (!options.target_names) {
    std::vector<std::string> names;
    for (const std::int64_t label : labels) names.push_back(std::to_string(label));
    return names;
  }
  const std::size_t count = options.target_names->size();
  if (count != labels.size()) {
    if (!options.labels) {
      throw Error(
          "Number of classes, {}, does not match size of target_names, {}. Try specifying the "
          "labels parameter",
          labels.size(), count);
    }
    warnings.push_back(
        fmt::format("UserWarning: labels size, {}, does not match size of target_names, {}",
                    labels.size(), count));
  }
  return *options.target_names;
}

bool covers(LabelSpan labels, const Tallies& tallies) {
  const LabelIndex index = index_labels(labels);
  return std::all_of(tallies.begin(), tallies.end(),
                     [&](const auto& entry) { return index.contains(entry.first); });
}

std::vector<Tally> tallies_of(LabelSpan labels, const Tallies& tallies) {
  std::vector<Tally> rows;
  for (const std::int64_t label : labels) {
    const auto found = tallies.find(label);
    rows.push_back(found == tallies.end() ? Tally{} : found->second);
  }
  return rows;
}

bool nothing_is_right(const Tallies& tallies) {
  return std::all_of(tallies.begin(), tallies.end(),
                     [](const auto& entry) { return entry.second.correct == 0; });
}

// scikit-learn computes, and warns about, the rows, the micro, the macro and the weighted average
// one by one; all but the micro average start from the rows.
void append_undefined_warnings(const std::vector<Tally>& rows, const Tally& sum,
                               std::vector<std::string>& warnings) {
  const auto of_rows = undefined_warnings(rows);
  const auto of_sum = undefined_warnings({&sum, 1});
  for (const auto* some : {&of_rows, &of_sum, &of_rows, &of_rows}) {
    warnings.insert(warnings.end(), some->begin(), some->end());
  }
}

}  // namespace

std::string ClassificationReport::text() const {
  if (!name_width) throw Error("max() arg is an empty sequence");
  constexpr std::string_view kLongestAverage = "weighted avg";
  const std::size_t width = std::max({*name_width, kLongestAverage.size(), digits});
  std::string text = std::string(width, ' ') + "  precision    recall  f1-score   support\n\n";
  const auto append = [&](const Row& row, bool f1_only) {
    const auto number = [&](double value) {
      return right_aligned(fixed(value, digits), kNumberWidth);
    };
    const std::string blank(kNumberWidth, ' ');
    text += fmt::format("{}  {} {} {} {:>{}}\n", right_aligned(row.name, width),
                        f1_only ? blank : number(row.scores.precision),
                        f1_only ? blank : number(row.scores.recall), number(row.scores.f1_score),
                        fmt::format("{}{}", row.support, float_supports ? ".0" : ""), kNumberWidth);
  };
  for (const Row& row : classes) append(row, false);
  text += '\n';
  for (const Row& row : averages) append(row, row.name == "accuracy");
  return text;
}

nlohmann::ordered_json ClassificationReport::dict() const {
  auto dict = nlohmann::ordered_json::object();
  for (const auto* rows : {&classes, &averages}) {
    for (const auto& [name, scores, support] : *rows) {
      dict[name] = {{"precision", scores.precision},
                    {"recall", scores.recall},
                    {"f1-score", scores.f1_score},
                    {"support", static_cast<double>(support)}};
    }
  }
  if (dict.contains("accuracy")) {
    const double precision = dict["accuracy"]["precision"];
    dict["accuracy"] = precision;
  }
  return dict;
}

ClassificationReport classification_report(LabelSpan y_true, LabelSpan y_pred,
                                           const ClassificationReportOptions& options) {
  check_digits(options.digits);
  check_targets(y_true, y_pred);
  const Tallies tallies = tally_by_label(y_true, y_pred);
  const auto labels = options.labels ? *options.labels : unique_labels({y_true, y_pred});
  ClassificationReport report{.digits = static_cast<std::size_t>(options.digits),
                              .float_supports = nothing_is_right(tallies)};
  const auto names = names_of(labels, options, report.warnings);
  for (const auto& name : names) {
    report.name_width = std::max(report.name_width.value_or(0), code_points(name));
  }

  const std::vector<Tally> rows = tallies_of(labels, tallies);
  std::vector<Scores> scores;
  for (const Tally& row : rows) scores.push_back(scores_of(row, options.zero_division));
  for (std::size_t i = 0; i < std::min(names.size(), rows.size()); ++i) {
    report.classes.push_back({names[i], scores[i], rows[i].actual});
  }
  const Tally sum = total(rows);
  report.averages = {{covers(labels, tallies) ? "accuracy" : "micro avg",
                      scores_of(sum, options.zero_division), sum.actual},
                     {"macro avg", macro_average(scores), sum.actual},
                     {"weighted avg", weighted_average(scores, rows), sum.actual}};
  if (options.zero_division == ZeroDivision::kWarn) {
    append_undefined_warnings(rows, sum, report.warnings);
  }
  return report;
}

}  // namespace mnist
