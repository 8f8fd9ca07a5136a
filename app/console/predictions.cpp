#include "console/predictions.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "console/drawing.hpp"

namespace mnist {
namespace {

/// "7 (0.9981)", the digit at a place of the ranking.
std::string ranked(const Prediction& prediction, std::size_t place) {
  const int digit = prediction.ranking[place];
  return fmt::format("{} ({:.4f})", digit,
                     prediction.probabilities[static_cast<std::size_t>(digit)]);
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
    text += fmt::format("{}: {}, then {}, {}", file, ranked(prediction, 0), ranked(prediction, 1),
                        ranked(prediction, 2));
    if (options.with_boxes) {
      text += fmt::format(" at {},{} to {},{}", box.left, box.top, box.right, box.bottom);
    }
    text += '\n';
    if (options.with_drawing) text += drawing(prediction.prepared.pixels, options.color);
  }
  return text;
}

std::string digits_csv(const std::string& file, const std::vector<Prediction>& predictions) {
  std::string text;
  for (const Prediction& prediction : predictions) {
    const Box& box = prediction.prepared.box;
    text += fmt::format("{},{},{},{},{},{}", csv_field(file), box.left, box.top, box.right,
                        box.bottom, prediction.ranking[0]);
    for (const float p : prediction.probabilities) text += fmt::format(",{}", p);
    text += '\n';
  }
  return text;
}

nlohmann::ordered_json to_json(const Prediction& prediction) {
  const auto [left, top, right, bottom] = prediction.prepared.box;
  return {
      {"digit", prediction.ranking[0]},
      {"probability", prediction.probabilities[static_cast<std::size_t>(prediction.ranking[0])]},
      {"probabilities", prediction.probabilities},
      {"box", {left, top, right, bottom}}};
}

}  // namespace mnist
