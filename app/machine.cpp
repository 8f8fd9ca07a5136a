#include "machine.hpp"

#include <ATen/Context.h>
#include <ATen/Version.h>
#include <dlfcn.h>
#include <fmt/format.h>
#include <torch/version.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "console/terminal.hpp"
#include "run/revision.hpp"

namespace mnist {
namespace {

/// The text after `key` on the line of `text` that has it; empty if none has.
std::string value_after(std::istream& text, std::string_view key) {
  for (std::string line; std::getline(text, line);) {
    const auto found = line.find(key);
    if (found == std::string::npos) continue;
    const auto begin = line.find_first_not_of(": \t", found + key.size());
    return begin == std::string::npos ? std::string() : line.substr(begin);
  }
  return {};
}

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

std::string processor_name() {
  std::ifstream processors("/proc/cpuinfo");
  const std::string name = value_after(processors, "model name");
  return name.empty() ? "unknown" : name;
}

std::string cpu_capability() {
  std::istringstream config(at::show_config());
  const std::string capability = value_after(config, "CPU capability usage");
  return capability.empty() ? "unknown" : capability;
}

nlohmann::ordered_json machine_json(int threads) {
  const Blas blas = detect_blas();
  return {{"processor", processor_name()},
          {"cpu_capability", cpu_capability()},
          {"threads", threads},
          {"blas", blas.name},
          {"versions",
           {{"mnist", MNIST_VERSION},
            {"revision", kRevision},
            {"libtorch", TORCH_VERSION},
            {"compiler", __VERSION__}}}};
}

nlohmann::ordered_json data_json(const Mnist& mnist) {
  nlohmann::ordered_json digests;
  for (const DataFile& file : mnist.files) digests[file.name] = file.sha256;
  return digests;
}

void note_other_data(const Mnist& mnist) {
  for (const DataFile& file : mnist.files) {
    if (file.is_mnist) continue;
    print_stderr("mnist: note: {} is not MNIST's own file (SHA-256 {}); using it\n", file.name,
                 file.sha256);
  }
}

}  // namespace mnist
