// make_pictures: makes pictures as a person might hand in from MNIST's test images, with labels.csv
// (file,label) beside them; to measure how well the digits of pictures are prepared.

#include <algorithm>
#include <cstdlib>
#include <cxxopts.hpp>
#include <exception>
#include <filesystem>
#include <fstream>
#include <iostream>

#include "kinds.hpp"
#include "pictures.hpp"

namespace {

using namespace mnist;

PictureOptions chosen(const std::vector<std::string>& names) {
  PictureOptions options;
  const std::vector<std::pair<std::string, bool*>> switches{
      {"invert", &options.invert}, {"move", &options.move},   {"rotate", &options.rotate},
      {"paper", &options.paper},   {"light", &options.light}, {"pen", &options.pen},
      {"noise", &options.noise},   {"jpeg", &options.jpeg}};
  for (const std::string& name : names) {
    bool known = name == "all" || name == "none";
    for (const auto& [option, value] : switches) {
      if (name != option && name != "all") continue;
      *value = true;
      known = true;
    }
    if (!known) throw std::runtime_error("unknown transformation: " + name);
  }
  return options;
}

RgbImage in_colour(const GreyImage& image) {
  RgbImage picture(image.width, image.height);
  std::ranges::transform(image.pixels, picture.pixels.begin(),
                         [](std::uint8_t value) { return Rgb{value, value, value}; });
  return picture;
}

void write_picture(const std::filesystem::path& folder, int index, const RgbImage& picture,
                   bool jpeg, const std::string& label, std::ostream& labels) {
  const std::string name = std::to_string(index) + (jpeg ? ".jpg" : ".png");
  write_bytes(folder / name, jpeg ? encode_jpeg(picture, {.quality = 50}) : encode_png(picture));
  labels << name << ',' << label << '\n';
}

/// "desk60,thumb": those; "all": each of them.
std::vector<std::string> chosen_kinds(const std::vector<std::string>& names) {
  if (names != std::vector<std::string>{"all"}) return names;
  return {kind_names().begin(), kind_names().end()};
}

/// The files are named as the kind, so that one table says how each of them is read.
void write_kinds(const std::vector<std::string>& kinds, const std::filesystem::path& folder,
                 int count, std::span<const MnistDigit> digits, std::uint64_t seed,
                 std::ostream& labels) {
  for (const std::string& kind : kinds) {
    Random random(seed);  // a kind's pictures are the same whichever others are made
    for (int i = 0; i < count; ++i) {
      const MnistDigit& digit = digits[random() % digits.size()];
      const KindPicture picture = draw_kind(kind, digit, random);
      const std::string name = kind + '_' + std::to_string(i) + (picture.jpeg ? ".jpg" : ".png");
      write_bytes(folder / name, picture.encoded());
      labels << name << ',' << digit.label << '\n';
    }
  }
}

void make(const cxxopts::ParseResult& arguments) {
  constexpr int kTestImages = 10000;
  const std::filesystem::path folder = arguments["output"].as<std::string>();
  const auto options = chosen(arguments["with"].as<std::vector<std::string>>());
  Random random(arguments["seed"].as<std::uint64_t>());
  auto digits = read_test_digits(arguments["data"].as<std::string>(), kTestImages);
  for (std::size_t i = digits.size(); i > 1; --i) std::swap(digits[i - 1], digits[random() % i]);

  std::filesystem::create_directories(folder);
  std::ofstream labels(folder / "labels.csv");
  labels << "file,label\n";
  if (arguments.count("kind")) {
    write_kinds(chosen_kinds(arguments["kind"].as<std::vector<std::string>>()), folder,
                arguments["count"].as<int>(), digits, arguments["seed"].as<std::uint64_t>(),
                labels);
    return;
  }
  std::size_t next = 0;
  for (int i = 0; i < arguments["count"].as<int>(); ++i) {
    const std::size_t length = arguments.count("strings") ? 3 + random() % 6 : 1;
    if (next + length > digits.size()) next = 0;
    const std::span part(&digits[next], length);
    next += length;
    std::string label;
    for (const MnistDigit& digit : part) label += std::to_string(digit.label);
    const RgbImage picture = arguments.count("originals") ? in_colour(part[0].image)
                             : length == 1                ? draw_digit(part[0], options, random)
                                                          : draw_string(part, options, random);
    write_picture(folder, i, picture, options.jpeg, label, labels);
  }
}

std::string list_of_kinds() {
  std::string list;
  for (const std::string_view name : kind_names()) {
    list += (list.empty() ? "" : ",") + std::string(name);
  }
  return list;
}

}  // namespace

int main(int argc, char** argv) {
  const char* data = std::getenv("MNIST_DATA");
  cxxopts::Options description("make_pictures", "Makes pictures of MNIST's test digits.");
  description.add_options()("output", "folder for the pictures and labels.csv",
                            cxxopts::value<std::string>())(
      "count", "pictures", cxxopts::value<int>()->default_value("2000"))(
      "seed", "of all that is random", cxxopts::value<std::uint64_t>()->default_value("1"))(
      "with", "all, none, or some of invert,move,rotate,paper,light,pen,noise,jpeg",
      cxxopts::value<std::vector<std::string>>()->default_value("all"))(
      "kind",
      "all, or some of the kinds that people meet, count pictures of each: " + list_of_kinds(),
      cxxopts::value<std::vector<std::string>>())("strings", "3 to 8 digits on each picture")(
      "originals", "the test images as they are, to compare with")(
      "data", "folder with MNIST's test files",
      cxxopts::value<std::string>()->default_value(data ? data : "data/mnist"))("help", "this");
  try {
    const auto arguments = description.parse(argc, argv);
    if (arguments.count("help")) {
      std::cout << description.help();
      return 0;
    }
    make(arguments);
  } catch (const std::exception& error) {
    std::cerr << "make_pictures: " << error.what() << '\n';
    return 1;
  }
}
