#pragma once

#include <algorithm>
#include <cstdint>

namespace mnist {

/// The order in which a batch's gradient is added up, whoever computes it, so that its bits depend
/// on the batch alone. The rows are cut into at most eight shards of neighbours, as evenly as can
/// be. Within a shard the rows are added in order, and the sums of the shards as a balanced binary
/// tree: neighbours in pairs, then the sums of pairs, and so on; an odd one waits for the next
/// level.
struct Shards {
  static constexpr std::int64_t kMost = 8;

  explicit constexpr Shards(std::int64_t rows_in_all, std::int64_t most = kMost)
      : rows(rows_in_all), count(std::min(rows, most)) {}

  /// The first row of a shard, and of the one behind the last: `rows`.
  constexpr std::int64_t begin(std::int64_t shard) const { return shard * rows / count; }

  std::int64_t rows, count;
};

}  // namespace mnist
