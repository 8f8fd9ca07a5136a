#include "mnist/model_facts.hpp"

#include <cstddef>
#include <nlohmann/json.hpp>

#include "mnist/classifier.hpp"
#include "mnist/data/class_names.hpp"
#include "mnist/data/data_facts.hpp"
#include "mnist/files/shallow_json.hpp"

namespace mnist {
namespace {

/// An empty object where there is none to be read.
nlohmann::json metadata_of(const Classifier& classifier) {
  try {
    nlohmann::json json = parse_shallow(classifier.metadata());
    if (json.is_object()) return json;
  } catch (const std::exception&) {
  }
  return nlohmann::json::object();
}

/// Nothing unless they are names of as many classes as the model has.
std::vector<std::string> names_in(const nlohmann::json& metadata, std::size_t count) {
  try {
    auto names = metadata.at("class_names").get<std::vector<std::string>>();
    check_class_names(names);
    if (names.size() == count) return names;
  } catch (const std::exception&) {
  }
  return {};
}

}  // namespace

ModelFacts facts_of(const Classifier& classifier) {
  const auto count = static_cast<std::size_t>(classifier.classes());
  const nlohmann::json metadata = metadata_of(classifier);
  ModelFacts facts{.classes = names_in(metadata, count), .images = {}};
  const auto preprocessing = metadata.find("preprocessing");
  if (preprocessing != metadata.end() && preprocessing->is_string()) {
    facts.preprocessing = preprocessing->get<std::string>();
  }
  if (facts.classes.empty()) facts.classes = numbers_from(0, count);
  facts.images.side = static_cast<int>(classifier.image_side());
  const auto said = metadata.find("pictures_as_they_are");
  facts.images.pictures_as_they_are =
      said != metadata.end() && said->is_boolean()
          ? said->get<bool>()
          : facts.images.side != kMnistSide || facts.classes != numbers_from(0, 10);
  return facts;
}

}  // namespace mnist
