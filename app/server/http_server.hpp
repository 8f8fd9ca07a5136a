#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "server/exchange.hpp"
#include "server/http.hpp"
#include "server/server_limits.hpp"

namespace mnist {

struct HttpServerOptions {
  std::string host;  ///< a name or address
  int port = 0;      ///< 0: a free one
  ServerLimits limits = {};
  /// Called by the connections' threads.
  std::function<void(const Exchange&)> observe = [](const Exchange&) {};
};

/// Answers HTTP/1.1 with what the routes say, each connection on a thread of its own. What is asked
/// wrongly, or of what there is not, or goes beyond the limits, is answered by itself.
class HttpServer {
 public:
  /// Takes the port. Throws `Error` where it cannot.
  HttpServer(const std::vector<Route>& routes, const HttpServerOptions& options);
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;
  ~HttpServer();

  int port() const;
  /// "http://127.0.0.1:8080"
  std::string url() const;

  /// Begins to answer, on other threads, and returns.
  void start();
  /// Takes no more connections, and returns when what is under way has been answered.
  void stop();

  int requests_under_way() const;
  int connections() const;

 private:
  class Implementation;
  std::string host_;
  std::unique_ptr<Implementation> implementation_;
};

}  // namespace mnist
