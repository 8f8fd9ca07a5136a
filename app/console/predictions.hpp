#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "mnist/prediction.hpp"

// What `mnist predict` says of the digits on a picture, in its three forms.
namespace mnist {

struct PredictionsTextOptions {
  bool with_boxes = false;    ///< where each digit is
  bool with_drawing = false;  ///< what the network saw
  bool color = false;         ///< of the drawing
};

/// "FILE: 7 (0.9981), then 1 (0.0010), 2 (0.0003)", a line a digit.
std::string predictions_text(const std::string& file, const std::vector<Prediction>& predictions,
                             const PredictionsTextOptions& options);

inline constexpr const char* kDigitsCsvHeader =
    "file,left,top,right,bottom,digit,p0,p1,p2,p3,p4,p5,p6,p7,p8,p9\n";

/// The rows under that header (RFC 4180).
std::string digits_csv(const std::string& file, const std::vector<Prediction>& predictions);

/// {"digit": 7, "probability": …, "probabilities": […], "box": [left, top, right, bottom]}
nlohmann::ordered_json to_json(const Prediction& prediction);

}  // namespace mnist
