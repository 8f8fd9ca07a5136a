#include "server/picture_answer.hpp"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "console/predictions.hpp"
#include "mnist/image/formats.hpp"
#include "mnist/image/read_image.hpp"

namespace mnist {
namespace {

/// Has a place as long as it lives.
class Place {
 public:
  explicit Place(std::counting_semaphore<>& places) : places_(places) { places_.acquire(); }
  Place(const Place&) = delete;
  Place& operator=(const Place&) = delete;
  ~Place() { places_.release(); }

 private:
  std::counting_semaphore<>& places_;
};

struct Wishes {
  Digits which = Digits::kMostProminent;
  bool show_input = false;
};

Wishes wishes_of(const HttpRequest& request) {
  Wishes wishes;
  for (const auto& [name, value] : request.query) {
    if (name == "all" && (value.empty() || value == "1" || value == "true")) {
      wishes.which = Digits::kAll;
    } else if (name == "show" && value == "input") {
      wishes.show_input = true;
    } else {
      throw HttpError(400, "expected ?all or ?show=input, found '{}={}'", name, value);
    }
  }
  return wishes;
}

struct NamedPicture {
  std::string name;
  const std::string& bytes;
};

/// The fields of a form that are no files are left alone.
NamedPicture picture_in(const HttpRequest& request) {
  if (request.parts.empty()) return {"-", request.body};
  const auto is_file = [](const FormPart& part) { return !part.file.empty(); };
  const auto count = std::ranges::count_if(request.parts, is_file);
  if (count != 1) throw HttpError(400, "expected a form with one file, found {}", count);
  const FormPart& part = *std::ranges::find_if(request.parts, is_file);
  return {part.file, part.content};
}

/// As on the way to the network: {"width": 28, "height": 28, "pixels": […]}, row by row, from 0 for
/// black to 255 for white.
nlohmann::ordered_json input_json(const FloatImage& image) {
  std::vector<int> pixels;
  for (const float pixel : image.pixels) {
    pixels.push_back(static_cast<int>(std::lround(std::clamp(pixel, 0.0F, 1.0F) * 255)));
  }
  return {{"width", image.width}, {"height", image.height}, {"pixels", std::move(pixels)}};
}

}  // namespace

std::vector<PreparedImage> PictureAnswer::prepare(const std::string& bytes, const std::string& name,
                                                  Digits which) {
  const Place place(places_);
  try {
    const GreyImage picture = decode_image(std::as_bytes(std::span(bytes)), name,
                                           {.bytes = bytes.size(), .pixels = most_pixels_});
    return prepare_digits(picture, facts_.images, which);
  } catch (const TooManyPixels& error) {
    throw HttpError(413, "{}", error.what());
  } catch (const Error& error) {
    throw HttpError(find_picture_format(bytes) ? 422 : 415, "{}", error.what());
  }
}

HttpAnswer PictureAnswer::operator()(const HttpRequest& request) {
  const Wishes wishes = wishes_of(request);
  const auto [name, bytes] = picture_in(request);
  const std::vector<Prediction> predictions = queue_.predict(prepare(bytes, name, wishes.which));
  nlohmann::ordered_json json = picture_json(name, predictions, facts_.classes);
  for (std::size_t i = 0; wishes.show_input && i < predictions.size(); ++i) {
    json["digits"][i]["input"] = input_json(predictions[i].prepared.pixels);
  }
  return {.body = "[\n" + json_entry_text(json) + "\n]\n"};
}

}  // namespace mnist
