#include "augmented_images.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include "mnist/augmentation.hpp"
#include "mnist/dataset.hpp"
#include "mnist/files/atomic_file.hpp"
#include "mnist/image/png_encoder.hpp"
#include "options/shared_options.hpp"

namespace mnist {
namespace {

constexpr std::int64_t kMostRows = 10;
constexpr int kEpochs = 15;
constexpr int kMargin = 2;  // pixels, round each image
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

/// Each pixel as 2x2 of the sheet's.
void draw(const torch::Tensor& image, int left, int top, GreyImage& sheet) {
  const auto side = static_cast<int>(image.size(1));
  const auto pixels = image.accessor<float, 2>();
  for (int y = 0; y < 2 * side; ++y) {
    for (int x = 0; x < 2 * side; ++x) {
      sheet.at(left + x, top + y) =
          static_cast<std::uint8_t>(std::lround(255 * pixels[y / 2][x / 2]));
    }
  }
}

}  // namespace

void draw_augmented(const TrainOptions& options) {
  const Dataset train = load_data(find_data(options.data)).train;
  const torch::Tensor rows = first_of_classes(train.labels);
  const torch::Tensor images = train.images.index_select(0, rows);
  const int cell = 2 * static_cast<int>(images.size(3)) + kMargin;
  GreyImage sheet((kEpochs + 1) * cell + kMargin, static_cast<int>(images.size(0)) * cell + kMargin,
                  kGrey);
  for (int epoch = 0; epoch <= kEpochs; ++epoch) {
    const torch::Tensor seen =
        (epoch == 0 ? images : augment(images, rows, options.settings.trainer.augmentation, epoch))
            .squeeze(1)
            .clamp(0, 1);
    for (std::int64_t i = 0; i < seen.size(0); ++i) {
      draw(seen[i], kMargin + epoch * cell, kMargin + static_cast<int>(i) * cell, sheet);
    }
  }
  write_file_atomically(options.show_augmented, to_png(sheet));
}

}  // namespace mnist
