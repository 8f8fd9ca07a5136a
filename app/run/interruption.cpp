#include "run/interruption.hpp"

#include <signal.h>
#include <unistd.h>

#include <cerrno>
#include <string>
#include <string_view>

#include "console/terminal.hpp"
#include "run/exit_status.hpp"
#include "run/shell_word.hpp"

namespace mnist {
namespace {

volatile sig_atomic_t noted_signal = 0;
volatile sig_atomic_t only_note = 0;

void note(int signal) {
  // The others come again by themselves: SIGXCPU each second, SIGHUP from terminal and shell.
  const bool insists = noted_signal != 0 && (signal == SIGINT || signal == SIGTERM);
  if (only_note == 0 || insists) ::_exit(128 + signal);
  if (noted_signal == 0) noted_signal = signal;
}

}  // namespace

Interruption::Interruption(int argc, const char* const* argv, ProcessGroup& group)
    : argc_(argc), argv_(argv), group_(group) {
  only_note = 1;
  struct sigaction action{};
  action.sa_handler = note;
  action.sa_flags = SA_RESTART;
  for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGUSR1, SIGXCPU}) {
    struct sigaction inherited{};
    ::sigaction(signal, nullptr, &inherited);
    // Whoever started the program in the background, or under nohup, wants it to go on.
    if (inherited.sa_handler != SIG_IGN) ::sigaction(signal, &action, nullptr);
  }
}

Interruption::~Interruption() {
  only_note = 0;
  // Nobody asks for it any more.
  if (noted_signal != 0) ::raise(noted_signal);
}

bool Interruption::noted() const {
  // A signal that comes while they agree is the next call's.
  const int agreed = static_cast<int>(std::ranges::max(group_.gather(noted_signal)));
  if (agreed != 0) noted_signal = agreed;
  return agreed != 0;
}

void Interruption::leave() const {
  std::string command = shell_word(::program_invocation_name);
  bool resumes = false;
  for (int i = 0; i < argc_; ++i) {
    command += fmt::format(" {}", shell_word(argv_[i]));
    resumes = resumes || std::string_view(argv_[i]) == "--resume";
  }
  print_stderr("\nmnist: interrupted and saved; to go on: {}{}\n", command,
               resumes ? "" : " --resume");
  const int signal = noted_signal;
  noted_signal = 0;
  throw ExitStatus{128 + signal};
}

}  // namespace mnist
