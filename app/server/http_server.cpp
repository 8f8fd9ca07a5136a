#include "server/http_server.hpp"

#include <httplib.h>
#include <sys/socket.h>

#include <atomic>
#include <cerrno>
#include <chrono>
#include <exception>
#include <functional>
#include <string>
#include <system_error>
#include <thread>

#include "server/connection.hpp"
#include "server/connection_threads.hpp"
#include "server/request_handlers.hpp"

namespace mnist {
namespace {

constexpr int kBacklog = 4096;

using SetUp = std::function<void(httplib::Request&)>;

/// The library would compress answers, and cut parts out of them: these are small.
void without_extras(httplib::Request& request) {
  request.headers.erase("Accept-Encoding");
  request.ranges.clear();
}

}  // namespace

class HttpServer::Implementation final : public httplib::Server {
 public:
  Implementation(const std::vector<Route>& routes, const HttpServerOptions& options)
      : limits_(options.limits), handlers_(routes, options.limits, options.observe) {
    new_task_queue = [this] {
      return new ConnectionThreads(static_cast<std::size_t>(limits_.connections), state_.scarce);
    };
    handlers_.install(*this);
    port = bind(options.host, options.port);
  }

  void start() {
    listener_ = std::thread([this] { listen_after_bind(); });
    while (!is_running()) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }

  void end() {
    if (!listener_.joinable()) return;
    state_.ends.set();
    stop();
    listener_.join();
  }

  int requests_under_way() const { return handlers_.requests_under_way(); }

  int port = 0;
  std::atomic<int> connections = 0;

 private:
  int bind(const std::string& host, int wanted) {
    set_tcp_nodelay(true);
    // The library's own options let a second server take the same port, unnoticed.
    set_socket_options([](socket_t socket) {
      const int yes = 1;
      ::setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    });
    errno = 0;
    const int bound = wanted == 0                  ? bind_to_any_port(host)
                      : bind_to_port(host, wanted) ? wanted
                                                   : -1;
    if (bound <= 0) {
      const std::string cause =
          errno == 0 ? "there is no such address" : std::generic_category().message(errno);
      throw Error("cannot listen at port {} of '{}': {}", wanted, host, cause);
    }
    // The library lets 5 connections wait to be taken.
    ::listen(svr_sock_, kBacklog);
    return bound;
  }

  /// What the library would do with a connection by itself, but within our limits.
  bool process_and_close_socket(socket_t socket) override {
    ++connections;
    {
      Connection connection(socket, limits_, state_);
      while (answer_one(connection)) {
      }
    }
    --connections;
    return true;
  }

  /// Whether another request may follow on the connection.
  bool answer_one(Connection& connection) {
    const Connection::Head head = connection.wait_for_head();
    if (head == Connection::Head::kNone) return false;
    if (head == Connection::Head::kThere) return answer_whole(connection);
    if (head == Connection::Head::kTooLong) {
      handlers_.refuse(connection, 431,
                       fmt::format("the request's head has more than {} bytes", limits_.header));
    } else {
      handlers_.refuse(
          connection, 408,
          fmt::format("the request was not whole after {} seconds", limits_.request.count()));
    }
    connection.take_leave();
    return false;
  }

  bool answer_whole(Connection& connection) {
    handlers_.begin(connection);
    bool closed_by_client = false, written = false;
    try {
      written = process(&Implementation::process_request, connection, closed_by_client);
    } catch (const std::exception&) {
      // There was no memory to read the head: this connection ends, and no other.
    }
    const bool in_order = handlers_.end() && written && !state_.ends.is_set();
    if (in_order && connection.flush()) return !closed_by_client;
    connection.take_leave();
    return false;
  }

  // How the library answers a request depends on its version: 0.11, 0.18.
  bool process(bool (httplib::Server::*answer)(httplib::Stream&, bool, bool&, const SetUp&),
               Connection& connection, bool& closed) {
    return (this->*answer)(connection, false, closed, without_extras);
  }
  bool process(bool (httplib::Server::*answer)(httplib::Stream&, const std::string&, int,
                                               const std::string&, int, bool, bool&, const SetUp&),
               Connection& connection, bool& closed) {
    return (this->*answer)(connection, "", 0, "", 0, false, closed, without_extras);
  }

  ServerLimits limits_;
  ServerState state_;
  RequestHandlers handlers_;
  std::thread listener_;
};

HttpServer::HttpServer(const std::vector<Route>& routes, const HttpServerOptions& options)
    : host_(options.host), implementation_(std::make_unique<Implementation>(routes, options)) {}

HttpServer::~HttpServer() { stop(); }

int HttpServer::port() const { return implementation_->port; }

std::string HttpServer::url() const {
  const bool is_ipv6 = host_.find(':') != std::string::npos;
  return fmt::format("http://{}{}{}:{}", is_ipv6 ? "[" : "", host_, is_ipv6 ? "]" : "", port());
}

void HttpServer::start() { implementation_->start(); }

void HttpServer::stop() { implementation_->end(); }

int HttpServer::requests_under_way() const { return implementation_->requests_under_way(); }

int HttpServer::connections() const { return implementation_->connections; }

}  // namespace mnist
