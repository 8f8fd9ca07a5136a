#pragma once

#include <httplib.h>
#include <sys/types.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>

#include "server/server_limits.hpp"
#include "server/wakeup.hpp"

namespace mnist {

/// What waits beside a client's bytes.
struct ServerState {
  Wakeup ends;    ///< set for good: the server is to end
  Wakeup scarce;  ///< set while connections wait for a thread
};

/// A client's connection as the library reads and writes it, held to the limits: a request's head
/// is in memory before the library sees any of it, and what is under way has its time. What is
/// written goes out together, when the request has been answered or more of it is to be read.
class Connection final : public httplib::Stream {
 public:
  /// How a request begins.
  enum class Head : std::uint8_t {
    kThere,    ///< whole, up to the empty line
    kNone,     ///< the client went away or was idle for too long, or the server ends
    kTooLong,  ///< of more bytes than it may
    kTooSlow,  ///< not whole in its time
  };

  /// `socket` belongs to the connection.
  Connection(int socket, const ServerLimits& limits, const ServerState& state);
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;
  ~Connection() override;

  Head wait_for_head();
  /// Whether a request took longer than it may, so that reading it failed.
  bool timed_out() const { return timed_out_; }
  /// Whether a body, as it is sent, is so much longer than it may be that reading it failed.
  bool over_limit() const { return over_limit_; }

  /// Tells a client whose request was not read to its end that nothing more comes, and reads for a
  /// moment what it still sends: else the system would take back an answer that it has not read
  /// yet.
  void take_leave();

  /// Sends what was written. False where the client does not take it.
  bool flush();

  bool is_readable() const override { return true; }
  bool is_writable() const override { return true; }
  ssize_t read(char* data, std::size_t size) override;
  ssize_t write(const char* data, std::size_t size) override;
  void get_remote_ip_and_port(std::string& /*ip*/, int& /*port*/) const override {}
  void get_local_ip_and_port(std::string& /*ip*/, int& /*port*/) const override {}
  socket_t socket() const override { return socket_; }

 private:
  using Clock = std::chrono::steady_clock;
  enum class Came : std::uint8_t { kBytes, kEnd, kLate };
  enum class Phase : std::uint8_t { kIdle, kHead, kBody, kAnswer };

  Came receive(Clock::time_point deadline, Phase phase);
  bool wait_for(short event, Clock::time_point deadline, Phase phase);
  std::size_t unread() const { return received_.size() - read_; }

  int socket_;
  ServerLimits limits_;
  const ServerState& state_;
  std::string received_;  ///< read by the library up to `read_`
  std::size_t read_ = 0;
  std::string written_;
  Clock::time_point deadline_{};   ///< of the request
  std::uint64_t body_budget_ = 0;  ///< bytes of it that may still come
  bool timed_out_ = false, over_limit_ = false, broken_ = false;
};

}  // namespace mnist
