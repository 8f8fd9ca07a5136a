#include "server/routes.hpp"

#include <string_view>
#include <utility>

#include "server/page.hpp"

namespace mnist {
namespace {

/// Curl calls what it is to send a form, where it is not told otherwise.
constexpr std::string_view kCurlsType = "application/x-www-form-urlencoded";

bool is_infer_type(const std::string& type) {
  return type.empty() || type == "application/json" || type == "application/octet-stream" ||
         type == kCurlsType;
}

/// What a picture is its bytes say, whatever it is called.
bool is_picture_type(const std::string& type) {
  return type.empty() || type.starts_with("image/") || type == "application/octet-stream" ||
         type == "multipart/form-data" || type == kCurlsType;
}

Route get(std::string path, std::string type, std::function<std::string()> content) {
  std::string name = path;
  return {.method = "GET",
          .path = std::move(path),
          .name = std::move(name),
          .answer = [type = std::move(type), content = std::move(content)](const HttpRequest&) {
            return HttpAnswer{.type = type, .body = content()};
          }};
}

Route page_file(std::string path, std::string type, const PageFile& file) {
  return get(std::move(path), std::move(type) + "; charset=utf-8",
             [&file] { return std::string(file.content); });
}

/// With the version, which is part of the path if the client likes, and without it.
void add_model_routes(std::vector<Route>& all, const Service& service) {
  const std::string model_path = "/v2/models/" + service.model.name;
  for (const std::string& version : {std::string(), "/versions/" + std::string(kModelVersion)}) {
    const std::string path = model_path + version;
    all.push_back(get(path, "application/json", [m = service.model] { return model_metadata(m); }));
    all.back().name = "/v2/models/NAME";
    all.push_back(
        get(path + "/ready", "application/json", [m = service.model] { return model_ready(m); }));
    all.back().name = "/v2/models/NAME/ready";
    all.push_back({.method = "POST",
                   .path = path + "/infer",
                   .name = "/v2/models/NAME/infer",
                   .takes_type = is_infer_type,
                   .answer = [m = service.model, &queue = service.queue](const HttpRequest& asked) {
                     const InferRequest request =
                         parse_infer_request(asked.body, asked.inference_header_length, m);
                     return infer_answer(request, queue.probabilities(request.images), m);
                   }});
  }
}

}  // namespace

std::vector<Route> routes(const Service& service) {
  std::vector<Route> all = {
      page_file("/", "text/html", kPageHtml),
      page_file("/page.css", "text/css", kPageCss),
      page_file("/page.js", "text/javascript", kPageJs),
      {.method = "POST",
       .path = "/predict",
       .name = "/predict",
       .takes_type = is_picture_type,
       .answer = [&picture = service.picture](const HttpRequest& asked) { return picture(asked); }},
      get("/metrics", "text/plain; version=0.0.4; charset=utf-8", service.metrics),
      get("/v2", "application/json", server_metadata),
      get("/v2/health/live", "application/json", [] { return R"({"live":true})"; }),
      get("/v2/health/ready", "application/json", [] { return R"({"ready":true})"; }),
  };
  add_model_routes(all, service);
  return all;
}

}  // namespace mnist
