#pragma once

#include <httplib.h>

#include <vector>

#include "server/http.hpp"
#include "server/server_limits.hpp"

namespace mnist {

/// Whether a body follows the head, as the head says.
bool announces_body(const httplib::Request& request);

/// The route that a request asks for. Throws `HttpError` with what it is refused with for what its
/// head says, before any of its body is read: 400, 404, 405, 411, 413, 415, 501.
const Route& checked_route(const httplib::Request& request, const std::vector<Route>& routes,
                           const ServerLimits& limits);

}  // namespace mnist
