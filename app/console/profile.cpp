#include "console/profile.hpp"

#include <ATen/record_function.h>
#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <unordered_set>
#include <utility>
#include <vector>

namespace mnist {
namespace {

using Clock = std::chrono::steady_clock;

struct Measured {
  std::int64_t calls = 0;
  double seconds = 0;
  double own_seconds = 0;  ///< without what it called
};

/// By scope and name. LibTorch's hooks are plain functions, so what they fill is no member.
std::map<std::pair<at::RecordScope, std::string>, Measured> measured;
std::mutex measured_mutex;

struct Call : at::ObserverContext {
  Clock::time_point begin = Clock::now();
};

/// For each call that is under way on this thread, the seconds of the calls that it made.
thread_local std::vector<double> inner_seconds;

std::unique_ptr<at::ObserverContext> on_begin(const at::RecordFunction&) {
  inner_seconds.push_back(0);
  return std::make_unique<Call>();
}

void on_end(const at::RecordFunction& function, at::ObserverContext* context) {
  const std::chrono::duration<double> took = Clock::now() - static_cast<Call*>(context)->begin;
  const double inner = inner_seconds.back();
  inner_seconds.pop_back();
  if (!inner_seconds.empty()) inner_seconds.back() += took.count();
  const std::lock_guard lock(measured_mutex);
  Measured& entry = measured[{function.scope(), function.name()}];
  ++entry.calls;
  entry.seconds += took.count();
  entry.own_seconds += took.count() - inner;
}

std::string row(std::string_view name, double seconds, double whole, std::int64_t calls) {
  return fmt::format("{:<48} {:>8.2f} {:>6.1f}% {:>9} {:>9.1f}\n", name.substr(0, 48), seconds,
                     100 * seconds / whole, calls, 1e6 * seconds / static_cast<double>(calls));
}

}  // namespace

Profile::Profile(ProfileDetail detail) : detail_(detail), begin_(Clock::now()) {
  if (detail == ProfileDetail::kOff) return;
  std::unordered_set<at::RecordScope> scopes = {at::RecordScope::USER_SCOPE};
  if (detail == ProfileDetail::kOperations) {
    scopes.insert({at::RecordScope::FUNCTION, at::RecordScope::BACKWARD_FUNCTION});
  }
  measured.clear();
  callback_ = at::addThreadLocalCallback(
      at::RecordFunctionCallback(on_begin, on_end).scopes(std::move(scopes)));
}

Profile::~Profile() {
  if (detail_ != ProfileDetail::kOff) at::removeCallback(callback_);
}

std::string Profile::text() const {
  if (detail_ == ProfileDetail::kOff) return {};
  const std::chrono::duration<double> whole = Clock::now() - begin_;
  std::vector<std::pair<std::string, Measured>> phases, operations;
  double rest = whole.count();
  for (const auto& [key, entry] : measured) {
    const bool is_phase = key.first == at::RecordScope::USER_SCOPE;
    if (is_phase) rest -= entry.seconds;
    (is_phase ? phases : operations).emplace_back(key.second, entry);
  }
  const auto header = [](std::string_view what) {
    return fmt::format("{:<48} {:>8} {:>7} {:>9} {:>9}\n", what, "seconds", "share", "calls",
                       "us/call");
  };
  std::string text = header("phase");
  std::ranges::sort(phases, std::greater(), [](const auto& p) { return p.second.seconds; });
  for (const auto& [name, entry] : phases) {
    text += row(name, entry.seconds, whole.count(), entry.calls);
  }
  text += row("the rest", rest, whole.count(), 1);
  if (detail_ != ProfileDetail::kOperations) return text + '\n';
  text += '\n' + header("operation (without those within)");
  std::ranges::sort(operations, std::greater(), [](const auto& o) { return o.second.own_seconds; });
  for (const auto& [name, entry] : operations) {
    text += row(name, entry.own_seconds, whole.count(), entry.calls);
  }
  return text + '\n';
}

}  // namespace mnist
