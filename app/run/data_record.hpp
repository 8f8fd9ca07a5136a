#pragma once

#include <nlohmann/json_fwd.hpp>

#include "mnist/data/data_facts.hpp"

// The part of a run's record that is about its data.
namespace mnist {

/// {"data": {FILE: SHA-256, …}, "data_set": NAME, "image_side": …, "class_names": [NAME, …]}, the
/// name where there is one, and "pictures_as_they_are": true where they are.
nlohmann::ordered_json to_json(const DataFacts& data);

/// Back from the members of a record; what is not there is as it was before it was put on record,
/// MNIST's. Throws `Error`, or an exception of the JSON library, where they are not as they must
/// be.
DataFacts parse_data_facts(const nlohmann::ordered_json& record);

}  // namespace mnist
