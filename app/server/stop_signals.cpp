#include "server/stop_signals.hpp"

#include <signal.h>
#include <unistd.h>

#include <cerrno>
#include <initializer_list>

namespace mnist {
namespace {

Wakeup* stop_came = nullptr;
volatile sig_atomic_t stops = 0;

void note_stop(int signal) {
  if (stops != 0) ::_exit(128 + signal);
  stops = 1;
  const int before = errno;
  stop_came->set();
  errno = before;
}

}  // namespace

StopSignals::StopSignals() {
  stop_came = &came_;
  struct sigaction action{};
  action.sa_handler = note_stop;
  action.sa_flags = SA_RESTART;
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
    struct sigaction inherited{};
    ::sigaction(signal, nullptr, &inherited);
    if (inherited.sa_handler != SIG_IGN) ::sigaction(signal, &action, nullptr);
  }
}

void StopSignals::wait() const { came_.wait(); }

}  // namespace mnist
