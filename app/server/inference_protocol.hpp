#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "server/http.hpp"

// The Open Inference Protocol, version 2, as HTTP bodies: JSON, with the tensors in it or behind
// it. https://kserve.github.io/website/docs/concepts/architecture/data-plane/v2-protocol
// https://docs.nvidia.com/deeplearning/triton-inference-server/user-guide/docs/protocol/extension_binary_data.html
namespace mnist {

/// The model as its clients see it. It takes a tensor `images`, FP32 [N, 1, side, side] with N from
/// 1 and values in [0, 1], and answers with `probabilities`, FP32 [N, classes].
struct ServedModel {
  std::string name;
  int side = 0;
  std::int64_t classes = 0;
};

inline constexpr const char* kModelVersion = "1";  ///< the only one

std::string server_metadata();
std::string model_metadata(const ServedModel& model);
/// It is: a model that is served has answered already.
std::string model_ready(const ServedModel& model);

struct InferRequest {
  std::optional<std::string> id;
  std::vector<float> images;   ///< row-major
  bool binary_answer = false;  ///< whether the probabilities are to come behind the JSON
};

/// `json_length` is what the header Inference-Header-Content-Length says; empty: all of the body is
/// JSON. Throws `HttpError` with the status 400, saying what was expected and found, for anything
/// that is no request for this model.
InferRequest parse_infer_request(std::string_view body, std::string_view json_length,
                                 const ServedModel& model);

/// `probabilities`: of as many classes as the model has, for each image. In JSON they stand as
/// `mnist predict --json` prints them.
HttpAnswer infer_answer(const InferRequest& request, std::span<const float> probabilities,
                        const ServedModel& model);

}  // namespace mnist
