#include "mnist/image/digits.hpp"

#include <algorithm>

#include "mnist/error.hpp"
#include "mnist/image/preparation.hpp"

namespace mnist {
namespace {

Preparation find_drawing_on(const GreyImage& picture) {
  Preparation found = prepare_picture(picture);
  if (found.marks.list.empty()) {
    throw Error("expected a digit, found nothing drawn on {}x{} pixels", picture.width,
                picture.height);
  }
  return found;
}

/// The box in the picture that a box among the marks stands for.
Box enlarged(const Box& box, const Preparation& found, const GreyImage& picture) {
  const auto at = [&](int begin, int working, int size) {
    return std::clamp((begin + working) * found.reduction, 0, size);
  };
  return {at(found.box.left, box.left, picture.width), at(found.box.top, box.top, picture.height),
          at(found.box.left, box.right, picture.width),
          at(found.box.top, box.bottom, picture.height)};
}

bool is_at_edge(const Box& box, const FloatImage& paper) {
  return box.left <= 0 || box.top <= 0 || box.right >= paper.width || box.bottom >= paper.height;
}

PreparedDigit prepared(const Mark& mark, const Preparation& found, const GreyImage& picture) {
  return {enlarged(mark.box, found, picture), found.polarity,
          fit_to_mnist(ink_of(mark, found.marks, found.ink), mark.box),
          is_at_edge(mark.box, found.blank) ? Suspicion::kInkAtEdge : Suspicion::kNone};
}

}  // namespace

PreparedDigit prepare_digit(const GreyImage& picture) {
  if (const auto form = mnist_form(picture)) {
    return {{0, 0, picture.width, picture.height}, form->polarity, form->pixels};
  }
  const Preparation found = find_drawing_on(picture);
  const auto& marks = found.marks.list;
  const auto most = std::ranges::max_element(marks, {}, &Mark::ink);
  PreparedDigit digit = prepared(*most, found, picture);
  const auto rivals =
      std::ranges::count_if(marks, [&](const Mark& mark) { return 2 * mark.ink >= most->ink; });
  if (rivals > 1) digit.suspicion = Suspicion::kOtherMarks;
  return digit;
}

std::vector<PreparedDigit> find_digits(const GreyImage& picture) {
  if (mnist_form(picture)) return {prepare_digit(picture)};
  const Preparation found = find_drawing_on(picture);
  std::vector<PreparedDigit> digits;
  for (const Mark& mark : found.marks.list) digits.push_back(prepared(mark, found, picture));
  return digits;
}

}  // namespace mnist
