#include "mnist/image/tight_crop.hpp"

#include <algorithm>
#include <utility>

#include "mnist/image/edges.hpp"

namespace mnist {
Sheet open_tight_crop(Sheet sheet) {
  const FloatImage& image = sheet.pixels;
  const auto division = divide_edges(image);
  if (!division) return sheet;
  const int right = image.width - 1;
  const int bottom = image.height - 1;
  double dark_corners = 0;
  for (const float corner :
       {image.at(0, 0), image.at(right, 0), image.at(0, bottom), image.at(right, bottom)}) {
    dark_corners += corner < division->threshold ? 0.25 : 0;
  }
  // The digit leaves most of the edge to what it is on, and the more so the corners.
  const bool on_dark = division->dark_share + dark_corners > 1;
  const int margin = std::max(image.width, image.height) / 3;
  FloatImage wide(image.width + 2 * margin, image.height + 2 * margin,
                  on_dark ? division->dark : division->light);
  for (int y = 0; y < image.height; ++y) {
    std::copy_n(image.row(y), image.width, wide.row(y + margin) + margin);
  }
  const Box& box = sheet.box;
  return {{box.left - margin, box.top - margin, box.right + margin, box.bottom + margin},
          std::move(wide)};
}

}  // namespace mnist
