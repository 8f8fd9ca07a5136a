#include <torch/torch.h>

#include <cmath>
#include <numbers>

#include "catch.hpp"
#include "kernel_checks.hpp"
#include "mnist/augmentation.hpp"

using namespace mnist;

namespace {

constexpr std::int64_t kRows = 400;
constexpr double kRadius = 4;  // pixels

/// A disc in the middle of each image, [kRows, 1, 28, 28], its edge one pixel soft.
torch::Tensor discs(double x = 0, double y = 0) {
  const torch::Tensor at = torch::arange(28) - 13.5;
  const torch::Tensor distance =
      ((at - x).square().unsqueeze(0) + (at - y).square().unsqueeze(1)).sqrt();
  return (kRadius + 0.5 - distance).clamp(0, 1).to(torch::kFloat32).expand({kRows, 1, 28, 28});
}

const torch::Tensor all_rows = torch::arange(kRows);

/// The centres of mass, [kRows, 2]: x and y, from the middle of the image.
torch::Tensor centres(const torch::Tensor& images) {
  const torch::Tensor at = torch::arange(28) - 13.5;
  const torch::Tensor mass = images.sum({1, 2, 3});
  return torch::stack(
      {(images.sum({1, 2}) * at).sum(1) / mass, (images.sum({1, 3}) * at).sum(1) / mass}, 1);
}

double least(const torch::Tensor& values) { return values.min().item<double>(); }
double most(const torch::Tensor& values) { return values.max().item<double>(); }

}  // namespace

TEST_CASE("without an amount images stay as they are", "[augmentation]") {
  const torch::Tensor images = torch::rand({3, 1, 28, 28});
  const torch::Tensor rows = torch::arange(3);
  CHECK(torch::equal(augment(images, rows, {}, 1), images));
  const auto none = augmentation_options(Augmentation::kNone, 1);
  CHECK(torch::equal(augment(images, rows, none, 1), images));
  // Nearly nothing goes the whole way, and reads each pixel from where it is.
  CHECK(torch::allclose(augment(images, rows, {.shift = 1e-6}, 1), images, 0, 1e-5));
}

TEST_CASE("a shift moves the centre of mass by as much, evenly over its range", "[augmentation]") {
  const torch::Tensor moved = centres(augment(discs(), all_rows, {.shift = 3}, 1));
  for (const int direction : {0, 1}) {
    const torch::Tensor shifts = moved.select(1, direction);
    CHECK(least(shifts) > -3.01);
    CHECK(least(shifts) < -2.8);
    CHECK(most(shifts) < 3.01);
    CHECK(most(shifts) > 2.8);
    // The mean of even numbers from [-3, 3]: five standard deviations of 3 / sqrt(3 N).
    CHECK(std::abs(shifts.mean().item<double>()) < 5 * 3 / std::sqrt(3.0 * kRows));
  }
}

TEST_CASE("a rotation turns about the middle, up to its angle", "[augmentation]") {
  const torch::Tensor turned = centres(augment(discs(6, 0), all_rows, {.rotation = 12}, 1));
  const torch::Tensor angles =
      torch::atan2(turned.select(1, 1), turned.select(1, 0)) * 180 / std::numbers::pi;
  CHECK(least(angles) > -12);
  CHECK(least(angles) < -11);
  CHECK(most(angles) < 12);
  CHECK(most(angles) > 11);
  CHECK(torch::allclose(turned.norm(2, 1), torch::full({kRows}, 6.0), 0, 0.05));
}

TEST_CASE("scale and size change a disc's area by the product of their factors", "[augmentation]") {
  const double area = discs()[0].sum().item<double>();
  const auto ratios = [&](const AugmentationOptions& options) {
    return augment(discs(), all_rows, options, 1).sum({1, 2, 3}) / area;
  };
  CHECK(torch::allclose(ratios({.size = 0.8}), torch::full({kRows}, 0.64), 0, 0.02));
  const torch::Tensor scaled = ratios({.scale = 0.12});
  CHECK(least(scaled) > std::exp(-0.24) - 0.02);
  CHECK(least(scaled) < std::exp(-0.18));
  CHECK(most(scaled) < std::exp(0.24) + 0.02);
  CHECK(most(scaled) > std::exp(0.18));
}

TEST_CASE("a shear moves what is above the middle against what is below", "[augmentation]") {
  const auto sideways = [](double y) {
    return centres(augment(discs(0, y), all_rows, {.shear = 0.15}, 1)).select(1, 0);
  };
  const torch::Tensor above = sideways(-6), below = sideways(6);
  CHECK(torch::allclose(above, -below, 0, 0.05));
  CHECK(most(above.abs()) > 6 * 0.13);
  CHECK(most(above.abs()) < 6 * 0.16);
}

TEST_CASE("an elastic field moves neighbours alike and far pixels apart", "[augmentation]") {
  const AugmentationOptions bend{.bend = 0.05};
  const torch::Tensor here = centres(augment(discs(-5, -5), all_rows, bend, 1));
  const torch::Tensor near = centres(augment(discs(-4, -5), all_rows, bend, 1));
  const torch::Tensor far = centres(augment(discs(7, 7), all_rows, bend, 1));
  const auto correlation = [](const torch::Tensor& a, const torch::Tensor& b) {
    const torch::Tensor from_a = a - a.mean(0), from_b = b - b.mean(0);
    return ((from_a * from_b).mean() / (from_a.square().mean() * from_b.square().mean()).sqrt())
        .item<double>();
  };
  CHECK(correlation(here, near) > 0.9);
  CHECK(std::abs(correlation(here, far)) < 0.3);
  // A knot moves 0.05 of 14 pixels, less where a disc lies between several.
  const double deviation = (here - here.mean(0)).square().mean().sqrt().item<double>();
  CHECK(deviation > 0.2);
  CHECK(deviation < 0.7);
}

TEST_CASE("an image's augmentation depends on itself, seed, epoch and row alone",
          "[augmentation]") {
  torch::manual_seed(1);
  const torch::Tensor images = torch::rand({33, 1, 28, 28});
  const torch::Tensor rows = torch::randperm(60'000).slice(0, 0, 33);
  const auto options = augmentation_options(Augmentation::kElastic, 7);
  const torch::Tensor all = augment(images, rows, options, 2);
  CHECK(torch::equal(with_threads(3, [&] { return augment(images, rows, options, 2); }), all));
  CHECK(torch::equal(augment(images.slice(0, 5, 9), rows.slice(0, 5, 9), options, 2),
                     all.slice(0, 5, 9)));
  CHECK_FALSE(torch::equal(augment(images, rows, options, 3), all));
  CHECK_FALSE(torch::equal(augment(images, rows + 1, options, 2), all));
  CHECK_FALSE(
      torch::equal(augment(images, rows, augmentation_options(Augmentation::kElastic, 8), 2), all));
}

TEST_CASE("images of any size are augmented, and stay within [0, 1]", "[augmentation]") {
  for (const std::int64_t side : {1, 2, 5, 28, 64}) {
    const torch::Tensor images = torch::ones({3, 1, side, side});
    const torch::Tensor seen =
        augment(images, torch::arange(3), augmentation_options(Augmentation::kElastic, 1), 1);
    CHECK(seen.sizes() == images.sizes());
    CHECK(least(seen) >= 0);
    CHECK(most(seen) <= 1 + 1e-6);
  }
}
