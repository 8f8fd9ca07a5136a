#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <iostream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <numeric>
#include <span>
#include <string>
#include <vector>

#include "commands.hpp"
#include "console/drawing.hpp"
#include "console/terminal.hpp"
#include "mnist/classifier.hpp"
#include "mnist/image/digits.hpp"
#include "mnist/image/read_image.hpp"
#include "options/command_line.hpp"
#include "run/exit_status.hpp"
#include "run/process.hpp"

namespace mnist {
namespace {

enum class Format : std::uint8_t { kText, kJson, kCsv };

struct PredictOptions {
  std::vector<std::string> images;  ///< files, folders, and "-" for stdin
  bool all;                         ///< all digits of a picture, not the most prominent one
  bool show;
  Format format;
  Color color;
};

struct Prediction {
  PreparedDigit prepared;
  std::array<float, 10> probabilities;
  std::array<int, 10> ranking;  ///< the digits, the most probable first
};

bool is_picture(const std::filesystem::path& path) {
  std::string extension = path.extension().string();
  std::ranges::transform(extension, extension.begin(),
                         [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return extension == ".png" || extension == ".jpg" || extension == ".jpeg";
}

/// A folder stands for the pictures in it, in the order of their names.
std::vector<std::string> files_of(const std::string& name) {
  std::error_code error;
  if (name == "-" || !std::filesystem::is_directory(name, error)) return {name};
  std::vector<std::string> files;
  for (const auto& entry : std::filesystem::directory_iterator(name)) {
    if (is_picture(entry.path())) files.push_back(entry.path().string());
  }
  if (files.empty()) throw Error("'{}' is a folder without PNG or JPEG files", name);
  std::ranges::sort(files);
  return files;
}

GreyImage read_picture(const std::string& name) {
  if (name != "-") return read_image(name);
  const std::string bytes(std::istreambuf_iterator<char>(std::cin), {});
  return decode_image(std::as_bytes(std::span(bytes)), "standard input");
}

std::vector<Prediction> predict(Classifier& classifier, const GreyImage& picture, bool all) {
  const std::vector<PreparedDigit> digits =
      all ? find_digits(picture) : std::vector{prepare_digit(picture)};
  const auto count = static_cast<std::int64_t>(digits.size());
  torch::Tensor images = torch::empty({count, 1, 28, 28});
  float* pixels = images.data_ptr<float>();
  for (const PreparedDigit& digit : digits) pixels = std::ranges::copy(digit.pixels, pixels).out;

  const torch::Tensor answers = classifier.probabilities(images).contiguous();
  const float* p = answers.data_ptr<float>();
  std::vector<Prediction> predictions;
  for (const PreparedDigit& digit : digits) {
    Prediction& prediction = predictions.emplace_back(Prediction{digit, {}, {}});
    std::copy_n(p, 10, prediction.probabilities.begin());
    p += 10;
    std::iota(prediction.ranking.begin(), prediction.ranking.end(), 0);
    std::ranges::stable_sort(prediction.ranking, std::ranges::greater(), [&](int d) {
      return prediction.probabilities[static_cast<std::size_t>(d)];
    });
  }
  return predictions;
}

/// "7 (0.9981)", the digit at a place of the ranking.
std::string ranked(const Prediction& prediction, std::size_t place) {
  const int digit = prediction.ranking[place];
  return fmt::format("{} ({:.4f})", digit,
                     prediction.probabilities[static_cast<std::size_t>(digit)]);
}

void print_text(const std::string& name, const std::vector<Prediction>& predictions,
                const PredictOptions& options) {
  for (const Prediction& prediction : predictions) {
    const Box& box = prediction.prepared.box;
    fmt::print("{}: {}, then {}, {}", name, ranked(prediction, 0), ranked(prediction, 1),
               ranked(prediction, 2));
    if (options.all) {
      fmt::print(" at {},{} to {},{}", box.left, box.top, box.right, box.bottom);
    }
    fmt::print("\n");
    if (options.show) {
      fmt::print("{}",
                 drawing(prediction.prepared.pixels, use_color(options.color, STDOUT_FILENO)));
    }
  }
}

nlohmann::ordered_json to_json(const Prediction& prediction) {
  const auto [left, top, right, bottom] = prediction.prepared.box;
  return {
      {"digit", prediction.ranking[0]},
      {"probability", prediction.probabilities[static_cast<std::size_t>(prediction.ranking[0])]},
      {"probabilities", prediction.probabilities},
      {"box", {left, top, right, bottom}}};
}

/// A field as RFC 4180 wants it.
std::string csv_field(const std::string& text) {
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  std::string field = "\"";
  for (const char c : text) field.append(c == '"' ? 2 : 1, c);
  return field + '"';
}

void print_csv(const std::string& name, const std::vector<Prediction>& predictions) {
  for (const Prediction& prediction : predictions) {
    const Box& box = prediction.prepared.box;
    fmt::print("{},{},{},{},{},{}", csv_field(name), box.left, box.top, box.right, box.bottom,
               prediction.ranking[0]);
    for (const float p : prediction.probabilities) fmt::print(",{}", p);
    fmt::print("\n");
  }
}

/// Each picture in turn: one that fails is named on stderr and does not stop the others.
class Predictor {
 public:
  Predictor(Classifier classifier, PredictOptions options)
      : classifier_(std::move(classifier)), options_(std::move(options)) {
    if (options_.format == Format::kCsv) {
      fmt::print("file,left,top,right,bottom,digit,p0,p1,p2,p3,p4,p5,p6,p7,p8,p9\n");
    }
  }

  void run() {
    for (const std::string& name : options_.images) {
      attempt(name, [&] {
        for (const std::string& file : files_of(name)) attempt(file, [&] { classify(file); });
      });
    }
    if (options_.format == Format::kJson) fmt::print("{}\n", json_.dump(2, ' ', true, kReplace));
    flush_stdout();
    if (failed_) throw ExitStatus{1};
  }

 private:
  static constexpr auto kReplace = nlohmann::ordered_json::error_handler_t::replace;

  template <typename Action>
  void attempt(const std::string& name, const Action& action) {
    try {
      action();
    } catch (const Error& error) {
      failed_ = true;
      print_stderr("mnist: {}\n", error.what());
      if (options_.format == Format::kJson) {
        json_.push_back({{"file", name}, {"error", error.what()}});
      }
    }
  }

  void classify(const std::string& file) {
    const GreyImage picture = read_picture(file);
    std::vector<Prediction> predictions;
    try {
      predictions = predict(classifier_, picture, options_.all);
    } catch (const Error& error) {
      throw Error("'{}': {}", file, error.what());
    }
    if (options_.format == Format::kText) return print_text(file, predictions, options_);
    if (options_.format == Format::kCsv) return print_csv(file, predictions);
    nlohmann::ordered_json digits = nlohmann::ordered_json::array();
    for (const Prediction& prediction : predictions) digits.push_back(to_json(prediction));
    json_.push_back({{"file", file}, {"digits", digits}});
  }

  Classifier classifier_;
  PredictOptions options_;
  nlohmann::ordered_json json_ = nlohmann::ordered_json::array();
  bool failed_ = false;
};

}  // namespace

void run_predict(int argc, const char* const* argv) {
  cxxopts::Options options("mnist predict", "Reads the digits on pictures: PNG, JPEG.");
  options.custom_help("[OPTION…]").positional_help("IMAGE…");
  options.add_options()                                                    //
      ("all", "find all digits of a picture, not the most prominent one")  //
      ("show", "draw what the network saw")                                //
      ("json", "print an array with an object a file")                     //
      ("csv", "print a line a digit: file, box, digit, probabilities");
  add_model_option(options);
  add_machine_options(options);
  add_color_option(options);
  std::vector<std::string> images;
  const auto arguments = parse(options, argc, argv, &images);
  if (!arguments) return;
  if (images.empty()) {
    throw UsageError(
        "expected IMAGE…, files or folders or - for the standard input: see mnist "
        "predict --help");
  }
  const bool json = arguments->count("json") != 0, csv = arguments->count("csv") != 0;
  if (json && csv) throw UsageError("--json and --csv exclude each other");
  const std::filesystem::path model = model_option(*arguments);
  const torch::Device device = device_option(*arguments);
  const PredictOptions predict_options{.images = images,
                                       .all = arguments->count("all") != 0,
                                       .show = arguments->count("show") != 0,
                                       .format = json  ? Format::kJson
                                                 : csv ? Format::kCsv
                                                       : Format::kText,
                                       .color = color_option(*arguments)};
  set_threads(threads_option(*arguments));
  Predictor(Classifier::load(model, device), predict_options).run();
}

}  // namespace mnist
