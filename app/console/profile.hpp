#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace mnist {

/// What `--profile` measures.
enum class ProfileDetail : std::uint8_t {
  kOff,
  kPhases,      ///< data, forward, backward, optimizer, validation
  kOperations,  ///< each operation too, which takes time itself
};

/// Measures, while it lives, where the calling thread spends its time, by LibTorch's own hooks
/// (RECORD_USER_SCOPE, RECORD_FUNCTION, and each operator).
class Profile {
 public:
  explicit Profile(ProfileDetail detail);
  ~Profile();
  Profile(const Profile&) = delete;
  Profile& operator=(const Profile&) = delete;

  /// A table of the phases, and one of the operations if they were measured; empty if nothing was.
  std::string text() const;

 private:
  ProfileDetail detail_;
  std::chrono::steady_clock::time_point begin_;
  std::uint64_t callback_ = 0;
};

}  // namespace mnist
