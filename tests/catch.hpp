#pragma once

// Catch2 3 and 2 keep their headers under different names; what these tests use of them is the
// same.
#if __has_include(<catch2/catch_test_macros.hpp>)
#include <catch2/catch_test_macros.hpp>
#else
#include <catch2/catch.hpp>
#endif
