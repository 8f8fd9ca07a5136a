#include "server/request_checks.hpp"

#include <algorithm>
#include <charconv>
#include <optional>
#include <string>

namespace mnist {
namespace {

std::string in_small_letters(std::string text) {
  std::ranges::transform(text, text.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return text;
}

/// "text/html" of "Text/HTML; charset=utf-8"
std::string type_of(const httplib::Request& request) {
  const std::string text = request.get_header_value("Content-Type");
  const std::string type = text.substr(0, text.find(';'));
  return in_small_letters(type.substr(0, type.find_last_not_of(" \t") + 1));
}

/// What two programs could understand differently is not answered (RFC 9112, section 6.3).
std::optional<std::uint64_t> body_length(const httplib::Request& request) {
  const std::size_t lengths = request.get_header_value_count("Content-Length");
  if (request.has_header("Transfer-Encoding")) {
    const std::string coding = in_small_letters(request.get_header_value("Transfer-Encoding"));
    if (lengths != 0) throw HttpError(400, "found both Transfer-Encoding and Content-Length");
    if (coding != "chunked") {
      throw HttpError(501, "the Transfer-Encoding is '{}': expected chunked", coding);
    }
    return std::nullopt;
  }
  if (lengths == 0) return 0;
  const std::string text = request.get_header_value("Content-Length");
  std::uint64_t length = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), length);
  if (lengths > 1 || error != std::errc() || end != text.data() + text.size()) {
    throw HttpError(400, "the Content-Length is '{}'{}: expected one whole number", text,
                    lengths > 1 ? ", and another one" : "");
  }
  return length;
}

const Route& find_route(const httplib::Request& request, const std::vector<Route>& routes) {
  const std::string method = request.method == "HEAD" ? "GET" : request.method;
  std::string allowed;
  for (const Route& route : routes) {
    if (route.path != request.path) continue;
    if (route.method == method) return route;
    allowed = route.method == "GET" ? "GET, HEAD" : route.method;
  }
  if (allowed.empty()) throw HttpError(404, "there is nothing at '{}'", request.path);
  HttpError error(405, "'{}' takes {}: found {}", request.path, allowed, request.method);
  error.headers = {{"Allow", allowed}};
  throw error;
}

void check_body(const httplib::Request& request, const Route& route,
                std::optional<std::uint64_t> length, const ServerLimits& limits) {
  if (!announces_body(request)) {
    throw HttpError(411, "expected a body, with its Content-Length");
  }
  if (length.value_or(0) > limits.body) {
    throw HttpError(413, "the body has {} bytes: expected at most {}", *length, limits.body);
  }
  const std::string packed = in_small_letters(request.get_header_value("Content-Encoding"));
  if (!packed.empty() && packed != "identity" && packed != "gzip" && packed != "deflate") {
    throw HttpError(415, "the Content-Encoding is '{}': expected gzip, deflate or none", packed);
  }
  if (const std::string type = type_of(request); !route.takes_type(type)) {
    throw HttpError(415, "'{}' does not take the Content-Type '{}'", route.path, type);
  }
}

}  // namespace

bool announces_body(const httplib::Request& request) {
  return request.has_header("Transfer-Encoding") || request.has_header("Content-Length");
}

const Route& checked_route(const httplib::Request& request, const std::vector<Route>& routes,
                           const ServerLimits& limits) {
  const std::optional<std::uint64_t> length = body_length(request);
  const Route& route = find_route(request, routes);
  if (route.method == "POST") check_body(request, route, length, limits);
  return route;
}

}  // namespace mnist
