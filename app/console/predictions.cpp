#include "console/predictions.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "console/drawing.hpp"
#include "mnist/data/data_facts.hpp"

namespace mnist {
namespace {

/// "7 (0.9981), then 1 (0.0010), 2 (0.0003)": the first three places of the ranking.
std::string ranked(const Prediction& prediction, const std::vector<std::string>& classes) {
  constexpr std::size_t kShown = 3;
  std::string text;
  for (std::size_t place = 0; place < std::min(kShown, prediction.ranking.size()); ++place) {
    const auto label = static_cast<std::size_t>(prediction.ranking[place]);
    text += fmt::format("{}{} ({:.4f})",
                        place == 0   ? ""
                        : place == 1 ? ", then "
                                     : ", ",
                        classes[label], prediction.probabilities[label]);
  }
  return text;
}

bool are_numbers(const std::vector<std::string>& classes) {
  return classes == numbers_from(0, classes.size());
}

const std::string& name_of(const Prediction& prediction, const std::vector<std::string>& classes) {
  return classes[static_cast<std::size_t>(prediction.ranking[0])];
}

std::string csv_field(const std::string& text) {
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  std::string field = "\"";
  for (const char c : text) field.append(c == '"' ? 2 : 1, c);
  return field + '"';
}

}  // namespace

std::string predictions_text(const std::string& file, const std::vector<Prediction>& predictions,
                             const PredictionsTextOptions& options) {
  std::string text;
  for (const Prediction& prediction : predictions) {
    const Box& box = prediction.prepared.box;
    text += fmt::format("{}: {}", file, ranked(prediction, options.classes));
    if (options.with_boxes) {
      text += fmt::format(" at {},{} to {},{}", box.left, box.top, box.right, box.bottom);
    }
    if (!prediction.doubt.empty()) text += fmt::format("; unsure: {}", prediction.doubt);
    text += '\n';
    if (options.with_drawing) text += drawing(prediction.prepared.pixels, options.color);
  }
  return text;
}

std::string digits_csv_header(const std::vector<std::string>& classes) {
  std::string text = "file,left,top,right,bottom,digit";
  if (!are_numbers(classes)) text += ",class";
  for (std::size_t i = 0; i < classes.size(); ++i) text += fmt::format(",p{}", i);
  return text + '\n';
}

std::string digits_csv(const std::string& file, const std::vector<Prediction>& predictions,
                       const std::vector<std::string>& classes) {
  std::string text;
  for (const Prediction& prediction : predictions) {
    const Box& box = prediction.prepared.box;
    text += fmt::format("{},{},{},{},{},{}", csv_field(file), box.left, box.top, box.right,
                        box.bottom, prediction.ranking[0]);
    if (!are_numbers(classes)) text += "," + csv_field(name_of(prediction, classes));
    for (const float p : prediction.probabilities) text += fmt::format(",{}", p);
    text += '\n';
  }
  return text;
}

nlohmann::ordered_json to_json(const Prediction& prediction,
                               const std::vector<std::string>& classes) {
  const auto [left, top, right, bottom] = prediction.prepared.box;
  const int label = prediction.ranking[0];
  nlohmann::ordered_json json = {{"digit", label}};
  if (!are_numbers(classes)) json["class"] = name_of(prediction, classes);
  json["probability"] = prediction.probabilities[static_cast<std::size_t>(label)];
  json["probabilities"] = prediction.probabilities;
  json["box"] = {left, top, right, bottom};
  json["unsure"] = !prediction.doubt.empty();
  if (!prediction.doubt.empty()) json["reason"] = prediction.doubt;
  return json;
}

nlohmann::ordered_json picture_json(const std::string& file,
                                    const std::vector<Prediction>& predictions,
                                    const std::vector<std::string>& classes) {
  nlohmann::ordered_json digits = nlohmann::ordered_json::array();
  for (const Prediction& prediction : predictions) digits.push_back(to_json(prediction, classes));
  return {{"file", file}, {"digits", std::move(digits)}};
}

std::string json_entry_text(const nlohmann::ordered_json& entry) {
  constexpr auto kReplace = nlohmann::ordered_json::error_handler_t::replace;
  std::string text = "  ";
  for (const char c : entry.dump(2, ' ', true, kReplace)) {
    text += c;
    if (c == '\n') text += "  ";
  }
  return text;
}

}  // namespace mnist
