#include "interruption.hpp"

#include <signal.h>
#include <unistd.h>

namespace mnist {
namespace {

volatile sig_atomic_t noted = 0;

void note(int signal) {
  if (noted != 0) ::_exit(128 + signal);
  noted = signal;
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

}  // namespace mnist
