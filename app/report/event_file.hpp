#pragma once

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

namespace mnist {

/// Seconds since 1970.
double wall_time();

/// An event file of TensorBoard's while it is written, which others may read meanwhile.
class EventFile {
 public:
  /// Makes `folder` where it is not there, and in it a file whose name comes after those that are.
  /// What these say of the step `restart_at` and later ones is void. Throws `Error`, naming what
  /// cannot be made or written.
  EventFile(const std::filesystem::path& folder, std::int64_t restart_at);

  /// Kept in memory until it is much.
  void add(std::string_view event);
  /// Throws `Error`, naming the file, where it cannot be written to.
  void flush();

 private:
  std::filesystem::path path_;
  std::ofstream file_;
  std::string waiting_;
};

/// Removes the event files in `folder`, if it is there. Throws `Error` where that fails.
void remove_event_files(const std::filesystem::path& folder);

}  // namespace mnist
