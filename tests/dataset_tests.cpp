#include <cstdlib>
#include <fstream>
#include <string>

#include "catch.hpp"
#include "errors.hpp"
#include "idx_bytes.hpp"
#include "mnist/dataset.hpp"
#include "temporary_folder.hpp"

using namespace mnist;

namespace {

void write(const std::filesystem::path& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary) << bytes;
}

const std::string kTestImages = "t10k-images-idx3-ubyte";
const std::string kTestLabels = "t10k-labels-idx1-ubyte";

/// A folder with valid test files that are not MNIST's.
void write_test_set(const TemporaryFolder& folder) {
  write(folder / kTestImages, image_file(10000));
  write(folder / kTestLabels, label_file(10000));
}

Data load_test(const std::filesystem::path& path) {
  return load_data(path, {.with_training = false});
}

/// The error that one file with these bytes among valid ones leads to.
std::string error_with(const std::string& name, const std::string& bytes) {
  const TemporaryFolder folder;
  write_test_set(folder);
  write(folder / name, bytes);
  return error_of([&] { load_test(folder.path()); });
}

}  // namespace

TEST_CASE("MNIST has 60,000 and 10,000 images in [0, 1], and its own digests", "[dataset]") {
  const char* data = std::getenv("MNIST_DATA");
  REQUIRE(data);
  const Data mnist = load_data(data);
  CHECK(mnist.train.images.sizes() == torch::IntArrayRef{60000, 1, 28, 28});
  CHECK(mnist.train.images.scalar_type() == torch::kFloat32);
  CHECK(mnist.train.labels.scalar_type() == torch::kInt64);
  CHECK(mnist.train.images.min().item<float>() == 0);
  CHECK(mnist.train.images.max().item<float>() == 1);
  CHECK(mnist.test.size() == 10000);
  CHECK(mnist.test.labels[0].item<std::int64_t>() == 7);
  CHECK(mnist.facts.name == "MNIST");
  CHECK(mnist.facts.notes.empty());
  CHECK(mnist.facts.files.size() == 4);
}

TEST_CASE("other data of the same form is loaded byte by byte, and known as other", "[dataset]") {
  const TemporaryFolder folder;
  write_test_set(folder);
  const Data mnist = load_test(folder.path());
  CHECK(mnist.test.images.flatten()[51].item<float>() == 51.0F / 255);
  CHECK(mnist.test.images[1].flatten()[0].item<float>() == (784 % 256) / 255.0F);
  CHECK(mnist.test.labels[9999].item<std::int64_t>() == 9);
  CHECK(mnist.facts.name.empty());
  CHECK(mnist.facts.notes.size() == 2);
  REQUIRE(mnist.facts.files.size() == 2);
  CHECK(mnist.facts.files[0].sha256.size() == 64);
}

TEST_CASE("a missing file, and a folder in a file's place, are told apart", "[dataset]") {
  const TemporaryFolder folder;
  write_test_set(folder);
  std::filesystem::remove(folder / kTestLabels);
  CHECK(contains(error_of([&] { load_test(folder.path()); }), "labels-idx1-ubyte' is not there"));
  std::filesystem::create_directory(folder / kTestLabels);
  CHECK(contains(error_of([&] { load_test(folder.path()); }), "is a folder: expected"));
}

TEST_CASE("damaged and foreign data files are refused with what was found", "[dataset]") {
  const std::string images = image_file(10000), labels = label_file(10000);
  CHECK(contains(error_with(kTestImages, ""), "found only 0 bytes"));
  CHECK(contains(error_with(kTestImages, images.substr(0, 10)), "found only 10 bytes"));
  CHECK(contains(error_with(kTestImages, images.substr(0, images.size() - 1)),
                 "has 7840015 bytes: expected 7840016"));
  CHECK(contains(error_with(kTestImages, images + "x"), "has 7840017 bytes: expected 7840016"));
  CHECK(contains(error_with(kTestImages, "\x1f\x8b\x08"), "its gzip data is cut off"));
  CHECK(contains(error_with(kTestImages, labels), "found an IDX file of 10000 labels"));
  CHECK(contains(error_with(kTestLabels, images), "found an IDX file of 10000 images of 28x28"));
  CHECK(contains(error_with(kTestImages, image_file(60000)), "has 60000 images and"));
  CHECK(contains(error_with(kTestLabels, "\x89PNG and the rest of a picture"),
                 "begins with 0x89504e47"));
}

TEST_CASE("a header that promises more than the file has is refused", "[dataset]") {
  std::string huge = image_file(10000);
  huge.replace(4, 12, big_endian(0xffffffff) + big_endian(0xffffffff) + big_endian(0xffffffff));
  CHECK(contains(error_with(kTestImages, huge), "images of 4294967295x4294967295 pixels"));
}

TEST_CASE("images that LibTorch's class does not read come as the same tensors", "[dataset]") {
  const TemporaryFolder plain, other;
  write_test_set(plain);
  write(other / "t10k-images.idx3-ubyte", image_file(10000));
  write(other / "t10k-labels.idx1-ubyte", label_file(10000));
  const Dataset a = load_test(plain.path()).test, b = load_test(other.path()).test;
  CHECK(torch::equal(a.images, b.images));
  CHECK(torch::equal(a.labels, b.labels));
  CHECK(b.images.is_contiguous());
}

TEST_CASE("the validation split takes the last rows, as many as Keras does", "[dataset]") {
  const auto split_of = [](std::int64_t rows, double fraction) {
    return validation_split({torch::zeros({rows, 1, 28, 28}), torch::arange(rows)}, fraction);
  };
  const Split split = split_of(60000, 0.1);
  CHECK(split.train.size() == 54000);
  CHECK(split.validation.size() == 6000);
  CHECK(split.validation.labels[0].item<std::int64_t>() == 54000);
  CHECK(split.validation.labels[5999].item<std::int64_t>() == 59999);
  // int(math.floor(n * (1.0 - fraction))) in Python, which also gives 700 for 1,000 and 0.3.
  CHECK(split_of(1000, 0.3).train.size() == 700);
  CHECK(split_of(10, 0.15).train.size() == 8);
  CHECK(split_of(10, 0).validation.size() == 0);
}

TEST_CASE("a validation split that leaves no rows is refused", "[dataset]") {
  const Dataset ten{torch::zeros({10, 1, 28, 28}), torch::arange(10)};
  CHECK(contains(error_of([&] { validation_split(ten, 0.95); }), "leaves 0 to train on"));
  CHECK(contains(error_of([&] { validation_split(ten, 1); }), "less than 1"));
  CHECK(contains(error_of([&] { validation_split(ten, -0.1); }), "at least 0"));
  CHECK(contains(error_of([&] { validation_split(ten, std::nan("")); }), "at least 0"));
}
