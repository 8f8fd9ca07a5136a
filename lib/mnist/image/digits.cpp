#include "mnist/image/digits.hpp"

#include <algorithm>
#include <utility>

#include "mnist/error.hpp"
#include "mnist/image/background.hpp"
#include "mnist/image/filters.hpp"
#include "mnist/image/lines.hpp"
#include "mnist/image/marks.hpp"
#include "mnist/image/polarity.hpp"
#include "mnist/image/shadows.hpp"
#include "mnist/image/sheet.hpp"
#include "mnist/image/tight_crop.hpp"

namespace mnist {
namespace {

/// The picture as it is searched: photographs are made smaller, which also takes noise away.
constexpr int kWorkingSide = 1024;  // pixels, at most

struct Drawing {
  Polarity polarity;
  Box sheet;  ///< the part of the working picture that is searched
  FloatImage ink;
  Marks marks;
};

Drawing drawing_of(const Sheet& sheet, Polarity polarity) {
  FloatImage ink = flatten_background(sheet.pixels, polarity);
  Marks marks = find_marks(ink);
  return {polarity, sheet.box, std::move(ink), std::move(marks)};
}

int reduction_of(const GreyImage& picture) {
  return (std::max(picture.width, picture.height) + kWorkingSide - 1) / kWorkingSide;
}

Drawing find_drawing(const GreyImage& picture) {
  if (picture.pixels.empty()) throw Error("expected a digit, found a picture without pixels");
  Sheet sheet = find_sheet(even_out_shadows(shrink(picture, reduction_of(picture))));
  sheet.pixels = remove_lines(std::move(sheet.pixels));
  sheet = open_tight_crop(std::move(sheet));
  Drawing dark = drawing_of(sheet, Polarity::kDarkOnLight);
  Drawing light = drawing_of(sheet, Polarity::kLightOnDark);
  const double lightness = lightness_of_lines(sheet.pixels);
  const bool is_dark = edges_of(dark.marks, sheet.pixels) * (1 - lightness) >=
                       edges_of(light.marks, sheet.pixels) * (1 + lightness);
  Drawing& drawing = is_dark ? dark : light;
  if (drawing.marks.list.empty()) {
    throw Error("expected a digit, found nothing drawn on {}x{} pixels", picture.width,
                picture.height);
  }
  return std::move(drawing);
}

/// The box in the picture's pixels that a box on the sheet stands for.
Box enlarged(const Box& box, const Box& sheet, const GreyImage& picture) {
  const int factor = reduction_of(picture);
  const auto at = [factor](int working, int size) { return std::clamp(working * factor, 0, size); };
  return {at(sheet.left + box.left, picture.width), at(sheet.top + box.top, picture.height),
          at(sheet.left + box.right, picture.width), at(sheet.top + box.bottom, picture.height)};
}

PreparedDigit prepared(const Mark& mark, const Drawing& drawing, const GreyImage& picture) {
  return {enlarged(mark.box, drawing.sheet, picture), drawing.polarity,
          fit_to_mnist(ink_of(mark, drawing.marks, drawing.ink), mark.box)};
}

}  // namespace

PreparedDigit prepare_digit(const GreyImage& picture) {
  if (const auto form = mnist_form(picture)) {
    return {{0, 0, picture.width, picture.height}, form->polarity, form->pixels};
  }
  const Drawing drawing = find_drawing(picture);
  const auto mark = std::ranges::max_element(drawing.marks.list, {}, &Mark::ink);
  return prepared(*mark, drawing, picture);
}

std::vector<PreparedDigit> find_digits(const GreyImage& picture) {
  if (mnist_form(picture)) return {prepare_digit(picture)};
  const Drawing drawing = find_drawing(picture);
  std::vector<PreparedDigit> digits;
  for (const Mark& mark : drawing.marks.list) digits.push_back(prepared(mark, drawing, picture));
  return digits;
}

}  // namespace mnist
