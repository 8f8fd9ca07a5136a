#include "mnist/data/raw_data.hpp"

#include "mnist/error.hpp"

namespace mnist {

void check_square(const std::string& name, std::uint64_t height, std::uint64_t width) {
  if (height == width && height >= kLeastSide && height <= kMostSide) return;
  throw Error("'{}' has images of {}x{} pixels: expected squares of {}x{} to {}x{}", name, height,
              width, kLeastSide, kLeastSide, kMostSide, kMostSide);
}

}  // namespace mnist
