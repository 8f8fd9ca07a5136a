#include "server/server_metrics.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <cstddef>
#include <fstream>

#include "run/revision.hpp"

namespace mnist {
namespace {

std::string head(const char* name, const char* type, const char* help) {
  return fmt::format("# HELP {0} {1}\n# TYPE {0} {2}\n", name, help, type);
}

template <typename Value>
std::string single(const char* name, const char* type, const char* help, Value value) {
  return head(name, type, help) + fmt::format("{} {}\n", name, value);
}

/// Zero where the system does not say.
std::uint64_t resident_bytes() {
  std::ifstream file("/proc/self/statm");
  std::uint64_t all = 0, resident = 0;
  file >> all >> resident;
  return resident * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
}

}  // namespace

void ServerMetrics::add(const Exchange& exchange) {
  const std::string route = exchange.route.empty() ? "none" : exchange.route;
  const std::lock_guard lock(mutex_);
  ++answers_[{route, exchange.status}];
  received_ += exchange.received;
  sent_ += exchange.sent;
  Times& times = times_[route];
  ++times.count;
  times.sum += exchange.seconds;
  for (std::size_t i = 0; i < kBounds.size(); ++i) {
    if (exchange.seconds <= kBounds[i]) ++times.within[i];
  }
}

std::string ServerMetrics::text(const ServerGauges& gauges) const {
  const std::lock_guard lock(mutex_);
  std::string text = head("mnist_build_info", "gauge", "The program that serves.");
  text +=
      fmt::format("mnist_build_info{{version=\"{}\",revision=\"{}\"}} 1\n", kVersion, kRevision);
  text += head("mnist_requests_total", "counter", "Requests answered.");
  for (const auto& [key, count] : answers_) {
    text += fmt::format("mnist_requests_total{{route=\"{}\",status=\"{}\"}} {}\n", key.first,
                        key.second, count);
  }
  text += head("mnist_request_seconds", "histogram", "Time to answer a request, its head read.");
  for (const auto& [route, times] : times_) {
    for (std::size_t i = 0; i < kBounds.size(); ++i) {
      text += fmt::format("mnist_request_seconds_bucket{{route=\"{}\",le=\"{}\"}} {}\n", route,
                          kBounds[i], times.within[i]);
    }
    text += fmt::format("mnist_request_seconds_bucket{{route=\"{}\",le=\"+Inf\"}} {}\n", route,
                        times.count);
    text += fmt::format("mnist_request_seconds_sum{{route=\"{}\"}} {}\n", route, times.sum);
    text += fmt::format("mnist_request_seconds_count{{route=\"{}\"}} {}\n", route, times.count);
  }
  text += single("mnist_received_bytes_total", "counter", "Bytes of bodies read.", received_);
  text += single("mnist_sent_bytes_total", "counter", "Bytes of bodies sent.", sent_);
  text += single("mnist_images_total", "counter", "Images classified.", gauges.images);
  text += single("mnist_batches_total", "counter", "Batches that they were classified in.",
                 gauges.batches);
  text +=
      single("mnist_requests_under_way", "gauge", "Requests with a body, now.", gauges.requests);
  text += single("mnist_connections", "gauge", "Connections, now.", gauges.connections);
  text += single("process_resident_memory_bytes", "gauge", "Memory in use.", resident_bytes());
  return text;
}

}  // namespace mnist
