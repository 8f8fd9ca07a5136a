#include "server/request_log.hpp"

#include <fmt/format.h>

#include <cstddef>
#include <ctime>
#include <string_view>

namespace mnist {
namespace {

constexpr std::size_t kMostShown = 200;

/// Printable ASCII, without spaces, so that the words of a line can be counted.
std::string sanitised(std::string_view text) {
  if (text.empty()) return "-";
  std::string shown;
  for (const char c : text.substr(0, kMostShown)) {
    const auto byte = static_cast<unsigned char>(c);
    const bool plain = byte > 0x20 && byte < 0x7f && c != '\\' && c != '"';
    shown += plain ? std::string(1, c) : fmt::format("\\x{:02x}", byte);
  }
  return text.size() > kMostShown ? shown + "..." : shown;
}

/// As ISO 8601 has it, in UTC.
std::string timestamp(std::chrono::system_clock::time_point time) {
  using std::chrono::milliseconds;
  const auto since = std::chrono::floor<milliseconds>(time.time_since_epoch());
  const auto seconds = static_cast<std::time_t>(since.count() / 1000);
  std::tm utc{};
  ::gmtime_r(&seconds, &utc);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z", utc.tm_year + 1900,
                     utc.tm_mon + 1, utc.tm_mday, utc.tm_hour, utc.tm_min, utc.tm_sec,
                     since.count() % 1000);
}

}  // namespace

std::string log_line(const Exchange& exchange, std::chrono::system_clock::time_point time) {
  return fmt::format("{} {} {} {} {:.1f} ms, {} bytes in, {} out", timestamp(time),
                     sanitised(exchange.method), sanitised(exchange.path), exchange.status,
                     exchange.seconds * 1e3, exchange.received, exchange.sent);
}

}  // namespace mnist
