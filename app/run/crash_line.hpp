#pragma once

#include <filesystem>

namespace mnist {

/// While it lasts, a crash ends the program with a line on stderr that names this file, and status
/// 1, as an error does: LibTorch itself crashes on some files that only look like a model. One at a
/// time.
class CrashLine {
 public:
  explicit CrashLine(const std::filesystem::path& model);
  CrashLine(const CrashLine&) = delete;
  CrashLine& operator=(const CrashLine&) = delete;
  ~CrashLine();
};

}  // namespace mnist
