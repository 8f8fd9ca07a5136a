#include "server/request_handlers.hpp"

#include <exception>
#include <string>
#include <utility>

#include "server/request_checks.hpp"

namespace mnist {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t kMostParts = 16;

/// The request that a thread answers. The library hands its handlers nothing of ours.
struct UnderWay {
  Connection* connection = nullptr;
  Clock::time_point start{};
  const Route* route = nullptr;  ///< where the head is in order
  std::uint64_t received = 0;    ///< of the body
  bool has_unread_body = false;
  bool ends_connection = false;
  bool counts = false;  ///< among the requests at once
};
thread_local UnderWay under_way;

void write_answer(HttpAnswer answer, httplib::Response& response) {
  response.status = answer.status;
  for (const auto& [name, value] : answer.headers) response.set_header(name, value);
  response.set_header("Content-Type", answer.type);
  response.body = std::move(answer.body);
}

/// What `action()` returns, or the answer to what it throws.
template <typename Action>
HttpAnswer answer_of(const Action& action) {
  try {
    return action();
  } catch (const HttpError& error) {
    HttpAnswer answer = error_answer(error.status, error.what());
    answer.headers = error.headers;
    return answer;
  } catch (const std::exception& error) {
    return error_answer(500, error.what());
  }
}

HttpRequest request_of(const httplib::Request& request) {
  HttpRequest asked{.inference_header_length =
                        request.get_header_value("Inference-Header-Content-Length")};
  for (const auto& [name, value] : request.params) asked.query.emplace(name, value);
  return asked;
}

void answer(const HttpRequest& request, httplib::Response& response) {
  write_answer(answer_of([&] { return under_way.route->answer(request); }), response);
}

/// Nothing is loaded from elsewhere, and nobody else's page shows ours.
httplib::Headers security_headers() {
  return {{"Content-Security-Policy",
           "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; "
           "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"},
          {"X-Content-Type-Options", "nosniff"},
          {"X-Frame-Options", "DENY"},
          {"Referrer-Policy", "no-referrer"},
          {"Cross-Origin-Resource-Policy", "same-origin"},
          {"Cache-Control", "no-store"}};
}

/// The body of an error that the library found by itself.
httplib::Server::HandlerResponse explain(const httplib::Request& /*request*/,
                                         httplib::Response& response) {
  if (response.body.empty()) {
    const char* const text = response.status == 416 ? "expected no Range, or one in order"
                                                    : "expected a request of HTTP/1.1";
    write_answer(error_answer(response.status, text), response);
  }
  return httplib::Server::HandlerResponse::Handled;
}

/// What was not read of a request would be taken for the next one.
void end_connection_where_unclear(const httplib::Request& /*request*/,
                                  httplib::Response& response) {
  response.headers.erase("Keep-Alive");
  response.headers.erase("Connection");
  if (under_way.has_unread_body || !under_way.route) under_way.ends_connection = true;
  if (under_way.ends_connection) response.set_header("Connection", "close");
}

}  // namespace

void RequestHandlers::install(httplib::Server& server) {
  using Server = httplib::Server;
  server.set_default_headers(security_headers());
  server.set_expect_100_continue_handler(
      [this](const httplib::Request& request, httplib::Response& response) {
        return check(request, response) ? 100 : response.status;
      });
  server.set_pre_routing_handler(
      [this](const httplib::Request& request, httplib::Response& response) {
        if (!check(request, response) || !enter(response)) return Server::HandlerResponse::Handled;
        if (under_way.route->method == "POST") return Server::HandlerResponse::Unhandled;
        answer(request_of(request), response);
        return Server::HandlerResponse::Handled;
      });
  server.Post(".*", [this](const httplib::Request& request, httplib::Response& response,
                           const httplib::ContentReader& reader) {
    HttpRequest asked = request_of(request);
    if (read_body(request, reader, asked, response)) answer(asked, response);
  });
  server.set_error_handler(Server::HandlerWithResponse(explain));
  server.set_post_routing_handler(end_connection_where_unclear);
  server.set_logger([this](const httplib::Request& request, const httplib::Response& response) {
    observe(request.method, request.path, response.status, response.body.size());
  });
}

