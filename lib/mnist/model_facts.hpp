#pragma once

#include <string>
#include <vector>

#include "mnist/image/prepare_image.hpp"

namespace mnist {

class Classifier;

/// What a model tells apart, and in what.
struct ModelFacts {
  std::vector<std::string> classes;  ///< their names
  ImageForm images;
  std::string preprocessing = {};  ///< what was done to the images, in words; empty if not known
};

/// As the model's metadata.json says; where it does not, classes are numbers from 0, and pictures
/// are brought into MNIST's form for a model with ten of them and MNIST's side.
ModelFacts facts_of(const Classifier& classifier);

}  // namespace mnist
