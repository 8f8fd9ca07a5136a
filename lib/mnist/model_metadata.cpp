#include "mnist/model_metadata.hpp"

#include <caffe2/serialize/inline_container.h>

namespace mnist {

std::string read_model_metadata(const std::filesystem::path& path) {
  caffe2::serialize::PyTorchStreamReader archive(path.string());
  const auto [data, size] = archive.getRecord("extra/metadata.json");
  return {static_cast<const char*>(data.get()), size};
}

}  // namespace mnist
