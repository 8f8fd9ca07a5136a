#include <sys/resource.h>
#include <sys/stat.h>

#include <csignal>
#include <fstream>
#include <iterator>

#include "catch.hpp"
#include "errors.hpp"
#include "mnist/files/atomic_file.hpp"
#include "temporary_folder.hpp"

using namespace mnist;

namespace {

std::string read(const std::filesystem::path& path) {
  std::ifstream stream(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

std::size_t files_in(const TemporaryFolder& folder) {
  const std::filesystem::directory_iterator entries(folder.path());
  return static_cast<std::size_t>(std::distance(begin(entries), end(entries)));
}

}  // namespace

TEST_CASE("a written file holds all bytes, zeros included, and nothing else stays",
          "[atomic_file]") {
  const TemporaryFolder folder;
  const std::string bytes("a\0b\n", 4);
  write_file_atomically(folder / "file", bytes);
  CHECK(read(folder / "file") == bytes);
  CHECK(files_in(folder) == 1);
}

TEST_CASE("a second write replaces the file", "[atomic_file]") {
  const TemporaryFolder folder;
  write_file_atomically(folder / "file", "a long first content");
  write_file_atomically(folder / "file", "short");
  CHECK(read(folder / "file") == "short");
}

TEST_CASE("a write into a missing folder names the file and the cause", "[atomic_file]") {
  const TemporaryFolder folder;
  const auto message = error_of([&] { write_file_atomically(folder / "no/file", "x"); });
  CHECK(contains(message, "no/file"));
  CHECK(contains(message, "No such file or directory"));
}

TEST_CASE("what is no regular file is not replaced, and a link is", "[atomic_file]") {
  const TemporaryFolder folder;
  const std::filesystem::path pipe = folder / "pipe", device = folder / "device";
  REQUIRE(::mkfifo(pipe.c_str(), 0600) == 0);
  std::filesystem::create_symlink("/dev/null", device);
  std::filesystem::create_directory(folder / "folder");
  for (const std::filesystem::path& path : {pipe, device, folder / "folder"}) {
    CHECK(error_of([&] { write_file_atomically(path, "x", folder / "previous"); }) ==
          fmt::format("cannot write '{}': it is there, and not a regular file", path.string()));
  }
  CHECK(std::filesystem::is_fifo(pipe));
  CHECK(std::filesystem::is_symlink(device));
  CHECK(files_in(folder) == 3);

  write_file_atomically(folder / "file", "old");
  std::filesystem::create_symlink("file", folder / "link");
  write_file_atomically(folder / "link", "new");
  CHECK(read(folder / "link") == "new");
  CHECK(read(folder / "file") == "old");
}

TEST_CASE("a write that fails half way leaves the old file whole and no other", "[atomic_file]") {
  const TemporaryFolder folder;
  write_file_atomically(folder / "file", "old");
  rlimit before{};
  REQUIRE(getrlimit(RLIMIT_FSIZE, &before) == 0);
  const auto handler = std::signal(SIGXFSZ, SIG_IGN);
  const rlimit limited{1000, before.rlim_max};
  REQUIRE(setrlimit(RLIMIT_FSIZE, &limited) == 0);
  const auto message =
      error_of([&] { write_file_atomically(folder / "file", std::string(5000, 'x')); });
  REQUIRE(setrlimit(RLIMIT_FSIZE, &before) == 0);
  std::signal(SIGXFSZ, handler);
  CHECK(contains(message, "File too large"));
  CHECK(read(folder / "file") == "old");
  CHECK(files_in(folder) == 1);
}

TEST_CASE("the file that is replaced can be kept under another name", "[atomic_file]") {
  const TemporaryFolder folder;
  const auto write = [&](const char* text) {
    write_file_atomically(folder / "new", text, folder / "old");
  };
  write("1");
  CHECK_FALSE(std::filesystem::exists(folder / "old"));
  write("2");
  write("3");
  CHECK(read(folder / "new") == "3");
  CHECK(read(folder / "old") == "2");
}

TEST_CASE("what a killed writer left is removed, and nothing else", "[atomic_file]") {
  const TemporaryFolder folder;
  for (const char* name : {".model.pt.123.mnist-tmp", ".hidden", "a.mnist-tmp"}) {
    write_file_atomically(folder / name, "x");
  }
  remove_temporary_files(folder.path());
  CHECK_FALSE(std::filesystem::exists(folder / ".model.pt.123.mnist-tmp"));
  CHECK(std::filesystem::exists(folder / ".hidden"));
  CHECK(std::filesystem::exists(folder / "a.mnist-tmp"));
  CHECK_NOTHROW(remove_temporary_files(folder / "none"));
}
