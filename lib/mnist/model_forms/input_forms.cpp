#include "mnist/model_forms/input_forms.hpp"

#include <torch/types.h>

namespace mnist {
namespace {

using torch::Tensor;

constexpr std::int64_t kPadding = 2;  // LeNet-5 takes 32x32

constexpr InputForm kInputForms[] = {
    // [N, 1, S, S]
    {"images", [](const Tensor& images) { return images; }},
    // [N, S * S]
    {"flat", [](const Tensor& images) { return images.flatten(1); }},
    // [N, S, S]
    {"matrices", [](const Tensor& images) { return images.squeeze(1); }},
    // [N, S, S, 1]
    {"channels-last", [](const Tensor& images) { return images.permute({0, 2, 3, 1}); }},
    // [N, 1, S + 4, S + 4]
    {"padded",
     [](const Tensor& images) {
       return torch::constant_pad_nd(images, {kPadding, kPadding, kPadding, kPadding});
     }},
    // [N, 3, S, S]
    {"three-channels", [](const Tensor& images) { return images.repeat({1, 3, 1, 1}); }},
};

constexpr PixelScale kUsualScales[] = {
    {.mean = 0.1307, .std = 0.3081},
    {.mean = 0.5, .std = 0.5},
    {.scale = 255},
};

}  // namespace

std::span<const InputForm> input_forms() { return kInputForms; }

std::span<const PixelScale> usual_pixel_scales() { return kUsualScales; }

Tensor scale_pixels(const Tensor& images, const PixelScale& pixels) {
  if (pixels == PixelScale{}) return images;
  return images.mul(pixels.scale).sub(pixels.mean).div(pixels.std);
}

}  // namespace mnist
