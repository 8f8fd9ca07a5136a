#pragma once

#include <cstdint>

#include "mnist/kernels/shards.hpp"

namespace mnist {

/// Adds up the parts that the shards of a batch make of a sum, `size` elements each, one behind the
/// other, as mnist/kernels/shards.hpp says; on all threads.
void add_up_shards(const float* parts, const Shards& shards, std::int64_t size, float* sums);

/// The same of float64, in place: the sums are where the first shard's part was.
void add_up_shards(double* parts, const Shards& shards, std::int64_t size);

}  // namespace mnist