void RequestHandlers::begin(Connection& connection) {
  under_way = {.connection = &connection, .start = Clock::now()};
}

bool RequestHandlers::end() {
  if (std::exchange(under_way.counts, false)) --requests_;
  return !under_way.ends_connection;
}

void RequestHandlers::refuse(Connection& connection, int status, const std::string& text) {
  begin(connection);
  const HttpAnswer refusal = error_answer(status, text);
  std::string head =
      fmt::format("HTTP/1.1 {} {}\r\n", status,
                  status == 408 ? "Request Timeout" : "Request Header Fields Too Large");
  for (const auto& [name, value] : security_headers()) head += name + ": " + value + "\r\n";
  head += fmt::format("Connection: close\r\nContent-Type: {}\r\nContent-Length: {}\r\n\r\n",
                      refusal.type, refusal.body.size());
  connection.write(head.data(), head.size());
  connection.write(refusal.body.data(), refusal.body.size());
  observe("", "", status, refusal.body.size());
}

/// Finds the route; or answers why there is none, or why it is not for this request.
bool RequestHandlers::check(const httplib::Request& request, httplib::Response& response) {
  if (under_way.route) return true;
  under_way.has_unread_body = announces_body(request);
  HttpAnswer refusal = answer_of([&]() -> HttpAnswer {
    under_way.route = &checked_route(request, routes_, limits_);
    return {};
  });
  if (under_way.route) return true;
  write_answer(std::move(refusal), response);
  return false;
}

/// Counts a request with a body among those at once, or answers that these are too many.
bool RequestHandlers::enter(httplib::Response& response) {
  if (under_way.route->method != "POST") return true;
  under_way.counts = true;
  if (++requests_ <= limits_.requests) return true;
  HttpAnswer refusal = error_answer(
      503, fmt::format("{} requests are under way, the most at once: try again", limits_.requests));
  refusal.headers = {{"Retry-After", "1"}};
  write_answer(std::move(refusal), response);
  return false;
}

/// Whether the body is there, whole and within the limit; if not, that is answered.
bool RequestHandlers::read_body(const httplib::Request& request,
                                const httplib::ContentReader& reader, HttpRequest& asked,
                                httplib::Response& response) {
  bool too_long = false;
  std::string* content = &asked.body;
  const auto receive = [&](const char* data, std::size_t size) {
    under_way.received += size;
    too_long = under_way.received > limits_.body;
    if (!too_long) content->append(data, size);
    return !too_long;
  };
  const auto begin_part = [&](const auto& part) {
    if (asked.parts.size() == kMostParts) return false;
    content = &asked.parts.emplace_back(FormPart{part.name, part.filename, ""}).content;
    return true;
  };
  const bool whole =
      request.is_multipart_form_data() ? reader(begin_part, receive) : reader(receive);
  under_way.has_unread_body = !whole;
  // The library takes what is no chunk for the end of the body.
  under_way.ends_connection = request.has_header("Transfer-Encoding");
  if (!whole) write_answer(why_not_whole(too_long), response);
  return whole;
}

HttpAnswer RequestHandlers::why_not_whole(bool too_long) const {
  if (too_long || under_way.connection->over_limit()) {
    return error_answer(413, fmt::format("the body has more than {} bytes", limits_.body));
  }
  if (under_way.connection->timed_out()) {
    return error_answer(
        408, fmt::format("the request was not whole after {} seconds", limits_.request.count()));
  }
  return error_answer(400, "the body is not what its head says, or ends too early");
}

void RequestHandlers::observe(const std::string& method, const std::string& path, int status,
                              std::size_t sent) const {
  const std::chrono::duration<double> time = Clock::now() - under_way.start;
  observe_({.method = method,
            .path = path,
            .route = under_way.route ? under_way.route->name : "",
            .status = status,
            .seconds = time.count(),
            .received = under_way.received,
            .sent = sent});
}

}  // namespace mnist
