// Whatever a client sends for an inference request, reading it ends with as many numbers as images
// have pixels, or with an error of status 400. The first byte says where the JSON ends.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "run/revision.hpp"
#include "server/inference_protocol.hpp"

const char* const mnist::kVersion = "fuzz";
const char* const mnist::kRevision = "fuzz";

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view body(reinterpret_cast<const char*>(data + 1), size - 1);
  const std::string length = data[0] == 0xff ? "" : std::to_string(data[0] * 4);
  const mnist::ServedModel model{.name = "model", .side = 2, .classes = 3};
  try {
    const mnist::InferRequest request = mnist::parse_infer_request(body, length, model);
    const std::size_t images = request.images.size() / 4;
    if (images == 0 || request.images.size() != images * 4) std::abort();
    const std::vector<float> probabilities(images * 3, 0.5F);
    if (mnist::infer_answer(request, probabilities, model).status != 200) std::abort();
  } catch (const mnist::HttpError& error) {
    if (error.status != 400 || mnist::error_answer(400, error.what()).body.empty()) std::abort();
  }
  return 0;
}
