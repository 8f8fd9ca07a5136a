#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "mnist/classifier.hpp"
#include "mnist/model_facts.hpp"

namespace mnist {

/// Loads a model as `Classifier::load` does, and readies the process for it: what was found out
/// about the model is said in notes on stderr, and so is what it prints itself, now and later, once
/// where it repeats itself.
Classifier open_classifier(const std::filesystem::path& path, c10::Device device,
                           const ClassifierOptions& options = {});

/// What the model says of itself, with these names of its classes where there are any, those of
/// --classes. Throws `Error` where they are not as many as the model's.
ModelFacts facts_of(const Classifier& classifier, const std::vector<std::string>& classes);

}  // namespace mnist
