#pragma once

#include <string>

namespace mnist {

/// The linear-algebra library behind LibTorch's matrix products.
struct Blas {
  std::string name;     ///< with its version, and the processor that its kernels are for
  std::string path;     ///< the shared library
  std::string warning;  ///< what makes it slow and what to do; empty if nothing
};

Blas detect_blas();

}  // namespace mnist
