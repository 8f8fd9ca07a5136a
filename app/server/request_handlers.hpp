#pragma once

#include <httplib.h>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "server/connection.hpp"
#include "server/exchange.hpp"
#include "server/http.hpp"
#include "server/server_limits.hpp"

namespace mnist {

/// What the library calls for a request, from its head to its answer.
class RequestHandlers {
 public:
  RequestHandlers(const std::vector<Route>& routes, const ServerLimits& limits,
                  std::function<void(const Exchange&)> observe)
      : routes_(routes), limits_(limits), observe_(std::move(observe)) {}

  void install(httplib::Server& server);

  /// To be called by the connection's thread before the library reads a request.
  void begin(Connection& connection);
  /// To be called after the library has answered. Whether another request can follow.
  bool end();
  /// Answers a request of which the library sees nothing.
  void refuse(Connection& connection, int status, const std::string& text);

  int requests_under_way() const { return requests_; }

 private:
  bool check(const httplib::Request& request, httplib::Response& response);
  bool enter(httplib::Response& response);
  bool read_body(const httplib::Request& request, const httplib::ContentReader& reader,
                 HttpRequest& asked, httplib::Response& response);
  HttpAnswer why_not_whole(bool too_long) const;
  void observe(const std::string& method, const std::string& path, int status,
               std::size_t sent) const;

  std::vector<Route> routes_;
  ServerLimits limits_;
  std::function<void(const Exchange&)> observe_;
  std::atomic<int> requests_ = 0;  ///< with a body, at once
};

}  // namespace mnist
