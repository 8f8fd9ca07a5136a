#pragma once

#include <functional>
#include <string>
#include <vector>

#include "server/http.hpp"
#include "server/inference_protocol.hpp"
#include "server/inference_queue.hpp"
#include "server/picture_answer.hpp"

namespace mnist {

/// What answers the requests.
struct Service {
  ServedModel model;
  InferenceQueue& queue;
  PictureAnswer& picture;
  std::function<std::string()> metrics;
};

/// All that is served: the page, pictures, the inference protocol, the metrics. They refer to the
/// service's queue and picture.
std::vector<Route> routes(const Service& service);

}  // namespace mnist
