#include "run/interruption.hpp"

#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <string>
#include <string_view>

#include "console/terminal.hpp"

namespace mnist {
namespace {

volatile sig_atomic_t noted = 0;

void note(int signal) {
  if (noted != 0) ::_exit(128 + signal);
  noted = signal;
}

/// A word as a shell takes it.
std::string quoted(std::string_view word) {
  const bool plain = !word.empty() && std::ranges::all_of(word, [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 ||
           std::string_view("-_=./:,+").find(c) != std::string_view::npos;
  });
  if (plain) return std::string(word);
  std::string text = "'";
  for (const char c : word) text += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return text + "'";
}

}  // namespace

void catch_interruptions() {
  struct sigaction action{};
  action.sa_handler = note;
  action.sa_flags = SA_RESTART;
  for (const int signal : {SIGINT, SIGTERM}) {
    struct sigaction inherited{};
    ::sigaction(signal, nullptr, &inherited);
    // Whoever started the program in the background wants it to go on.
    if (inherited.sa_handler != SIG_IGN) ::sigaction(signal, &action, nullptr);
  }
}

int interruption() { return noted; }

void print_how_to_resume(int argc, const char* const* argv, bool resumed) {
  std::string command = "mnist";
  for (int i = 0; i < argc; ++i) command += fmt::format(" {}", quoted(argv[i]));
  print_stderr("\nmnist: interrupted and saved; to go on: {}{}\n", command,
               resumed ? "" : " --resume");
}

}  // namespace mnist
