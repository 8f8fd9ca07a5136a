#include "mnist/machine/blas.hpp"

#include <ATen/Context.h>
#include <ATen/Version.h>
#include <dlfcn.h>
#include <fmt/format.h>

#include <filesystem>

namespace mnist {
namespace {

template <typename Function>
Function* find_function(const char* name) {
  return reinterpret_cast<Function*>(::dlsym(RTLD_DEFAULT, name));
}

/// The shared library that the matrix product comes from, links resolved.
std::string blas_path() {
  Dl_info place{};
  const void* product = ::dlsym(RTLD_DEFAULT, "sgemm_");
  if (!product || ::dladdr(product, &place) == 0 || !place.dli_fname) return {};
  std::error_code error;
  const auto path = std::filesystem::canonical(place.dli_fname, error);
  return error ? place.dli_fname : path.string();
}

/// An OpenBLAS older than the processor falls back to kernels for a processor of long ago.
std::string openblas_warning(const std::string& kernels) {
#if defined(__x86_64__)
  const bool avx2 = __builtin_cpu_supports("avx2") != 0;
  const bool kernels_without_avx2 =
      kernels == "Prescott" || kernels == "Core2" || kernels == "Nehalem" || kernels == "Generic";
  if (avx2 && kernels_without_avx2) {
    return fmt::format(
        "this OpenBLAS does not know the processor and uses its {} kernels, several times slower; "
        "set OPENBLAS_CORETYPE={} to help it",
        kernels, __builtin_cpu_supports("avx512f") != 0 ? "SkylakeX" : "Haswell");
  }
#endif
  (void)kernels;
  return {};
}

}  // namespace

Blas detect_blas() {
  if (at::hasMKL()) {
    const std::string version = at::get_mkl_version();
    return {version.substr(0, version.find('\n')), blas_path(), {}};
  }
  const std::string path = blas_path();
  if (auto* config = find_function<char*()>("openblas_get_config")) {
    auto* kernels = find_function<char*()>("openblas_get_corename");
    const std::string core = kernels ? kernels() : "unknown";
    return {fmt::format("{}, kernels for {}", config(), core), path, openblas_warning(core)};
  }
  if (find_function<void>("bli_info_get_version_str")) return {"BLIS", path, {}};
  if (std::filesystem::path(path).filename().string().starts_with("libblas.so")) {
    return {"reference BLAS", path,
            "the reference BLAS is some fifty times slower than a tuned one; "
            "install libopenblas0-openmp (Debian, Ubuntu) or openblas-openmp (Fedora)"};
  }
  return {"unknown", path, {}};
}

}  // namespace mnist
