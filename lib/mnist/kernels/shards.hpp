#pragma once

#include <algorithm>
#include <cstdint>

namespace mnist {

/// The order in which a batch's gradient is added up, whoever computes it, so that its bits depend
/// on the batch alone. The rows are cut into at most eight shards of neighbours, as evenly as can
/// be. Within a shard the rows are added in order, and the sums of the shards as a balanced binary
/// tree: neighbours in pairs, then the sums of pairs, and so on; an odd one waits for the next
/// level.
///
/// Processes that share a batch have as many neighbouring shards each; where there are fewer, those
/// of the last processes are missing. So 1, 2, 4 and 8 processes add in one order: each its shards
/// up to a node of the tree, all of them together (mnist/distributed/process_group.hpp) from there.
/// Among another number a batch is cut into the next multiple of that number, of at least eight.
struct Shards {
  static constexpr std::int64_t kMost = 8;  ///< in one process

  /// Those of process `rank` of so many. One that would have none stands in for the last that has
  /// some: what it computes counts for nothing (`contributors`), but it goes through the same steps
  /// as the others, and needs no case of its own.
  explicit constexpr Shards(std::int64_t rows_of_batch, std::int64_t rank = 0,
                            std::int64_t processes = 1)
      : rows_in_all(rows_of_batch) {
    const std::int64_t each = (kMost + processes - 1) / processes;
    in_all = std::min(rows_in_all, each * processes);
    contributors = (in_all + each - 1) / each;
    if (in_all == 0) return;
    first = std::min(rank, contributors - 1) * each;
    count = std::min(each, in_all - first);
    first_row = first * rows_in_all / in_all;
    rows = (first + count) * rows_in_all / in_all - first_row;
  }

  /// The first row of a shard of this process, counted from its own first row; of the one behind
  /// the last: `rows`.
  constexpr std::int64_t begin(std::int64_t shard) const {
    return (first + shard) * rows_in_all / in_all * parts - first_row;
  }

  /// The same shards where each row is so many, such as the patches of an image.
  constexpr Shards of_parts(std::int64_t parts_of_row) const {
    Shards shards = *this;
    shards.parts = parts_of_row;
    shards.first_row *= parts_of_row;
    shards.rows *= parts_of_row;
    return shards;
  }

  std::int64_t rows_in_all, in_all = 0;  ///< of the batch, each of which is `parts` rows here
  std::int64_t parts = 1;
  std::int64_t contributors = 0;         ///< processes, the first ones, that have shards
  std::int64_t first = 0, count = 0;     ///< the shards of this process
  std::int64_t first_row = 0, rows = 0;  ///< and the rows they are
};

}  // namespace mnist
