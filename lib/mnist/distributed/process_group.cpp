#include "mnist/distributed/process_group.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cstdint>
#include <functional>

namespace mnist {

template <typename Number>
void ProcessGroup::add_up_any(std::span<Number> values, int contributors, int tag) {
  if (size_ == 1) return;
  std::vector<Number> others(values.size());
  const std::span<Number> theirs(others), none;
  const auto send_to = [&](int peer, std::span<Number> mine, std::span<Number> received) {
    exchange(peer, tag, std::as_bytes(mine), std::as_writable_bytes(received));
  };
  const auto add = [&] {
    std::ranges::transform(values, theirs, values.begin(), std::plus<Number>());
  };

  const int doubling = static_cast<int>(std::bit_floor(static_cast<unsigned>(size_)));
  const int guest = rank_ + doubling, host = rank_ - doubling;
  if (host >= 0) {
    if (rank_ < contributors) send_to(host, values, none);
    send_to(host, none, values);
    return;
  }
  if (guest < contributors) {
    send_to(guest, none, theirs);
    add();
  }
  for (int distance = 1; distance < doubling; distance *= 2) {
    // Each side has the sum of as many processes as it is away; the first of them tells whether
    // there is any.
    const int peer = rank_ ^ distance;
    const bool is_mine = (rank_ & -distance) < contributors;
    const bool is_theirs = (peer & -distance) < contributors;
    send_to(peer, is_mine ? values : none, is_theirs ? theirs : none);
    if (is_mine && is_theirs) {
      add();
    } else if (is_theirs) {
      std::ranges::copy(theirs, values.begin());
    }
  }
  if (guest < size_) send_to(guest, values, none);
}

void ProcessGroup::add_up(std::span<float> values, int contributors, int tag) {
  add_up_any(values, contributors, tag);
}

void ProcessGroup::add_up(std::span<double> values, int contributors, int tag) {
  add_up_any(values, contributors, tag);
}

std::string ProcessGroup::name_of(int rank) const { return fmt::format("rank {}", rank); }

std::vector<double> ProcessGroup::gather(double number) {
  std::vector<double> numbers(static_cast<std::size_t>(size_), kNothing);
  numbers[static_cast<std::size_t>(rank_)] = number;
  add_up(std::span(numbers), size_);
  return numbers;
}

std::vector<std::string> ProcessGroup::gather(const std::string& text) {
  if (size_ == 1) return {text};
  const std::vector<double> sizes = gather(static_cast<double>(text.size()));
  std::vector<std::size_t> begins{0};
  for (const double size : sizes) begins.push_back(begins.back() + static_cast<std::size_t>(size));
  // A byte as a number, so that there is one way to exchange.
  std::vector<float> bytes(begins.back(), kNothing);
  const auto mine = static_cast<std::size_t>(rank_);
  std::ranges::transform(text, bytes.begin() + static_cast<std::ptrdiff_t>(begins[mine]),
                         [](char c) { return static_cast<float>(static_cast<std::uint8_t>(c)); });
  add_up(std::span(bytes), size_);
  std::vector<std::string> texts;
  for (std::size_t i = 0; i < sizes.size(); ++i) {
    std::string& one = texts.emplace_back();
    for (std::size_t at = begins[i]; at < begins[i + 1]; ++at) {
      one += static_cast<char>(static_cast<std::uint8_t>(bytes[at]));
    }
  }
  return texts;
}

ProcessGroup& alone() {
  static ProcessGroup group;
  return group;
}

}  // namespace mnist
