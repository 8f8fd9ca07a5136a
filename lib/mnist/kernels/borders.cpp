#include "mnist/kernels/borders.hpp"

#include <torch/csrc/autograd/custom_function.h>

#include <algorithm>

#include "mnist/kernels/differentiable.hpp"
#include "mnist/machine/thread_pool.hpp"

namespace mnist {
namespace {

/// Images in memory: rows of pixels, each of `channels` numbers.
struct Frames {
  explicit Frames(const torch::Tensor& images)
      : channels(images.size(1)),
        row(images.size(3) * channels),
        image(images.size(2) * row),
        data(images.data_ptr<float>()) {}

  float* at(std::int64_t index, std::int64_t y, std::int64_t x) const {
    return data + index * image + y * row + x * channels;
  }

  std::int64_t channels, row, image;
  float* data;
};

torch::Tensor images_like(const torch::Tensor& images, std::int64_t rows, std::int64_t columns) {
  return torch::empty({images.size(0), images.size(1), rows, columns},
                      images.options().memory_format(torch::MemoryFormat::ChannelsLast));
}

torch::Tensor pad_reference(const torch::Tensor& images, std::int64_t border) {
  return torch::constant_pad_nd(images, {border, border, border, border});
}

class PadFunction : public torch::autograd::Function<PadFunction> {
 public:
  static torch::Tensor forward(torch::autograd::AutogradContext* context,
                               const torch::Tensor& images, std::int64_t border) {
    context->saved_data["border"] = border;
    return with_border(images, border, images.size(2) + 2 * border, images.size(3) + 2 * border);
  }

  static Tensors backward(torch::autograd::AutogradContext* context, const Tensors& grads) {
    const std::int64_t border = context->saved_data["border"].toInt();
    if (torch::GradMode::is_enabled()) return {pad_reference(grads[0], -border), torch::Tensor()};
    const torch::Tensor framed = grads[0].contiguous(torch::MemoryFormat::ChannelsLast);
    return {
        without_border(framed, border, framed.size(2) - 2 * border, framed.size(3) - 2 * border),
        torch::Tensor()};
  }
};

}  // namespace

torch::Tensor with_border(const torch::Tensor& images, std::int64_t border, std::int64_t rows,
                          std::int64_t columns) {
  const torch::Tensor framed = images_like(images, rows, columns);
  const Frames from(images), to(framed);
  parallel_for(images.size(0), [&](std::int64_t i) {
    float* end = to.at(i, 0, 0);  // of what is written
    for (std::int64_t y = 0; y < images.size(2); ++y) {
      float* start = to.at(i, y + border, border);
      std::fill(end, start, 0.0F);
      end = std::copy_n(from.at(i, y, 0), from.row, start);
    }
    std::fill(end, to.at(i + 1, 0, 0), 0.0F);
  });
  return framed;
}

torch::Tensor without_border(const torch::Tensor& images, std::int64_t border, std::int64_t rows,
                             std::int64_t columns) {
  const torch::Tensor inner = images_like(images, rows, columns);
  const Frames from(images), to(inner);
  parallel_for(images.size(0), [&](std::int64_t i) {
    for (std::int64_t y = 0; y < rows; ++y) {
      std::copy_n(from.at(i, y + border, border), to.row, to.at(i, y, 0));
    }
  });
  return inner;
}

torch::Tensor pad(const torch::Tensor& images, std::int64_t border) {
  if (border == 0) return images;
  if (!kernels_apply({images}) || images.dim() != 4 ||
      !images.is_contiguous(torch::MemoryFormat::ChannelsLast)) {
    return pad_reference(images, border);
  }
  return PadFunction::apply(images, border);
}

}  // namespace mnist
