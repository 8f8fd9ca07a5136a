#pragma once

#include <span>
#include <string_view>

namespace at {
class Tensor;
}

namespace mnist {

/// A form that a model takes images in.
struct InputForm {
  std::string_view name;  ///< on the command line too
  /// Makes it of float32 [N, 1, S, S].
  at::Tensor (*arrange)(const at::Tensor& images);
};

/// All of them, in the order in which they are tried.
std::span<const InputForm> input_forms();

/// What a model takes for a pixel of brightness b in [0, 1]: (scale · b − mean) / std.
struct PixelScale {
  double scale = 1, mean = 0, std = 1;

  bool operator==(const PixelScale&) const = default;
};

/// What models that are not given [0, 1] are usually given: MNIST's own mean and deviation, numbers
/// from -1 to 1, and grey values from 0 to 255.
std::span<const PixelScale> usual_pixel_scales();

at::Tensor scale_pixels(const at::Tensor& images, const PixelScale& pixels);

}  // namespace mnist
