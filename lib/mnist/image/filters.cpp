#include "mnist/image/filters.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <numeric>
#include <utility>

namespace mnist {

FloatImage transposed(const FloatImage& image) {
  FloatImage turned(image.height, image.width);
  for (int y = 0; y < image.height; ++y) {
    for (int x = 0; x < image.width; ++x) turned.at(y, x) = image.at(x, y);
  }
  return turned;
}

namespace {

template <typename Value>
FloatImage mean_of_cells(const Image<Value>& image, int factor) {
  FloatImage small((image.width + factor - 1) / factor, (image.height + factor - 1) / factor);
  for (int y = 0; y < image.height; ++y) {
    float* sums = small.row(y / factor);
    const Value* row = image.row(y);
    for (int cell = 0, x = 0; cell < small.width; ++cell) {
      const int end = std::min(x + factor, image.width);
      float sum = 0;
      for (; x < end; ++x) sum += static_cast<float>(row[x]);
      sums[cell] += sum;
    }
  }
  for (int y = 0; y < small.height; ++y) {
    const int rows = std::min(factor, image.height - y * factor);
    for (int x = 0; x < small.width; ++x) {
      const int columns = std::min(factor, image.width - x * factor);
      small.at(x, y) /= static_cast<float>(rows * columns);
    }
  }
  return small;
}

FloatImage mean_along_rows(const FloatImage& image, int radius) {
  FloatImage means(image.width, image.height);
  std::vector<double> sums(static_cast<std::size_t>(image.width) + 1);
  for (int y = 0; y < image.height; ++y) {
    const float* row = image.row(y);
    for (int x = 0; x < image.width; ++x) {
      sums[static_cast<std::size_t>(x) + 1] = sums[static_cast<std::size_t>(x)] + row[x];
    }
    for (int x = 0; x < image.width; ++x) {
      const int begin = std::max(x - radius, 0);
      const int end = std::min(x + radius + 1, image.width);
      const double sum =
          sums[static_cast<std::size_t>(end)] - sums[static_cast<std::size_t>(begin)];
      means.at(x, y) = static_cast<float>(sum / (end - begin));
    }
  }
  return means;
}

/// `pick` chooses between two values; `nothing` is never chosen. Each step doubles the number of
/// values that have been chosen among.
template <typename Pick>
FloatImage extreme_along_rows(const FloatImage& image, int radius, float nothing, Pick pick) {
  const int length = 2 * radius + 1;
  FloatImage extremes(image.width, image.height);
  std::vector<float> row;
  for (int y = 0; y < image.height; ++y) {
    row.assign(static_cast<std::size_t>(image.width) + 2 * static_cast<std::size_t>(radius),
               nothing);
    std::copy_n(image.row(y), image.width, row.begin() + radius);
    int chosen = 1;
    for (; 2 * chosen <= length; chosen *= 2) {
      std::transform(row.begin(), row.end() - chosen, row.begin() + chosen, row.begin(), pick);
    }
    std::transform(row.begin(), row.begin() + image.width, row.begin() + (length - chosen),
                   extremes.row(y), pick);
  }
  return extremes;
}

/// The sources of one pixel of a resampled row, and how much of each it takes.
struct Taps {
  int begin = 0;
  std::vector<float> weights;  // their sum is 1
};

/// For `count` pixels that share the `length` source pixels from `start`, of a row of `limit`.
std::vector<Taps> triangle_taps(int start, int length, int count, int limit) {
  const double scale = static_cast<double>(length) / count;
  const double radius = std::max(scale, 1.0);
  std::vector<Taps> taps(static_cast<std::size_t>(count));
  for (int i = 0; i < count; ++i) {
    const double centre = start + (i + 0.5) * scale - 0.5;
    const int begin = std::clamp(static_cast<int>(std::ceil(centre - radius)), 0, limit - 1);
    const int end = std::clamp(static_cast<int>(std::floor(centre + radius)) + 1, begin + 1, limit);
    Taps& tap = taps[static_cast<std::size_t>(i)];
    tap.begin = begin;
    double sum = 0;
    for (int x = begin; x < end; ++x) {
      const double weight = std::max(1 - std::abs(x - centre) / radius, 1e-6);
      tap.weights.push_back(static_cast<float>(weight));
      sum += weight;
    }
    for (float& weight : tap.weights) weight = static_cast<float>(weight / sum);
  }
  return taps;
}

FloatImage resample_rows(const FloatImage& image, const std::vector<Taps>& taps) {
  FloatImage result(static_cast<int>(taps.size()), image.height);
  for (int y = 0; y < image.height; ++y) {
    float* to = result.row(y);
    for (const Taps& tap : taps) {
      const float* from = image.row(y) + tap.begin;
      float sum = 0;
      for (const float weight : tap.weights) sum += weight * *from++;
      *to++ = sum;
    }
  }
  return result;
}

/// As `mean_of_cells`, in whole numbers: of whole rows first, which are added many pixels at once.
FloatImage mean_of_bytes(const GreyImage& image, int factor) {
  FloatImage small((image.width + factor - 1) / factor, (image.height + factor - 1) / factor);
  std::vector<std::uint32_t> sums(static_cast<std::size_t>(image.width));
  for (int y = 0; y < small.height; ++y) {
    std::ranges::fill(sums, 0);
    const int bottom = std::min((y + 1) * factor, image.height);
    for (int row = y * factor; row < bottom; ++row) {
      std::transform(sums.begin(), sums.end(), image.row(row), sums.begin(), std::plus<>());
    }
    for (int x = 0; x < small.width; ++x) {
      const auto begin = sums.begin() + static_cast<std::ptrdiff_t>(x) * factor;
      const int columns = std::min(factor, image.width - x * factor);
      const std::uint32_t sum = std::accumulate(begin, begin + columns, std::uint32_t{0});
      small.at(x, y) =
          static_cast<float>(sum) / static_cast<float>((bottom - y * factor) * columns);
    }
  }
  return small;
}

}  // namespace

FloatImage shrink(const GreyImage& image, int factor) {
  // Up to this factor the sums in floating point are exact, and these the same.
  constexpr int kExact = 256;
  return factor <= kExact ? mean_of_bytes(image, factor) : mean_of_cells(image, factor);
}

FloatImage shrink(const FloatImage& image, int factor) { return mean_of_cells(image, factor); }

FloatImage box_mean(const FloatImage& image, int radius) {
  return transposed(mean_along_rows(transposed(mean_along_rows(image, radius)), radius));
}

namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();

FloatImage highest_along_rows(const FloatImage& image, int radius) {
  return extreme_along_rows(image, radius, -kInfinity,
                            [](float a, float b) { return a > b ? a : b; });
}

FloatImage lowest_along_rows(const FloatImage& image, int radius) {
  return extreme_along_rows(image, radius, kInfinity,
                            [](float a, float b) { return a < b ? a : b; });
}

}  // namespace

