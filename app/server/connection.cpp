#include "server/connection.hpp"

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <span>

namespace mnist {
namespace {

using std::chrono::milliseconds;

constexpr std::size_t kChunk = 1 << 16;
constexpr milliseconds kGrace{3000};       // for what is under way when the server ends
constexpr milliseconds kHeadsGrace{1000};  // for the rest of a head while others wait for a thread
constexpr milliseconds kFarewell{500};     // for what a client still sends when its connection ends

int milliseconds_until(std::chrono::steady_clock::time_point deadline) {
  const auto left = std::chrono::ceil<milliseconds>(deadline - std::chrono::steady_clock::now());
  return static_cast<int>(std::clamp<std::int64_t>(left.count(), 0, 1 << 30));
}

}  // namespace

Connection::Connection(int socket, const ServerLimits& limits, const ServerState& state)
    : socket_(socket), limits_(limits), state_(state) {}

Connection::~Connection() { ::close(socket_); }

void Connection::take_leave() {
  flush();
  ::shutdown(socket_, SHUT_WR);
  const auto deadline = Clock::now() + kFarewell;
  std::array<char, kChunk> rest;
  pollfd event{socket_, POLLIN, 0};
  while (!broken_ && ::poll(&event, 1, milliseconds_until(deadline)) > 0 &&
         ::recv(socket_, rest.data(), rest.size(), MSG_DONTWAIT) > 0) {
  }
}

/// Whether the socket is ready for the event in time. When the server ends, or others wait for a
/// thread, time is short: none for a connection that is idle, little for one that has something
/// under way, or for a head to be whole.
bool Connection::wait_for(short event, Clock::time_point deadline, Phase phase) {
  const auto hurry = [&](milliseconds left) { deadline = std::min(deadline, Clock::now() + left); };
  const bool gives_way = phase == Phase::kIdle || phase == Phase::kHead;
  std::array<pollfd, 3> events{{{socket_, event, 0},
                                {state_.ends.descriptor(), POLLIN, 0},
                                {gives_way ? state_.scarce.descriptor() : -1, POLLIN, 0}}};
  while (true) {
    const int ready = ::poll(events.data(), events.size(), milliseconds_until(deadline));
    if (ready < 0 && errno == EINTR) continue;
    if (ready <= 0) return false;
    if (events[0].revents != 0) return true;
    if (phase == Phase::kIdle) return false;
    hurry(events[1].revents != 0 ? kGrace : kHeadsGrace);
    for (pollfd& wakeup : std::span(events).subspan(1)) {
      if (wakeup.revents != 0) wakeup.fd = -1;  // which is seen
    }
  }
}

Connection::Came Connection::receive(Clock::time_point deadline, Phase phase) {
  if (read_ == received_.size()) {
    received_.clear();
    read_ = 0;
  }
  std::array<char, kChunk> bytes;
  while (true) {
    const ssize_t count = ::recv(socket_, bytes.data(), bytes.size(), MSG_DONTWAIT);
    if (count > 0) {
      received_.append(bytes.data(), static_cast<std::size_t>(count));
      return Came::kBytes;
    }
    if (count == 0) return Came::kEnd;
    if (errno == EINTR) continue;
    if (errno != EAGAIN && errno != EWOULDBLOCK) {
      broken_ = true;
      return Came::kEnd;
    }
    if (Clock::now() >= deadline) return Came::kLate;
    if (!wait_for(POLLIN, deadline, phase)) return Came::kLate;
  }
}

Connection::Head Connection::wait_for_head() {
  received_.erase(0, read_);
  read_ = 0;
  timed_out_ = over_limit_ = false;
  body_budget_ = 2 * limits_.body + kChunk;  // of which chunks of a body may take a part
  if (received_.empty() && receive(Clock::now() + limits_.idle, Phase::kIdle) != Came::kBytes) {
    return Head::kNone;
  }
  deadline_ = Clock::now() + limits_.request;
  std::size_t searched = 0;
  while (true) {
    const std::size_t end = received_.find("\r\n\r\n", searched);
    if (std::min(end, received_.size()) > limits_.header) return Head::kTooLong;
    if (end != std::string::npos) return Head::kThere;
    searched = received_.size() < 3 ? 0 : received_.size() - 3;
    const Came came = receive(deadline_, Phase::kHead);
    if (came == Came::kLate) return Head::kTooSlow;
    if (came != Came::kBytes) return Head::kNone;
  }
}

ssize_t Connection::read(char* data, std::size_t size) {
  if (unread() == 0) {
    // A client that expects "100 Continue" sends nothing before it.
    if (!flush()) return -1;
    const Came came = receive(deadline_, Phase::kBody);
    timed_out_ = timed_out_ || came == Came::kLate;
    if (came != Came::kBytes) return came == Came::kEnd ? 0 : -1;
  }
  const std::size_t count = std::min(size, unread());
  if (count > body_budget_) {
    over_limit_ = true;
    return -1;
  }
  body_budget_ -= count;
  std::memcpy(data, received_.data() + read_, count);
  read_ += count;
  return static_cast<ssize_t>(count);
}

ssize_t Connection::write(const char* data, std::size_t size) {
  written_.append(data, size);
  if (written_.size() >= kChunk && !flush()) return -1;
  return static_cast<ssize_t>(size);
}

bool Connection::flush() {
  const auto deadline = Clock::now() + limits_.request;
  std::size_t sent = 0;
  while (sent < written_.size() && !broken_) {
    const ssize_t count = ::send(socket_, written_.data() + sent, written_.size() - sent,
                                 MSG_DONTWAIT | MSG_NOSIGNAL);
    if (count >= 0) {
      sent += static_cast<std::size_t>(count);
    } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
      broken_ = !wait_for(POLLOUT, deadline, Phase::kAnswer);
    } else if (errno != EINTR) {
      broken_ = true;
    }
  }
  written_.clear();
  return !broken_;
}

}  // namespace mnist
