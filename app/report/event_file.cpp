#include "report/event_file.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <cstdint>
#include <string_view>
#include <system_error>
#include <vector>

#include "mnist/error.hpp"
#include "report/events.hpp"

namespace mnist {
namespace {

constexpr std::size_t kMostWaiting = 1 << 16;  // bytes
constexpr std::string_view kPrefix = "events.out.tfevents.";

std::vector<std::filesystem::path> event_files_in(const std::filesystem::path& folder) {
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.path().filename().string().starts_with(kPrefix)) files.push_back(entry.path());
  }
  return files;
}

/// The seconds since 1970 that its name says it was begun at, or 0.
std::int64_t begun_at(const std::filesystem::path& file) {
  const std::string name = file.filename().string().substr(kPrefix.size());
  std::int64_t seconds = 0;
  std::from_chars(name.data(), name.data() + name.size(), seconds);
  return seconds;
}

/// TensorBoard reads the files of a folder in the order of their names.
std::filesystem::path next_file_in(const std::filesystem::path& folder) {
  auto seconds = static_cast<std::int64_t>(wall_time());
  for (const std::filesystem::path& file : event_files_in(folder)) {
    seconds = std::max(seconds, begun_at(file) + 1);
  }
  return folder / fmt::format("{}{:010}.mnist.{}", kPrefix, seconds, ::getpid());
}

Error unusable(const std::filesystem::path& folder,
               const std::filesystem::filesystem_error& error) {
  return Error("cannot keep TensorBoard's events in '{}': {}", folder.string(),
               error.code().message());
}

}  // namespace

double wall_time() {
  return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
}

EventFile::EventFile(const std::filesystem::path& folder, std::int64_t restart_at) {
  try {
    std::filesystem::create_directories(folder);
    path_ = next_file_in(folder);
  } catch (const std::filesystem::filesystem_error& error) {
    throw unusable(folder, error);
  }
  file_.open(path_, std::ios::binary);
  add(version_event(wall_time()));
  add(restart_event(wall_time(), restart_at));
  flush();
}

void EventFile::add(std::string_view event) {
  waiting_ += event_record(event);
  if (waiting_.size() > kMostWaiting) flush();
}

void EventFile::flush() {
  errno = 0;
  file_.write(waiting_.data(), static_cast<std::streamsize>(waiting_.size()));
  file_.flush();
  waiting_.clear();
  if (!file_) {
    throw Error("cannot write '{}': {}", path_.string(), std::generic_category().message(errno));
  }
}

void remove_event_files(const std::filesystem::path& folder) {
  try {
    if (!std::filesystem::exists(folder)) return;
    for (const auto& file : event_files_in(folder)) std::filesystem::remove(file);
  } catch (const std::filesystem::filesystem_error& error) {
    throw unusable(folder, error);
  }
}

}  // namespace mnist
