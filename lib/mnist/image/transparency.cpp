#include "mnist/image/transparency.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

#include "mnist/image/decoders.hpp"
#include "mnist/image/grey_classes.hpp"

namespace mnist {
namespace {

constexpr std::uint8_t kBlackCanvas = 0;
constexpr std::uint8_t kWhiteCanvas = 255;

/// What is opaque in a picture with transparent parts.
struct Opaque {
  std::array<double, 256> histogram{};  ///< of its greys
  double count = 0;
  double sum = 0;
  Box box{};
  double rim_count = 0;  ///< pixels beside the transparent ones
  double rim_sum = 0;

  double filled() const { return count / (static_cast<double>(box.width()) * box.height()); }
};

Opaque opaque_part(const GreyImage& grey, const GreyImage& alpha, int threshold) {
  Opaque part{.box = box_around(alpha, [&](int value) { return value >= threshold; })};
  const auto is_opaque = [&](int x, int y) { return alpha.at(x, y) >= threshold; };
  for (int y = 0; y < grey.height; ++y) {
    for (int x = 0; x < grey.width; ++x) {
      if (!is_opaque(x, y)) continue;
      const int value = grey.at(x, y);
      ++part.histogram[static_cast<std::size_t>(value)];
      ++part.count;
      part.sum += value;
      const bool on_rim = (x > 0 && !is_opaque(x - 1, y)) || (y > 0 && !is_opaque(x, y - 1)) ||
                          (x + 1 < grey.width && !is_opaque(x + 1, y)) ||
                          (y + 1 < grey.height && !is_opaque(x, y + 1));
      if (!on_rim) continue;
      ++part.rim_count;
      part.rim_sum += value;
    }
  }
  return part;
}

/// How far the means of the two classes of its greys are apart; 0 where one of them has next to
/// nothing.
double contrast_within(const Opaque& part) {
  constexpr double kNextToNothing = 0.01;
  std::array<float, 256> greys{};
  std::iota(greys.begin(), greys.end(), 0.0F);
  const GreyClasses classes = divide_greys(greys, part.histogram);
  const double fewer = std::min(classes.dark_count, part.count - classes.dark_count);
  return fewer < kNextToNothing * part.count ? 0 : classes.light - classes.dark;
}

std::uint8_t canvas_for(const Opaque& part) {
  constexpr double kStrokesFill = 0.7;  // of their box, at most, unless they are all of one grey
  constexpr double kDrawn = 40;         // greys: a drawing differs from what it is on by more
  if (part.count == 0 || part.rim_count == 0) return kWhiteCanvas;
  if (part.filled() > kStrokesFill && contrast_within(part) > kDrawn) {
    return static_cast<std::uint8_t>(std::lround(part.rim_sum / part.rim_count));
  }
  return part.sum / part.count > kWhiteCanvas / 2.0 ? kBlackCanvas : kWhiteCanvas;
}

}  // namespace

GreyImage over_canvas(GreyImage grey, const GreyImage& alpha) {
  if (std::ranges::all_of(alpha.pixels, [](std::uint8_t value) { return value == 255; })) {
    return grey;
  }
  // A pale pen may be transparent itself: opaque is what has half of the most.
  const int threshold = std::max(*std::ranges::max_element(alpha.pixels) / 2, 1);
  const unsigned canvas = canvas_for(opaque_part(grey, alpha, threshold));
  std::ranges::transform(grey.pixels, alpha.pixels, grey.pixels.begin(),
                         [canvas](unsigned value, unsigned opacity) {
                           return static_cast<std::uint8_t>(scale_byte(value, opacity) +
                                                            scale_byte(canvas, 255 - opacity));
                         });
  return grey;
}

}  // namespace mnist
