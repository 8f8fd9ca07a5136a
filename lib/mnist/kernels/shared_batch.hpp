#pragma once

#include <torch/types.h>

#include <cstdint>
#include <span>

#include "mnist/distributed/process_group.hpp"
#include "mnist/kernels/differentiable.hpp"
#include "mnist/kernels/shards.hpp"

namespace mnist {

/// A batch of a training step that the processes of a group compute together, each its shards.
/// While it lives, what this thread gives to the kernels are the rows of its part, forward and
/// backward.
class SharedBatch {
 public:
  SharedBatch(std::int64_t rows, ProcessGroup& group);
  ~SharedBatch();
  SharedBatch(const SharedBatch&) = delete;
  SharedBatch& operator=(const SharedBatch&) = delete;

  const Shards& shards() const { return shards_; }

  /// The rows of `batch`, [rows, …], that are this process's; a view.
  torch::Tensor part(const torch::Tensor& batch) const;

  /// What all processes computed of their rows, [rows, C], from what this one did. Differentiable:
  /// of a gradient of all rows, which every process has, each passes on that of its own.
  torch::Tensor gather(const torch::Tensor& part) const;

  /// Adds up what the processes' shards make of sums over the batch, in place.
  void add_up(std::span<double> sums) const;

  /// Leaves the numbers of one process alone; those of others become what adds nothing to them. For
  /// what is a sum over the whole batch already, and is to go through `add_up`.
  void count_once(const torch::Tensor& sums) const;

 private:
  ProcessGroup& group_;
  Shards shards_;
  const SharedBatch* before_;
};

/// Fills in what other processes have of a matrix (dense float32 on the CPU): an element is
/// `kNothing` but in one process.
void gather(const torch::Tensor& matrix, ProcessGroup& group);

/// The batch that this thread computes, or none: then `rows_given` are all there is.
const SharedBatch* shared_batch();

/// The shards of the rows that a kernel is given: those of its part of the batch, or as many rows
/// for each of them.
inline Shards shards_of(std::int64_t rows_given) {
  if (!shared_batch()) return Shards(rows_given);
  const Shards& shards = shared_batch()->shards();
  return shards.of_parts(rows_given / shards.rows);
}

}  // namespace mnist
