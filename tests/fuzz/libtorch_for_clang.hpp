#pragma once

// Ahead of all else, for clang with libstdc++: where std::vector's members are constexpr, clang
// instantiates them of types that are not complete yet, which LibTorch 1.13 has, and g++ does not.
#include <string>
#ifdef _GLIBCXX20_CONSTEXPR
#undef _GLIBCXX20_CONSTEXPR
#define _GLIBCXX20_CONSTEXPR
#define __fill_a1 __fill_a1_of_bits  // declared as constexpr already
#include <vector>
#undef __fill_a1
#undef _GLIBCXX20_CONSTEXPR
#define _GLIBCXX20_CONSTEXPR constexpr
#endif
