#pragma once

#include <string>

#include "choices.hpp"

/// The bytes of a TorchScript file with changes to what its zip archive holds, its code for the
/// most part: changes to the archive itself would be found by its checksums, and nothing behind
/// them seen.
std::string damaged_archive(Choices& choices);
