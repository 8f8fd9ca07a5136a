#include "report/pictures.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "mnist/augmentation.hpp"
#include "mnist/image/png_encoder.hpp"

namespace mnist {
namespace {

constexpr std::size_t kMostAnswers = 40;  // of each kind
constexpr std::int64_t kMostRows = 10;    // of a sheet
constexpr std::uint8_t kGrey = 96;

/// The first image of each of the first classes, int64 [at most kMostRows].
torch::Tensor first_of_classes(const torch::Tensor& labels) {
  std::vector<std::int64_t> rows;
  for (std::int64_t label = 0; label < kMostRows; ++label) {
    const torch::Tensor found = labels.eq(label).nonzero();
    if (found.size(0) != 0) rows.push_back(found[0].item<std::int64_t>());
  }
  return torch::tensor(rows, torch::kInt64);
}

void draw(const GreyImage& image, int left, int top, int zoom, GreyImage& sheet) {
  for (int y = 0; y < zoom * image.height; ++y) {
    for (int x = 0; x < zoom * image.width; ++x) {
      sheet.at(left + x, top + y) = image.at(x / zoom, y / zoom);
    }
  }
}

void add_pngs(std::vector<Answer>& answers, const Dataset& test) {
  for (Answer& answer : answers) {
    const auto row = static_cast<std::int64_t>(answer.row);
    answer.png = to_png(to_picture(test.images[row][0]));
  }
}

}  // namespace

GreyImage to_picture(const torch::Tensor& image) {
  const torch::Tensor own = image.to(torch::kCPU).contiguous();
  GreyImage picture(static_cast<int>(own.size(1)), static_cast<int>(own.size(0)));
  const float* value = own.data_ptr<float>();
  for (std::uint8_t& pixel : picture.pixels) {
    pixel = static_cast<std::uint8_t>(std::lround(255 * std::clamp(*value++, 0.0F, 1.0F)));
  }
  return picture;
}

GreyImage augmented_sheet(const Dataset& train, const AugmentationOptions& augmentation,
                          const SheetOptions& options) {
  const torch::Tensor rows = first_of_classes(train.labels);
  const torch::Tensor images =
      train.images.index_select(0, rows.to(train.images.device())).to(torch::kCPU);
  const int cell = options.zoom * static_cast<int>(images.size(3)) + options.margin;
  GreyImage sheet((options.epochs + 1) * cell + options.margin,
                  static_cast<int>(images.size(0)) * cell + options.margin, kGrey);
  for (int epoch = 0; epoch <= options.epochs; ++epoch) {
    const torch::Tensor seen = epoch == 0 ? images : augment(images, rows, augmentation, epoch);
    for (std::int64_t i = 0; i < seen.size(0); ++i) {
      draw(to_picture(seen[i][0]), options.margin + epoch * cell,
           options.margin + static_cast<int>(i) * cell, options.zoom, sheet);
    }
  }
  return sheet;
}

Report report_of(const RunRecord& run, const Evaluation& evaluation, const Dataset& test) {
  Report report{.run = run,
                .evaluation = &evaluation,
                .mistakes = worst_mistakes(evaluation, kMostAnswers),
                .uncertain = least_certain(evaluation, kMostAnswers)};
  add_pngs(report.mistakes, test);
  add_pngs(report.uncertain, test);
  return report;
}

}  // namespace mnist
