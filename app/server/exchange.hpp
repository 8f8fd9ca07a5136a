#pragma once

#include <cstdint>
#include <string>

namespace mnist {

/// A request that was answered.
struct Exchange {
  std::string method, path;  ///< as they were sent; empty where that was no HTTP
  std::string route;         ///< the name of the route; empty where there is none
  int status = 0;
  double seconds = 0;          ///< since all of its head was there
  std::uint64_t received = 0;  ///< bytes of its body, unpacked
  std::uint64_t sent = 0;      ///< bytes of the answer's body
};

}  // namespace mnist
