#include "run/crash_line.hpp"

#include <fmt/format.h>
#include <signal.h>
#include <unistd.h>

#include <array>
#include <cstddef>
#include <string>
#include <vector>

#include "console/terminal.hpp"

namespace mnist {
namespace {

constexpr std::array kCrashes{SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT};

std::string last_words;
std::array<struct sigaction, kCrashes.size()> before;

void say_last_words(int) {
  [[maybe_unused]] const ssize_t written =
      ::write(STDERR_FILENO, last_words.data(), last_words.size());
  ::_exit(1);
}

/// A stack of its own for the handler, as the usual one may be what ran out.
void prepare_stack() {
  static std::vector<char> stack(1 << 16);
  stack_t description{};
  description.ss_sp = stack.data();
  description.ss_size = stack.size();
  ::sigaltstack(&description, nullptr);
}

}  // namespace

CrashLine::CrashLine(const std::filesystem::path& model) {
  last_words = error_line(fmt::format(
      "'{}' is damaged, or none of LibTorch's models: LibTorch crashes on it", model.string()));
  prepare_stack();
  struct sigaction action{};
  action.sa_handler = say_last_words;
  action.sa_flags = SA_ONSTACK;
  for (std::size_t i = 0; i < kCrashes.size(); ++i) ::sigaction(kCrashes[i], &action, &before[i]);
}

CrashLine::~CrashLine() {
  for (std::size_t i = 0; i < kCrashes.size(); ++i) ::sigaction(kCrashes[i], &before[i], nullptr);
}

}  // namespace mnist
