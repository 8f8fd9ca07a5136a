#pragma once

#include <cstddef>
#include <nlohmann/json.hpp>
#include <string_view>
#include <vector>

namespace mnist {

/// The JSON of an inference request. The tensors, its arrays under "data" in the objects of
/// "inputs", stand apart, as numbers in the order they came in, nested or not; in the JSON there is
/// the index into `tensors` in their place.
struct SparseJson {
  nlohmann::json json;
  std::vector<std::vector<float>> tensors;
};

/// Throws `HttpError` with the status 400 where the text is no JSON object or array, has a name
/// twice in an object, is nested deeper or has more values beside the tensors than any request, or
/// has something in a tensor that is no number of 32 bits.
SparseJson parse_sparse_json(std::string_view text);

}  // namespace mnist
