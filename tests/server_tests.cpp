#include <algorithm>
#include <chrono>
#include <cstring>
#include <nlohmann/json.hpp>
#include <random>
#include <string>
#include <vector>

#include "catch.hpp"
#include "server/inference_protocol.hpp"
#include "server/request_log.hpp"
#include "server/server_metrics.hpp"
#include "server/sparse_json.hpp"

using namespace mnist;

namespace {

const ServedModel kModel{.name = "model", .side = 2, .classes = 3};

std::string infer_body(const std::string& data, const std::string& more = "") {
  return R"({"inputs":[{"name":"images","shape":[1,1,2,2],"datatype":"FP32","data":)" + data +
         "}]" + more + "}";
}

/// What a request is refused with; empty where it is not.
std::string refusal(const std::string& body, const std::string& length = "") {
  try {
    parse_infer_request(body, length, kModel);
    return "";
  } catch (const HttpError& error) {
    CHECK(error.status == 400);
    return error.what();
  }
}

}  // namespace

TEST_CASE("the numbers of a tensor stand apart from the JSON, nested or not", "[server]") {
  const SparseJson sparse =
      parse_sparse_json(R"({"a":{"data":[1]},"inputs":[{"data":[[1,-2.5],[3e0]]},{"data":[]}]})");
  CHECK(sparse.json.dump() == R"({"a":{"data":[1]},"inputs":[{"data":0},{"data":1}]})");
  REQUIRE(sparse.tensors.size() == 2);
  CHECK(sparse.tensors[0] == std::vector<float>{1, -2.5F, 3});
  CHECK(sparse.tensors[1].empty());
}

TEST_CASE("inputs may come after other fields, and data before the shape", "[server]") {
  const InferRequest request = parse_infer_request(
      R"({"x":null,"id":"7","inputs":[{"data":[0,0.25,0.5,1],"datatype":"FP32","name":"images",)"
      R"("shape":[1,1,2,2],"parameters":{}}],"outputs":[{"name":"probabilities"}]})",
      "", kModel);
  CHECK(request.id == "7");
  CHECK(request.images == std::vector<float>{0, 0.25F, 0.5F, 1});
  CHECK_FALSE(request.binary_answer);
}

TEST_CASE("an answer has the request's id, the shape, and numbers in full", "[server]") {
  const InferRequest request = parse_infer_request(infer_body("[0,0,0,0]"), "", kModel);
  const std::vector<float> probabilities = {0.1F, 0.25F, 1};
  CHECK(infer_answer(request, probabilities, kModel).body ==
        R"({"model_name":"model","model_version":"1","outputs":[{"name":"probabilities",)"
        R"("datatype":"FP32","shape":[1,3],"data":[0.10000000149011612,0.25,1.0]}]})");
}

TEST_CASE("a binary answer has its numbers behind the JSON", "[server]") {
  const InferRequest request = parse_infer_request(
      infer_body("[0,0,0,0]", R"(,"parameters":{"binary_data_output":true})"), "", kModel);
  const std::vector<float> probabilities = {0.5F, 0.25F, 0.25F};
  const HttpAnswer answer = infer_answer(request, probabilities, kModel);
  REQUIRE(answer.headers.size() == 1);
  const std::size_t length = std::stoul(answer.headers[0].second);
  REQUIRE(answer.body.size() == length + 12);
  CHECK(nlohmann::json::parse(answer.body.substr(0, length))["outputs"][0]["parameters"] ==
        nlohmann::json{{"binary_data_size", 12}});
  CHECK(std::memcmp(answer.body.data() + length, probabilities.data(), 12) == 0);
}

