#pragma once

#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "mnist/error.hpp"

// What is asked and answered, whatever library speaks HTTP.
namespace mnist {

/// A part of a body of multipart/form-data (RFC 7578).
struct FormPart {
  std::string name;
  std::string file;  ///< the file's name, as its owner has it; empty where it is none
  std::string content;
};

struct HttpRequest {
  std::multimap<std::string, std::string> query = {};  ///< decoded
  std::string inference_header_length = {};            ///< that header's text; empty: not sent
  std::string body = {};                               ///< unpacked
  std::vector<FormPart> parts = {};                    ///< of the body, where it has any
};

struct HttpAnswer {
  int status = 200;
  std::string type = "application/json";
  std::string body = {};
  std::vector<std::pair<std::string, std::string>> headers = {};
};

/// What a request is refused with: a status from 400, and a line that says what was expected and
/// found.
class HttpError : public Error {
 public:
  template <typename... Args>
  explicit HttpError(int error_status, fmt::format_string<Args...> format, Args&&... args)
      : Error(format, std::forward<Args>(args)...), status(error_status) {}

  int status;
  std::vector<std::pair<std::string, std::string>> headers = {};  ///< of the answer
};

/// {"error": "…"}, the inference protocol's form of errors.
HttpAnswer error_answer(int status, const std::string& text);

/// Whether a body of that Content-Type, in small letters and without parameters, is taken; empty
/// where there was no such header.
using TakesType = bool (*)(const std::string& type);

/// What is at a path. There are no patterns: no path leads to a file, or anywhere that is not here.
struct Route {
  std::string method;              ///< GET, which stands for HEAD too, or POST
  std::string path;                ///< decoded
  std::string name;                ///< in the metrics
  TakesType takes_type = nullptr;  ///< of POST
  /// May throw `HttpError`; anything else that it throws has the status 500.
  std::function<HttpAnswer(const HttpRequest&)> answer;
};

}  // namespace mnist
