#pragma once

#include <filesystem>
#include <string>

namespace mnist {

/// The extra file "metadata.json" of a TorchScript file, without running any operator of LibTorch.
/// Throws an exception that says why where there is none to be read.
std::string read_model_metadata(const std::filesystem::path& path);

}  // namespace mnist