TEST_CASE("what does not belong into a request is named", "[server]") {
  CHECK(refusal(infer_body("[0,0,0,0]")) == "");
  CHECK(refusal(infer_body("[0,0,[0,{}]]")) ==
        "the data of a tensor has an object at index 3: expected numbers");
  CHECK(refusal(infer_body("[0,0,0,1e60]")) ==
        "the data of a tensor has a number beyond 32 bits at index 3: expected numbers");
  CHECK(refusal(infer_body("[0,0,0,18446744073709551616]")) == "");
  CHECK(refusal(infer_body("[0,0,0]")) ==
        "the data of 'images': expected 4 numbers, as its shape has, found 3");
  CHECK(refusal(infer_body("[0,0,0,0]") + std::string(1, '\0') + "x") ==
        "the body is no JSON object: expected a whole one in UTF-8, and nothing behind it");
  CHECK(refusal(std::string(100'000, '[') + std::string(100'000, ']')) ==
        "the JSON is nested deeper than 16");
  CHECK(refusal(infer_body(std::string(100'000, '['))) == "the JSON is nested deeper than 16");
  CHECK(refusal(infer_body("[0,0,0,0]"), "3000") ==
        "the Inference-Header-Content-Length is '3000': expected a whole number up to 83");
}

TEST_CASE("no damage to a request does more than to have it refused", "[server]") {
  const std::string whole = infer_body(
      "[0,0.5,[1],1e-3]",
      R"(,"id":"é","outputs":[{"name":"probabilities","parameters":{"binary_data":true}}])");
  REQUIRE(refusal(whole) == "");
  const std::string alphabet = "{}[]\",:0123456789.eE+-truefalsn\\u \n\xff\xc3";
  std::mt19937 random(1);
  int refused = 0;
  for (int round = 0; round < 20'000; ++round) {
    std::string body = whole;
    for (auto changes = 1 + random() % 4; changes > 0; --changes) {
      const std::size_t at = random() % body.size();
      const std::size_t length = std::min<std::size_t>(random() % 8, body.size() - at);
      if (random() % 2 == 0) {
        body[at] = alphabet[random() % alphabet.size()];
      } else {
        body.insert(random() % body.size(), body.substr(at, length));
      }
    }
    const std::string length = random() % 4 == 0 ? std::to_string(random() % body.size()) : "";
    const std::string reason = refusal(body, length);
    if (!reason.empty()) ++refused;
    CHECK(reason.size() < 400);
  }
  CHECK(refused > 10'000);
  CHECK(refused < 20'000);
}

TEST_CASE("a line of the log shows what would break it as hexadecimal", "[server]") {
  const Exchange exchange{.method = "GET",
                          .path = "/a b\n\x1b\"\\\xff" + std::string(300, 'x'),
                          .route = "",
                          .status = 404,
                          .seconds = 0.00123,
                          .received = 5,
                          .sent = 7};
  const std::chrono::system_clock::time_point time{std::chrono::milliseconds{951'782'400'007}};
  CHECK(log_line(exchange, time) == R"(2000-02-29T00:00:00.007Z GET /a\x20b\x0a\x1b\x22\x5c\xff)" +
                                        std::string(191, 'x') +
                                        "... 404 1.2 ms, 5 bytes in, 7 out");
  CHECK(log_line({}, time) == "2000-02-29T00:00:00.007Z - - 0 0.0 ms, 0 bytes in, 0 out");
}

TEST_CASE("the buckets of a histogram count all that is not slower", "[server]") {
  ServerMetrics metrics;
  for (const double seconds : {0.001, 0.002, 0.03, 99.0}) {
    metrics.add({.method = "GET", .path = "/", .route = "/", .status = 200, .seconds = seconds});
  }
  const std::string text = metrics.text({});
  const auto has = [&](const std::string& line) {
    return text.find("\n" + line + "\n") != std::string::npos;
  };
  CHECK(has(R"(mnist_requests_total{route="/",status="200"} 4)"));
  CHECK(has(R"(mnist_request_seconds_bucket{route="/",le="0.001"} 1)"));
  CHECK(has(R"(mnist_request_seconds_bucket{route="/",le="0.0025"} 2)"));
  CHECK(has(R"(mnist_request_seconds_bucket{route="/",le="10"} 3)"));
  CHECK(has(R"(mnist_request_seconds_bucket{route="/",le="+Inf"} 4)"));
  CHECK(has(R"(mnist_request_seconds_count{route="/"} 4)"));
}
