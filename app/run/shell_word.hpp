#pragma once

#include <string>
#include <string_view>

namespace mnist {

/// A word as a shell takes it, in quotes where it needs them.
std::string shell_word(std::string_view word);

}  // namespace mnist
