#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>
#include <utility>

#include "catch.hpp"
#include "errors.hpp"
#include "idx_bytes.hpp"
#include "mnist/data/class_names.hpp"
#include "mnist/data/known_sets.hpp"
#include "mnist/data/read_data.hpp"
#include "mnist/files/sha256.hpp"
#include "temporary_folder.hpp"

using namespace mnist;
using namespace std::string_literals;

namespace {

namespace fs = std::filesystem;

void write(const fs::path& path, const std::string& bytes) {
  fs::create_directories(path.parent_path());
  std::ofstream(path, std::ios::binary) << bytes;
}

/// A set of 20 training and 10 test images.
void write_set(const fs::path& folder, const std::array<std::string, 4>& names,
               std::uint32_t side = 28, std::uint32_t classes = 10, std::uint32_t first = 0) {
  write(folder / names[0], image_file(20, side));
  write(folder / names[1], label_file(20, classes, first));
  write(folder / names[2], image_file(10, side));
  write(folder / names[3], label_file(10, classes, first));
}

const std::array<std::string, 4> kNames = {"train-images-idx3-ubyte", "train-labels-idx1-ubyte",
                                           "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"};

std::string refusal_of_data(const fs::path& path, const DataRequest& request = {}) {
  return error_of([&] { read_data(path, request); });
}

bool has_note(const CheckedData& data, const std::string& part) {
  return std::ranges::any_of(data.facts.notes,
                             [&](const std::string& note) { return contains(note, part); });
}

std::vector<std::string> names(std::size_t count) {
  std::vector<std::string> result;
  for (std::size_t i = 0; i < count; ++i) result.push_back("class " + std::to_string(i));
  return result;
}

}  // namespace

TEST_CASE("the four files are found under each of their usual names", "[data]") {
  const std::pair<const char*, std::array<std::string, 4>> kSets[] = {
      {".", kNames},
      {".",
       {"train-images.idx3-ubyte", "train-labels.idx1-ubyte", "t10k-images.idx3-ubyte",
        "t10k-labels.idx1-ubyte"}},
      {".",
       {"my-train-images-idx3-ubyte", "my-train-labels-idx1-ubyte", "my-test-images-idx3-ubyte",
        "my-test-labels-idx1-ubyte"}},
      {"MNIST/raw", kNames},
      {"raw", kNames},
      {"FashionMNIST/raw", kNames},
  };
  for (const auto& [place, files] : kSets) {
    CAPTURE(place, files[0]);
    const TemporaryFolder folder;
    write_set(folder / place, files);
    const CheckedData data = read_data(folder.path(), {});
    CHECK(data.train.size() == 20);
    CHECK(data.test.size() == 10);
    CHECK(data.test.pixels == image_file(10).substr(16));
    CHECK(data.test.labels == label_file(10).substr(8));
    CHECK(data.facts.side == 28);
    CHECK(data.facts.classes == numbers_from(0, 10));
    REQUIRE(data.facts.files.size() == 4);
    CHECK(data.facts.files[2].name == "t10k-images-idx3-ubyte");
    CHECK(data.facts.files[2].sha256 == sha256(image_file(10)));
    CHECK(has_note(data, files[3] + " is not MNIST's own file"));
  }
}

TEST_CASE("of several sets in a folder one is to be named", "[data]") {
  const TemporaryFolder folder;
  for (const std::string prefix : {"emnist-digits-", "emnist-letters-"}) {
    const bool letters = prefix == "emnist-letters-";
    write_set(folder.path(),
              {prefix + "train-images-idx3-ubyte", prefix + "train-labels-idx1-ubyte",
               prefix + "test-images-idx3-ubyte", prefix + "test-labels-idx1-ubyte"},
              28, 10, letters ? 17 : 0);
  }
  const std::string refusal = refusal_of_data(folder.path());
  CHECK(contains(refusal, "several data sets"));
  CHECK(contains(refusal, (folder / "emnist-digits").string()));
  const CheckedData digits = read_data(folder / "emnist-digits", {});
  CHECK(digits.facts.name == "EMNIST digits");
  CHECK(has_note(digits, "by the names of its files"));
  const CheckedData letters = read_data(folder / "emnist-letters", {});
  CHECK(letters.facts.name == "EMNIST letters");
  CHECK(letters.facts.classes.front() == "A");
  CHECK(letters.test.labels.front() == 16);  // it was 17, and 26 is among them: they run from 1
  CHECK(has_note(letters, "the labels run from 1"));
}