FloatImage closing(const FloatImage& image, int radius) {
  const FloatImage highest =
      highest_along_rows(transposed(highest_along_rows(image, radius)), radius);
  return lowest_along_rows(transposed(lowest_along_rows(highest, radius)), radius);
}

FloatImage closing_along_rows(const FloatImage& image, int radius) {
  return lowest_along_rows(highest_along_rows(image, radius), radius);
}

FloatImage resample(const FloatImage& image, const Box& box, int width, int height) {
  const auto columns = triangle_taps(box.left, box.width(), width, image.width);
  const auto rows = triangle_taps(box.top, box.height(), height, image.height);
  return transposed(resample_rows(transposed(resample_rows(image, columns)), rows));
}

float quantile(const std::vector<float>& values, double share) {
  constexpr std::size_t kEnough = 50'000;
  const std::size_t stride = values.size() / kEnough | 1;  // odd: not the same columns in each row
  std::vector<float> sample;
  for (std::size_t i = 0; i < values.size(); i += stride) sample.push_back(values[i]);
  const auto at =
      sample.begin() + static_cast<std::ptrdiff_t>(share * static_cast<double>(sample.size() - 1));
  std::nth_element(sample.begin(), at, sample.end());
  return *at;
}

float standard_deviation_of_most(const std::vector<float>& sizes) {
  return quantile(sizes, 0.4) / 0.524F;
}

}  // namespace mnist
