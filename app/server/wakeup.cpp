#include "server/wakeup.hpp"

#include <poll.h>
#include <sys/eventfd.h>

#include <cerrno>
#include <cstdint>
#include <system_error>

#include "mnist/error.hpp"

namespace mnist {

Wakeup::Wakeup() : event_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  if (!event_.valid()) throw Error("cannot serve: {}", std::generic_category().message(errno));
}

void Wakeup::set() {
  constexpr std::uint64_t kOne = 1;
  [[maybe_unused]] const ssize_t written = ::write(event_.get(), &kOne, sizeof kOne);
}

void Wakeup::clear() {
  std::uint64_t count = 0;
  [[maybe_unused]] const ssize_t taken = ::read(event_.get(), &count, sizeof count);
}

bool Wakeup::is_set() const {
  pollfd event{event_.get(), POLLIN, 0};
  return ::poll(&event, 1, 0) > 0;
}

void Wakeup::wait() const {
  pollfd event{event_.get(), POLLIN, 0};
  while (::poll(&event, 1, -1) <= 0) {
  }
}

int Wakeup::descriptor() const { return event_.get(); }

}  // namespace mnist