TEST_CASE("EMNIST's pictures, which lie transposed, are turned", "[data]") {
  const TemporaryFolder folder;
  const std::string prefix = "emnist-digits-";
  write_set(folder.path(), {prefix + "train-images-idx3-ubyte", prefix + "train-labels-idx1-ubyte",
                            prefix + "test-images-idx3-ubyte", prefix + "test-labels-idx1-ubyte"});
  const CheckedData data = read_data(folder.path(), {});
  const std::string file = image_file(10).substr(16);
  for (std::size_t y = 0; y < 28; ++y) {
    for (std::size_t x = 0; x < 28; ++x) {
      REQUIRE(data.test.pixels[3 * 784 + y * 28 + x] == file[3 * 784 + x * 28 + y]);
    }
  }
  CHECK(data.facts.files[2].sha256 == sha256(image_file(10)));
  CHECK(has_note(data, "they are turned"));
}

TEST_CASE("where no form of data fits, the message has what was found", "[data]") {
  const TemporaryFolder folder;
  CHECK(contains(refusal_of_data(folder / "none"), "found nothing of that name"));
  CHECK(contains(refusal_of_data(folder.path()), "found nothing"));
  write(folder / "notes.txt", "");
  fs::create_directory(folder / "more");
  const std::string refusal = refusal_of_data(folder.path());
  CHECK(contains(refusal, "mnist.npz"));
  CHECK(contains(refusal, "a subfolder of pictures for each class"));
  CHECK(contains(refusal, "found more/, notes.txt"));
  CHECK(contains(refusal_of_data(folder / "notes.txt"), "found a file of another kind"));
  for (const char name : "abcdefg"s) write(folder / std::string(1, name), "");
  CHECK(contains(refusal_of_data(folder.path()), "found a, b, c, d, e, f and 3 more"));
}

TEST_CASE("images have any allowed side, classes any allowed number", "[data]") {
  for (const std::uint32_t side : {8, 9, 13, 64}) {
    const TemporaryFolder folder;
    write_set(folder.path(), kNames, side, 2);
    const CheckedData data = read_data(folder.path(), {});
    CHECK(data.facts.side == static_cast<int>(side));
    CHECK(data.facts.classes == numbers_from(0, 2));
    CHECK(data.test.pixels.size() == 10 * side * side);
  }
  const TemporaryFolder folder;
  write_set(folder.path(), kNames, 65);
  CHECK(contains(refusal_of_data(folder.path()), "65x65 pixels: expected squares of 8x8 to 64x64"));
  write_set(folder.path(), kNames, 7);
  CHECK(contains(refusal_of_data(folder.path()), "7x7 pixels"));
  write_set(folder.path(), kNames, 8, 1);
  CHECK(contains(refusal_of_data(folder.path()), "1 class names: expected 2 to 62"));
  write(folder / kNames[2], image_file(10, 9));
  CHECK(contains(refusal_of_data(folder.path()), "expected the same"));
}

TEST_CASE("labels from 1 are taken as such where none is 0", "[data]") {
  const TemporaryFolder folder;
  write_set(folder.path(), kNames, 8, 5, 1);
  const CheckedData data = read_data(folder.path(), {});
  CHECK(data.facts.classes == numbers_from(1, 5));
  CHECK(data.train.labels.substr(0, 6) == "\0\1\2\3\4\0"s);
  CHECK(has_note(data, "the labels run from 1"));
  CHECK_FALSE(data.train.in_libtorchs_files);

  // With six names the label 5 is that of the last one.
  CHECK(read_data(folder.path(), {.classes = names(6)}).train.labels.substr(0, 2) == "\1\2");
  CHECK(read_data(folder.path(), {.classes = names(5)}).train.labels.substr(0, 2) == "\0\1"s);
  CHECK(contains(refusal_of_data(folder.path(), {.classes = names(4)}),
                 "has label 4 at index 3: expected 0 to 3"));
}

