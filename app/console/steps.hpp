#pragma once

#include <string>
#include <vector>

#include "mnist/image/preparation.hpp"

namespace mnist {

/// "FILE, picture:" and a drawing of the picture as wide as the terminal, or less, and so on for
/// each of the steps.
std::string steps_text(const std::string& file, const std::vector<PreparationStep>& steps,
                       bool color);

}  // namespace mnist
