#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include "catch.hpp"
#include "errors.hpp"
#include "mnist/files/atomic_file.hpp"
#include "mnist/files/crc32c.hpp"
#include "mnist/files/read_file.hpp"
#include "mnist/onnx/protobuf.hpp"
#include "report/event_file.hpp"
#include "report/events.hpp"
#include "report/tensorboard.hpp"
#include "temporary_folder.hpp"

using namespace mnist;

namespace {

std::string bytes(std::initializer_list<int> values) {
  std::string text;
  for (const int value : values) text += static_cast<char>(value);
  return text;
}

std::vector<std::string> names_in(const std::filesystem::path& folder) {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    names.push_back(entry.path().filename().string());
  }
  std::ranges::sort(names);
  return names;
}

}  // namespace

TEST_CASE("CRC-32C is that of RFC 3720", "[events]") {
  CHECK(crc32c("") == 0);
  CHECK(crc32c("123456789") == 0xe3069283);
  CHECK(crc32c(std::string(32, '\0')) == 0x8a9136aa);
  CHECK(crc32c(std::string(32, '\xff')) == 0x62a8ab43);
}

TEST_CASE("numbers are written as protobuf has them", "[events]") {
  onnx::Message message;
  message.number(1, 1.0);
  message.number(2, 1.0F);
  message.integer(3, 300);
  CHECK(std::move(message).take() == bytes({0x09, 0, 0, 0, 0, 0, 0, 0xf0, 0x3f,  //
                                            0x15, 0, 0, 0x80, 0x3f,              //
                                            0x18, 0xac, 0x02}));
}

TEST_CASE("a record has its length, both masked checksums and the event", "[events]") {
  const std::string record = event_record("abc");
  REQUIRE(record.size() == 8 + 4 + 3 + 4);
  CHECK(record.substr(0, 8) == bytes({3, 0, 0, 0, 0, 0, 0, 0}));
  CHECK(record.substr(12, 3) == "abc");
  // Of "abc" it is 0x364b3fb7: rotated right by 15, plus 0xa282ead8.
  CHECK(masked_crc("abc") == 0x21f1576e);
  CHECK(record.substr(15) == bytes({0x6e, 0x57, 0xf1, 0x21}));
}

TEST_CASE("a scalar's event is TensorFlow's", "[events]") {
  CHECK(scalar_event(1.0, 5, "x", 0.5) ==
        bytes({0x09, 0,  0,    0,    0, 0, 0, 0xf0, 0x3f,  // wall_time
               0x10, 5,                                    // step
               0x2a, 10, 0x0a, 8,                          // summary { value {
               0x0a, 1,  'x',  0x15, 0, 0, 0, 0x3f}));
  CHECK(restart_event(1.0, 5) == bytes({0x09, 0, 0, 0, 0, 0, 0, 0xf0, 0x3f, 0x10, 5,  //
                                        0x3a, 2, 0x08, 1}));  // session_log { status: START }
}

TEST_CASE("an image's event is one of the plugin images, with its caption", "[events]") {
  const std::string event = image_event(1.0, 2, {"mistakes/01", "4 taken for 9", GreyImage(3, 5)});
  // summary.value.tensor: type string, shape [3], the first two texts; then the picture's.
  CHECK(contains(event, bytes({0x08, 7, 0x12, 4, 0x12, 2, 0x08, 3,  //
                               0x42, 1, '3', 0x42, 1, '5', 0x42})));
  CHECK(contains(event, "\x89PNG"));
  CHECK(contains(event, bytes({0x0a, 8, 0x0a, 6, 'i', 'm', 'a', 'g', 'e', 's', 0x12, 13})));
  CHECK(contains(event, "4 taken for 9"));
}

TEST_CASE("a file of events comes after those that are there", "[events]") {
  const TemporaryFolder folder;
  for (int i = 0; i < 3; ++i) {
    EventFile file(folder / "train", 1);
    file.add("");
    file.flush();
  }
  const std::vector<std::string> names = names_in(folder / "train");
  REQUIRE(names.size() == 3);
  for (const std::string& name : names) CHECK(contains(name, "events.out.tfevents.1"));
  CHECK(names[0].substr(0, 30) < names[1].substr(0, 30));
  write_file_atomically(folder / "train" / "other", "");
  remove_event_files(folder / "train");
  CHECK(names_in(folder / "train") == std::vector<std::string>{"other"});
  remove_event_files(folder / "nowhere");
}

TEST_CASE("a folder of events that cannot be made is an error that names it", "[events]") {
  const TemporaryFolder folder;
  write_file_atomically(folder / "train", "");
  const std::filesystem::path path = folder / "train" / "deeper";
  CHECK(contains(error_of([&] { EventFile file(path, 1); }), path.string()));
}

TEST_CASE("a run that begins removes the events of the run before, one that goes on does not",
          "[events]") {
  const TemporaryFolder folder;
  const RunRecord run{.command = "train", .options = {}, .machine = {}, .data = {}};
  {
    const TensorBoard first(folder / "run", run, 0, 0);
  }
  {
    const TensorBoard resumed(folder / "run", run, 7, 1);
  }
  CHECK(names_in(folder / "run" / "tensorboard" / "train").size() == 2);
  {
    const TensorBoard anew(folder / "run", run, 0, 0);
  }
  CHECK(names_in(folder / "run" / "tensorboard" / "train").size() == 1);
}

TEST_CASE("the picture of a matrix is dark where its share is large", "[events]") {
  const GreyImage picture = matrix_picture(
      confusion_matrix(std::vector<std::int64_t>{0, 1, 1}, std::vector<std::int64_t>{0, 0, 1}));
  CHECK(picture.width == 481);
  CHECK(picture.at(100, 100) == 0);
  CHECK(picture.at(400, 100) == 255);
  CHECK(picture.at(100, 400) == picture.at(400, 400));
  CHECK((picture.at(100, 400) > 0 && picture.at(100, 400) < 100));
}