TEST_CASE("labels that no class has are refused with their place", "[data]") {
  const TemporaryFolder folder;
  write_set(folder.path(), kNames);
  std::string labels = label_file(20);
  labels[8 + 3] = static_cast<char>(200);
  write(folder / kNames[1], labels);
  CHECK(contains(refusal_of_data(folder.path()), "has label 200 at index 3: expected 0 to 61"));
  labels[8 + 3] = 61;
  write(folder / kNames[1], labels);
  CHECK(read_data(folder.path(), {}).facts.classes.size() == 62);
  CHECK(contains(refusal_of_data(folder.path(), {.classes = names(10)}), "expected 0 to 9"));
}

TEST_CASE("files that do not belong together, or are too few images, are refused", "[data]") {
  const TemporaryFolder folder;
  write_set(folder.path(), kNames);
  write(folder / kNames[1], label_file(19));
  CHECK(contains(refusal_of_data(folder.path()), "has 20 images and"));
  write(folder / kNames[0], image_file(5));
  write(folder / kNames[1], label_file(5, 5));
  write(folder / kNames[2], image_file(4));
  write(folder / kNames[3], label_file(4));
  CHECK(contains(refusal_of_data(folder.path()), "has 9 images: expected at least 10"));
  CHECK(read_data(folder.path(), {.with_training = false}).test.size() == 4);
  write(folder / kNames[2], image_file(0));
  write(folder / kNames[3], label_file(0));
  CHECK(contains(refusal_of_data(folder.path()), "5 training and 0 test images"));
}

TEST_CASE("data for a model has its side and as many classes", "[data]") {
  const TemporaryFolder folder;
  write_set(folder.path(), kNames, 8);
  const DataRequest fitting{.with_training = false, .model_classes = names(10), .model_side = 8};
  CHECK(read_data(folder.path(), fitting).facts.classes == names(10));
  DataRequest other = fitting;
  other.model_side = 28;
  CHECK(contains(refusal_of_data(folder.path(), other), "8x8 pixels: expected 28x28"));
  other = fitting;
  other.classes = names(11);
  CHECK(contains(refusal_of_data(folder.path(), other), "11 classes: expected 10"));
  other = fitting;
  other.model_classes = names(9);
  CHECK(contains(refusal_of_data(folder.path(), other), "has label 9 at index 9: expected 0 to 8"));
}

TEST_CASE("names of classes come from a file, one a line", "[data]") {
  const TemporaryFolder folder;
  const auto read = [&](const std::string& text) {
    write(folder / "names", text);
    return read_class_names(folder / "names");
  };
  CHECK(read("a\nb c\n") == std::vector<std::string>{"a", "b c"});
  CHECK(read("ねこ\r\nいぬ") == std::vector<std::string>{"ねこ", "いぬ"});
  const auto refusal = [&](const std::string& text) { return error_of([&] { read(text); }); };
  CHECK(contains(refusal(""), "there are 0 class names: expected 2 to 62"));
  CHECK(contains(refusal("a\n\nb"), "class 1 is empty"));
  CHECK(contains(refusal("a\na"), "two classes are called 'a'"));
  CHECK(contains(refusal("a\n\x1b[31mb"), "class 1 is no plain text"));
  CHECK(contains(refusal("a\n\xff"), "class 1 is no plain text"));
  CHECK(contains(error_of([&] { read_class_names(folder / "none"); }), "it is not there"));
}

TEST_CASE("each known data set has four digests, and names that can be a model's", "[data]") {
  CHECK(known_sets().size() == 9);
  for (const KnownSet& set : known_sets()) {
    CAPTURE(set.name);
    check_class_names(set.classes);
    for (const std::string_view digest : set.digests) {
      CHECK(digest.size() == 64);
      CHECK(digest.find_first_not_of("0123456789abcdef") == digest.npos);
    }
  }
}
