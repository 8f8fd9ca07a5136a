#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "mnist/dataset.hpp"

namespace mnist {

/// The linear-algebra library behind LibTorch's matrix products.
struct Blas {
  std::string name;     ///< with its version, and the processor that its kernels are for
  std::string path;     ///< the shared library
  std::string warning;  ///< what makes it slow and what to do; empty if nothing
};

Blas detect_blas();

/// The processor's name and the instruction set that LibTorch uses of it.
std::string processor_name();
std::string cpu_capability();

/// Versions, processor, BLAS and threads, for metrics.json.
nlohmann::ordered_json machine_json(int threads);

/// The files' digests, for metrics.json.
nlohmann::ordered_json data_json(const Mnist& mnist);

/// Says on stderr which files are not MNIST's own: they are taken all the same.
void note_other_data(const Mnist& mnist);

}  // namespace mnist
