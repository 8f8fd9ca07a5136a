#include "run/data_record.hpp"

#include <nlohmann/json.hpp>
#include <string>

#include "mnist/data/class_names.hpp"
#include "mnist/error.hpp"

namespace mnist {

using nlohmann::ordered_json;

ordered_json to_json(const DataFacts& data) {
  ordered_json json;
  for (const DataFile& file : data.files) json["data"][file.name] = file.sha256;
  if (!data.name.empty()) json["data_set"] = data.name;
  json["image_side"] = data.side;
  json["class_names"] = data.classes;
  if (data.pictures_as_they_are) json["pictures_as_they_are"] = true;
  return json;
}

DataFacts parse_data_facts(const ordered_json& record) {
  DataFacts data;
  const ordered_json files = record.value("data", ordered_json::object());
  for (const auto& [name, sha256] : files.items()) {
    data.files.push_back({name, sha256.get<std::string>()});
  }
  data.name = record.value("data_set", "");
  data.side = record.value("image_side", data.side);
  data.classes = record.value("class_names", data.classes);
  data.pictures_as_they_are = record.value("pictures_as_they_are", false);
  if (data.side < kLeastSide || data.side > kMostSide) {
    throw Error("its images have the side {}: expected {} to {}", data.side, kLeastSide, kMostSide);
  }
  check_class_names(data.classes);
  return data;
}

}  // namespace mnist
