#pragma once

#include <c10/util/Exception.h>
#include <torch/csrc/jit/runtime/print_handler.h>
#include <torch/version.h>

// A model that is run prints and warns as its author meant it to, where nobody waits for that.
namespace mnist::onnx {

#if TORCH_VERSION_MAJOR < 2
namespace warnings = c10::Warning;
class NoWarnings : public c10::WarningHandler {
  void process(const c10::SourceLocation&, const std::string&, bool) override {}
};
#else
namespace warnings = c10::WarningUtils;
class NoWarnings : public c10::WarningHandler {
  void process(const c10::Warning&) override {}
};
#endif

/// While it lives, what models print is not shown, nor what they or LibTorch warn of on this
/// thread.
class Silence {
 public:
  Silence() {
    torch::jit::setPrintHandler([](const std::string&) {});
  }
  Silence(const Silence&) = delete;
  Silence& operator=(const Silence&) = delete;
  ~Silence() { torch::jit::setPrintHandler(print_); }

 private:
  torch::jit::PrintHandler print_ = torch::jit::getPrintHandler();
  NoWarnings no_warnings_;
  warnings::WarningHandlerGuard guard_{&no_warnings_};
};

}  // namespace mnist::onnx
