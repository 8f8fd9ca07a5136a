#include "mnist/kernels/shared_batch.hpp"

#include <torch/csrc/autograd/custom_function.h>

#include <utility>

namespace mnist {
namespace {

thread_local const SharedBatch* current = nullptr;

std::span<float> numbers_of(const torch::Tensor& tensor) {
  return {tensor.data_ptr<float>(), static_cast<std::size_t>(tensor.numel())};
}

class GatherFunction : public torch::autograd::Function<GatherFunction> {
 public:
  static torch::Tensor forward(torch::autograd::AutogradContext* context, const torch::Tensor& part,
                               const Shards& shards, ProcessGroup* group) {
    context->saved_data["first"] = shards.first_row;
    context->saved_data["end"] = shards.first_row + shards.rows;
    torch::Tensor all = torch::full({shards.rows_in_all, part.size(1)}, kNothing, part.options());
    if (group->rank() < shards.contributors) {
      all.slice(0, shards.first_row, shards.first_row + shards.rows).copy_(part);
    }
    mnist::gather(all, *group);
    return all;
  }

  static Tensors backward(torch::autograd::AutogradContext* context, const Tensors& grads) {
    const torch::Tensor part =
        grads[0].slice(0, context->saved_data["first"].toInt(), context->saved_data["end"].toInt());
    return {part, torch::Tensor(), torch::Tensor()};  // shards and group have none
  }
};

}  // namespace

SharedBatch::SharedBatch(std::int64_t rows, ProcessGroup& group)
    : group_(group),
      shards_(rows, group.rank(), group.size()),
      before_(std::exchange(current, this)) {}

SharedBatch::~SharedBatch() { current = before_; }

torch::Tensor SharedBatch::part(const torch::Tensor& batch) const {
  return batch.slice(0, shards_.first_row, shards_.first_row + shards_.rows);
}

torch::Tensor SharedBatch::gather(const torch::Tensor& part) const {
  return group_.size() == 1 ? part : GatherFunction::apply(part, shards_, &group_);
}

void SharedBatch::add_up(std::span<double> sums) const {
  group_.add_up(sums, static_cast<int>(shards_.contributors));
}

void SharedBatch::count_once(const torch::Tensor& sums) const {
  if (!group_.leads()) sums.fill_(kNothing);
}

void gather(const torch::Tensor& matrix, ProcessGroup& group) {
  if (group.size() > 1) group.add_up(numbers_of(matrix), group.size());
}

const SharedBatch* shared_batch() { return current; }

}  // namespace mnist
