#pragma once

#include <filesystem>

#include "mnist/classifier.hpp"

namespace mnist {

/// Loads a model as `Classifier::load` does, and readies the process for it: what was found out
/// about the model is said in notes on stderr, and so is what it prints itself, now and later, once
/// where it repeats itself.
Classifier open_classifier(const std::filesystem::path& path, c10::Device device,
                           const ClassifierOptions& options = {});

}  // namespace mnist
