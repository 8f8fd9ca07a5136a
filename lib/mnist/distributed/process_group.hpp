#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

namespace mnist {

/// The processes that train one network together, as one of them sees it. All of them call the same
/// functions in the same order. This class by itself is the group of one process, which everything
/// is free for; others know how to reach each other. Functions throw `Error`, naming the process,
/// where another one has ended or does not answer.
class ProcessGroup {
 public:
  ProcessGroup() = default;
  virtual ~ProcessGroup() = default;
  ProcessGroup(const ProcessGroup&) = delete;
  ProcessGroup& operator=(const ProcessGroup&) = delete;

  /// From 0, less than `size`.
  int rank() const { return rank_; }
  int size() const { return size_; }
  /// Whether this is the process that prints and writes.
  bool leads() const { return rank_ == 0; }
  /// "rank 1 on node2"
  virtual std::string name_of(int rank) const;

  /// Adds up what the first `contributors` processes have in the same places; all get the sums. Of
  /// 2ⁿ processes neighbours are added in pairs, then the sums of pairs, and so on: a balanced
  /// binary tree, by recursive doubling. An addition of two numbers has the same bits in either
  /// order, so all processes get the same. Of another number those beyond the largest 2ⁿ are added
  /// to the first ones before, and hear the sums after. Calls with different tags may be made at
  /// once, from threads of their own.
  void add_up(std::span<float> values, int contributors, int tag = 0);
  void add_up(std::span<double> values, int contributors, int tag = 0);

  /// The number, or text, that each process has, by rank. Texts are at most some megabytes.
  std::vector<double> gather(double number);
  std::vector<std::string> gather(const std::string& text);

 protected:
  ProcessGroup(int rank, int size) : rank_(rank), size_(size) {}

 private:
  /// Sends to another process and receives what it sends with the same tag, at once; nothing where
  /// there are no bytes.
  virtual void exchange(int /*peer*/, int /*tag*/, std::span<const std::byte> /*sent*/,
                        std::span<std::byte> /*received*/) {}

  template <typename Number>
  void add_up_any(std::span<Number> values, int contributors, int tag);

  int rank_ = 0, size_ = 1;
};

/// What changes no number's bits where it is added: 0 would make 0 of -0.
inline constexpr float kNothing = -0.0F;

/// A group of one, that all may use.
ProcessGroup& alone();

}  // namespace mnist
