#pragma once

#include <chrono>
#include <string>

#include "server/exchange.hpp"

namespace mnist {

/// "2026-03-01T12:00:00.123Z POST /predict 200 4.1 ms, 5432 bytes in, 512 out": a request as a line
/// of the log. What its client may have smuggled into the path, line breaks and the like, is shown
/// as "\x0a"; a long path is cut. Nothing of a body is in it.
std::string log_line(const Exchange& exchange, std::chrono::system_clock::time_point time);

}  // namespace mnist
