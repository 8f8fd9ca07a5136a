#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <utility>

#include "server/exchange.hpp"

namespace mnist {

/// What happens now.
struct ServerGauges {
  int requests = 0, connections = 0;
  std::uint64_t images = 0, batches = 0;  ///< answered since the start
};

/// Counts answers, as Prometheus reads them.
/// https://prometheus.io/docs/instrumenting/exposition_formats/
class ServerMetrics {
 public:
  void add(const Exchange& exchange);
  std::string text(const ServerGauges& gauges) const;

 private:
  /// Upper bounds in seconds.
  static constexpr std::array kBounds{0.001, 0.0025, 0.005, 0.01, 0.025, 0.05,
                                      0.1,   0.25,   0.5,   1.0,  2.5,   10.0};
  struct Times {
    std::array<std::uint64_t, kBounds.size()> within{};  ///< each bound
    std::uint64_t count = 0;
    double sum = 0;
  };

  mutable std::mutex mutex_;
  std::map<std::pair<std::string, int>, std::uint64_t> answers_;  ///< by route and status
  std::map<std::string, Times> times_;                            ///< by route
  std::uint64_t received_ = 0, sent_ = 0;
};

}  // namespace mnist
