#include "mnist/augmentation.hpp"

#include <ATen/core/PhiloxRNGEngine.h>

#include <algorithm>
#include <array>
#include <numbers>
#include <vector>

#include "mnist/machine/thread_pool.hpp"

namespace mnist {
namespace {

/// Random numbers of one image in one epoch. No function of the C library is between them and the
/// pixels: its results differ from processor to processor.
class Random {
 public:
  Random(std::uint64_t seed, std::uint64_t row, std::uint64_t epoch)
      : engine_(seed, row, epoch << kBlocksOfAnEpoch) {}

  /// Evenly from [-most, most).
  double uniform(double most) { return (engine_() * 0x1p-31 - 1) * most; }

  /// Nearly normal, of variance 1: the sum of four even ones.
  double normal() {
    double sum = 0;
    for (int i = 0; i < 4; ++i) sum += uniform(1);
    return sum * (std::numbers::sqrt3 / 2);
  }

 private:
  static constexpr int kBlocksOfAnEpoch = 16;  // as a power of two; an image takes some 50
  at::philox_engine engine_;
};

/// Where the pixel at (x, y) comes from: (xx·x + xy·y + x0, yx·x + yy·y + y0). The middle of the
/// image is (0, 0), and its edges are at ±1.
struct Affine {
  float xx, xy, x0, yx, yy, y0;
};

Affine draw_affine(const AugmentationOptions& o, int side, Random& random) {
  // Sine and cosine from the tangent of half the angle, which is nearly that half, and e^u from its
  // first terms: by arithmetic alone.
  const double t = random.uniform(o.rotation * std::numbers::pi / 360);
  const double cosine = (1 - t * t) / (1 + t * t);
  const double sine = 2 * t / (1 + t * t);
  const auto factor = [&] {
    const double u = random.uniform(o.scale);
    return o.size * (1 + u / 2) / (1 - u / 2);
  };
  const double across = factor(), down = factor();
  const double shear = random.uniform(o.shear);
  const double x0 = random.uniform(o.shift * 2 / side), y0 = random.uniform(o.shift * 2 / side);
  const auto narrow = [](double value) { return static_cast<float>(value); };
  return {narrow(cosine / across), narrow((cosine * shear - sine) / across), narrow(x0),
          narrow(sine / down),     narrow((cosine + sine * shear) / down),   narrow(y0)};
}

/// A pixel of a row between four of its knots, and their weights (Catmull-Rom).
struct Between {
  std::array<std::size_t, 4> knots;
  std::array<float, 4> weights;
};

constexpr std::size_t kKnots = 5;  // along each side, the first and the last on the edges' pixels
using Knots = std::array<std::array<float, kKnots>, kKnots>;

std::vector<Between> between_knots(int side) {
  std::vector<Between> pixels(static_cast<std::size_t>(side));
  for (int i = 0; i < side; ++i) {
    const float at =
        static_cast<float>(i) * (kKnots - 1) / static_cast<float>(std::max(side - 1, 1));
    const int left = std::min(static_cast<int>(at), static_cast<int>(kKnots) - 2);
    const float t = at - static_cast<float>(left);
    Between& pixel = pixels[static_cast<std::size_t>(i)];
    for (int k = 0; k < 4; ++k) {
      pixel.knots[static_cast<std::size_t>(k)] =
          static_cast<std::size_t>(std::clamp(left + k - 1, 0, static_cast<int>(kKnots) - 1));
    }
    pixel.weights = {((-0.5F * t + 1) * t - 0.5F) * t, (1.5F * t - 2.5F) * t * t + 1,
                     ((-1.5F * t + 2) * t + 0.5F) * t, (0.5F * t - 0.5F) * t * t};
  }
  return pixels;
}

/// How far each pixel is pulled in one direction, [side, side].
void draw_field(const std::vector<Between>& pixels, double bend, Random& random, float* field) {
  Knots knots;
  for (auto& row : knots) {
    for (float& knot : row) knot = static_cast<float>(bend * random.normal());
  }
  for (const Between& down : pixels) {
    std::array<float, kKnots> line{};
    for (std::size_t k = 0; k < 4; ++k) {
      for (std::size_t i = 0; i < kKnots; ++i) line[i] += down.weights[k] * knots[down.knots[k]][i];
    }
    for (const Between& across : pixels) {
      float sum = 0;
      for (std::size_t k = 0; k < 4; ++k) sum += across.weights[k] * line[across.knots[k]];
      *field++ = sum;
    }
  }
}

/// The image at a point between its pixels, in pixels; nothing is beyond its edges.
float sample(const float* image, int side, float x, float y) {
  // So far out that no pixel is near; and a float this large would not fit an int.
  if (!(x > -1 && y > -1 && x < static_cast<float>(side) && y < static_cast<float>(side))) return 0;
  const int left = static_cast<int>(x + 1) - 1;
  const int top = static_cast<int>(y + 1) - 1;
  const float u = x - static_cast<float>(left), v = y - static_cast<float>(top);
  const auto pixel = [&](int column, int row) {
    return column < 0 || row < 0 || column >= side || row >= side ? 0 : image[row * side + column];
  };
  return (1 - v) * ((1 - u) * pixel(left, top) + u * pixel(left + 1, top)) +
         v * ((1 - u) * pixel(left, top + 1) + u * pixel(left + 1, top + 1));
}

void augment_image(const float* from, float* to, int side, const AugmentationOptions& options,
                   const std::vector<Between>& pixels, Random random) {
  const Affine map = draw_affine(options, side, random);
  const auto size = static_cast<std::size_t>(side) * static_cast<std::size_t>(side);
  std::vector<float> field_x(size), field_y(size);
  if (options.bend != 0) {
    draw_field(pixels, options.bend, random, field_x.data());
    draw_field(pixels, options.bend, random, field_y.data());
  }
  const float half = static_cast<float>(side) / 2;
  for (int row = 0, i = 0; row < side; ++row) {
    const float y = (static_cast<float>(row) + 0.5F) / half - 1;
    for (int column = 0; column < side; ++column, ++i) {
      const auto at = static_cast<std::size_t>(i);
      const float x = (static_cast<float>(column) + 0.5F) / half - 1;
      const float source_x = map.xx * x + map.xy * y + map.x0 + field_x[at];
      const float source_y = map.yx * x + map.yy * y + map.y0 + field_y[at];
      to[i] = sample(from, side, (source_x + 1) * half - 0.5F, (source_y + 1) * half - 0.5F);
    }
  }
}

}  // namespace

std::string_view name_of(Augmentation augmentation) {
  constexpr std::array<std::string_view, 3> kNames{"none", "affine", "elastic"};
  return kNames[static_cast<std::size_t>(augmentation)];
}

AugmentationOptions augmentation_options(Augmentation augmentation, std::uint64_t seed) {
  if (augmentation == Augmentation::kNone) return {.seed = seed};
  return {.rotation = 12,
          .scale = 0.12,
          .size = 0.95,
          .shear = 0.15,
          .shift = 2,
          .bend = augmentation == Augmentation::kElastic ? 0.05 : 0,
          .seed = seed};
}

torch::Tensor augment(const torch::Tensor& images, const torch::Tensor& rows,
                      const AugmentationOptions& options, std::int64_t epoch) {
  if (options.changes_nothing()) return images;
  const torch::Tensor from = images.to(torch::kCPU).contiguous();
  const torch::Tensor which = rows.to(torch::kCPU).contiguous();
  const auto side = static_cast<int>(images.size(3));
  const std::vector<Between> pixels = between_knots(side);
  torch::Tensor result = torch::empty_like(from);
  const float* source = from.data_ptr<float>();
  float* target = result.data_ptr<float>();
  const auto* row = which.data_ptr<std::int64_t>();
  parallel_for(images.size(0), [&](std::int64_t i) {
    const std::int64_t begin = i * side * side;
    augment_image(source + begin, target + begin, side, options, pixels,
                  Random(options.seed, static_cast<std::uint64_t>(row[i]),
                         static_cast<std::uint64_t>(epoch)));
  });
  return result.to(images.device());
}

}  // namespace mnist
