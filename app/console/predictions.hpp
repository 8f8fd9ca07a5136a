#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "mnist/prediction.hpp"

// What `mnist predict` says of the digits on a picture, in its three forms. `classes` are the names
// of the model's classes.
namespace mnist {

struct PredictionsTextOptions {
  bool with_boxes = false;    ///< where each digit is
  bool with_drawing = false;  ///< what the network saw
  bool color = false;         ///< of the drawing
  std::vector<std::string> classes;
};

/// "FILE: 7 (0.9981), then 1 (0.0010), 2 (0.0003)", a line a digit, with "; unsure: " and the
/// reason where there is one.
std::string predictions_text(const std::string& file, const std::vector<Prediction>& predictions,
                             const PredictionsTextOptions& options);

/// "file,left,top,right,bottom,digit,p0,…"; behind "digit", the label, comes "class", where classes
/// have other names than their numbers.
std::string digits_csv_header(const std::vector<std::string>& classes);

/// The rows under that header (RFC 4180).
std::string digits_csv(const std::string& file, const std::vector<Prediction>& predictions,
                       const std::vector<std::string>& classes);

/// {"digit": 7, "probability": …, "probabilities": […], "box": [left, top, right, bottom],
/// "unsure": false}, with a "class" as in `digits_csv_header`, and a "reason" where it is unsure.
nlohmann::ordered_json to_json(const Prediction& prediction,
                               const std::vector<std::string>& classes);

/// {"file": …, "digits": […]}, each digit as `to_json` has it.
nlohmann::ordered_json picture_json(const std::string& file,
                                    const std::vector<Prediction>& predictions,
                                    const std::vector<std::string>& classes);

/// An entry of the array that `mnist predict --json` prints, as it stands there: without what comes
/// before and behind it. Bytes that are no UTF-8 are replaced.
std::string json_entry_text(const nlohmann::ordered_json& entry);

}  // namespace mnist
