#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace mnist {

/// What a request may ask for, and its client for how long. Each has an HTTP status of its own.
struct ServerLimits {
  std::uint64_t body = std::uint64_t{16} << 20;  ///< bytes, packed and unpacked; else 413
  std::uint64_t pixels = 50'000'000;             ///< of a picture, width · height; else 413
  std::size_t header = 16 << 10;                 ///< bytes, the request's first line too; else 431
  int requests = 128;                            ///< with a body, at once; else 503
  int connections = 512;                         ///< at once; others wait until one ends
  std::chrono::seconds idle{30};                 ///< without a request; then the connection ends
  std::chrono::seconds request{10};              ///< from its first byte to its last; else 408
};

}  // namespace mnist
