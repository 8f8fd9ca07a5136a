#include "mnist/image/preparation.hpp"

#include <algorithm>
#include <utility>

#include "mnist/error.hpp"
#include "mnist/image/background.hpp"
#include "mnist/image/filters.hpp"
#include "mnist/image/lines.hpp"
#include "mnist/image/mnist_form.hpp"
#include "mnist/image/shadows.hpp"
#include "mnist/image/sheet.hpp"
#include "mnist/image/tight_crop.hpp"

namespace mnist {
namespace {

/// The picture as it is searched: photographs are made smaller, which also takes noise away.
constexpr int kWorkingSide = 1024;  // pixels, at most

FloatImage scaled(FloatImage image, float factor) {
  for (float& value : image.pixels) value = std::clamp(value * factor, 0.0F, 1.0F);
  return image;
}

FloatImage ink_of_marks(const Preparation& preparation) {
  FloatImage all(preparation.ink.width, preparation.ink.height);
  for (const Mark& mark : preparation.marks.list) {
    const FloatImage ink = ink_of(mark, preparation.marks, preparation.ink);
    std::ranges::transform(all.pixels, ink.pixels, all.pixels.begin(),
                           [](float a, float b) { return std::max(a, b); });
  }
  return scaled(std::move(all), 1);
}

/// Decides what is ink, and finds the marks.
void find_drawing(Preparation& found) {
  const FloatImage& blank = found.blank;
  FloatImage dark = flatten_background(blank, Polarity::kDarkOnLight);
  FloatImage light = flatten_background(blank, Polarity::kLightOnDark);
  Marks dark_marks = find_marks(dark);
  Marks light_marks = find_marks(light);
  const double lightness = lightness_of_lines(blank);
  const bool is_dark = edges_of(dark_marks, blank) * (1 - lightness) >=
                       edges_of(light_marks, blank) * (1 + lightness);
  found.polarity = is_dark ? Polarity::kDarkOnLight : Polarity::kLightOnDark;
  found.ink = std::move(is_dark ? dark : light);
  found.marks = std::move(is_dark ? dark_marks : light_marks);
}

}  // namespace

Preparation prepare_picture(const GreyImage& picture) {
  if (picture.pixels.empty()) throw Error("expected a digit, found a picture without pixels");
  Preparation found;
  found.reduction = (std::max(picture.width, picture.height) + kWorkingSide - 1) / kWorkingSide;
  found.picture = shrink(picture, found.reduction);
  found.even = even_out_shadows(found.picture);
  Sheet sheet = find_sheet(found.even);
  found.paper = sheet.pixels;
  sheet.pixels = remove_lines(std::move(sheet.pixels));
  sheet = open_tight_crop(std::move(sheet));
  found.box = sheet.box;
  found.blank = std::move(sheet.pixels);
  find_drawing(found);
  return found;
}

std::vector<PreparationStep> preparation_steps(const GreyImage& picture) {
  constexpr float kGrey = 1 / 255.0F;
  if (mnist_form(picture)) return {{"picture", scaled(shrink(picture, 1), kGrey)}};
  Preparation found = prepare_picture(picture);
  std::vector<PreparationStep> steps;
  steps.push_back({"picture", scaled(std::move(found.picture), kGrey)});
  steps.push_back({"in even light", scaled(std::move(found.even), kGrey)});
  steps.push_back({"paper", scaled(std::move(found.paper), kGrey)});
  steps.push_back({"paper without lines", scaled(std::move(found.blank), kGrey)});
  FloatImage marks = ink_of_marks(found);
  steps.push_back({"ink", scaled(std::move(found.ink), 1)});
  steps.push_back({"marks", std::move(marks)});
  return steps;
}

}  // namespace mnist
