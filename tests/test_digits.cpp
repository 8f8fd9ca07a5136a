#include "test_digits.hpp"

#include <algorithm>

#include "mnist/data/idx.hpp"

namespace mnist {

std::vector<MnistDigit> read_test_digits(const std::filesystem::path& folder, std::size_t count) {
  const IdxFile images = read_idx(folder / "t10k-images-idx3-ubyte", IdxKind::kImages);
  const IdxFile labels = read_idx(folder / "t10k-labels-idx1-ubyte", IdxKind::kLabels);
  std::vector<MnistDigit> digits(count);
  const char* pixels = images.elements.data();
  for (std::size_t i = 0; i < count; ++i) {
    GreyImage& image = digits[i].image;
    image = GreyImage(static_cast<int>(images.sizes.at(2)), static_cast<int>(images.sizes.at(1)));
    std::copy_n(pixels, image.pixels.size(), image.pixels.begin());
    pixels += image.pixels.size();
    digits[i].label = labels.elements.at(i);
  }
  return digits;
}

}  // namespace mnist
