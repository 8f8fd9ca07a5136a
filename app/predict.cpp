#include <unistd.h>

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "commands.hpp"
#include "console/predictions.hpp"
#include "console/steps.hpp"
#include "console/terminal.hpp"
#include "mnist/files/read_ahead.hpp"
#include "mnist/image/formats.hpp"
#include "mnist/image/preparation.hpp"
#include "mnist/image/read_image.hpp"
#include "mnist/machine/thread_pool.hpp"
#include "mnist/machine/threads.hpp"
#include "mnist/model_facts.hpp"
#include "mnist/prediction.hpp"
#include "options/shared_options.hpp"
#include "picture_files.hpp"
#include "run/exit_status.hpp"
#include "run/open_classifier.hpp"

namespace mnist {
namespace {

/// What `--show` draws.
enum class Shown : std::uint8_t { kNothing, kInput, kSteps };

struct PredictOptions {
  std::filesystem::path model;
  std::vector<std::string> classes;  ///< the names to use; none for the model's own
  ClassifierOptions classifier;
  bool all = false;
  Shown show = Shown::kNothing;
  bool json = false;
  bool csv = false;
  int threads = available_cores();
  c10::Device device = c10::kCPU;
  Color color = Color::kAuto;
};

OptionTable<PredictOptions> predict_table() {
  OptionTable<PredictOptions> table;
  const auto add_switch = [&](const char* name, const char* help, auto member) {
    table.add(name, "", help, member, Switch());
  };
  add_switch("all", "find all digits of a picture, not only the most prominent one",
             [](auto& o) -> auto& { return o.all; });
  table
      .add(
          "show", "WHAT",
          "draw what the network saw; --show=steps: and how the picture became that",
          [](auto& o) -> auto& { return o.show; },
          Choice<Shown>{
              {{"nothing", Shown::kNothing}, {"input", Shown::kInput}, {"steps", Shown::kSteps}}})
      .alone_means("input");
  add_switch("json", "print a JSON array with an object for each file",
             [](auto& o) -> auto& { return o.json; });
  add_switch("csv", "print a line for each digit: file, box, digit, probabilities",
             [](auto& o) -> auto& { return o.csv; });
  add_model_option(table, kAccurateModel);
  add_classes_option(table);
  add_classifier_options(table);
  add_threads_option(table);
  add_device_option(table);
  add_color_option(table);
  return table;
}

/// What is known of a picture before it is classified.
struct ReadPicture {
  std::vector<PreparationStep> steps = {};  ///< where they are to be shown
  std::vector<PreparedImage> images = {};
  std::optional<Error> error = {};  ///< why there are none
};

/// Each picture in turn: one that fails is named on stderr and does not stop the others.
class Predictor {
 public:
  Predictor(Classifier classifier, const PredictOptions& options)
      : classifier_(std::move(classifier)),
        facts_(facts_of(classifier_, options.classes)),
        options_(options) {
    if (options_.csv) print_stdout("{}", digits_csv_header(facts_.classes));
  }

  void run(const std::vector<std::string>& names) {
    const std::vector<PictureFile> files = picture_files(names);
    // The standard input is read when its turn comes: who names it twice finds it empty then.
    const auto prepared = [&](std::size_t i) {
      const auto& [name, error] = files[i];
      if (error) throw *error;
      return name == "-" ? ReadPicture() : prepare(read_image(name));
    };
    ReadAhead ahead(files.size(), pool_threads(), prepared);
    for (const PictureFile& file : files) {
      attempt(file.name, [&] {
        ReadPicture read = ahead.next_result();
        if (file.name == "-") read = prepare(read_standard_input());
        classify(file.name, std::move(read));
      });
    }
    if (options_.json) print_stdout("\n]\n");
    flush_stdout();
    if (failed_) throw ExitStatus{1};
  }

 private:
  template <typename Action>
  void attempt(const std::string& name, const Action& action) {
    try {
      action();
    } catch (const Error& error) {
      failed_ = true;
      print_error(error.what());
      if (options_.json) print_entry({{"file", name}, {"error", error.what()}});
    }
  }

  /// An entry of the JSON's array, of which there may be more than fit in memory.
  void print_entry(const nlohmann::ordered_json& entry) {
    print_stdout("{}\n{}", std::exchange(has_entries_, true) ? "," : "[", json_entry_text(entry));
  }

  bool in_colour() const { return use_utf8() && use_color(options_.color, STDOUT_FILENO); }

  /// `action()`, with the file's name in front of what it throws.
  template <typename Action>
  static auto naming(const std::string& file, const Action& action) {
    try {
      return action();
    } catch (const Error& error) {
      throw Error("'{}': {}", file, error.what());
    }
  }

  ReadPicture prepare(const GreyImage& picture) const {
    ReadPicture read;
    if (options_.show == Shown::kSteps) read.steps = preparation_steps(picture);
    try {
      read.images = prepare_digits(picture, facts_.images,
                                   options_.all ? Digits::kAll : Digits::kMostProminent);
    } catch (const Error& error) {
      read.error = error;
    }
    return read;
  }

  std::vector<Prediction> predictions_of(ReadPicture read) {
    if (read.error) throw *read.error;
    return predict(classifier_, std::move(read.images));
  }

  void classify(const std::string& file, ReadPicture read) {
    if (!read.steps.empty()) print_stdout("{}", steps_text(file, read.steps, in_colour()));
    const std::vector<Prediction> predictions =
        naming(file, [&] { return predictions_of(std::move(read)); });
    if (options_.json) {
      print_entry(picture_json(file, predictions, facts_.classes));
    } else if (options_.csv) {
      print_stdout("{}", digits_csv(file, predictions, facts_.classes));
    } else {
      print_stdout("{}", predictions_text(file, predictions,
                                          {.with_boxes = options_.all,
                                           .with_drawing = options_.show != Shown::kNothing,
                                           .color = in_colour(),
                                           .classes = facts_.classes}));
    }
  }

  Classifier classifier_;
  ModelFacts facts_;
  PredictOptions options_;
  bool has_entries_ = false;  ///< in the JSON
  bool failed_ = false;
};

}  // namespace

void run_predict(int argc, const char* const* argv) {
  std::vector<std::string> images;
  const auto options =
      parse_options({"predict",
                     "Reads the digits on pictures: " + picture_format_names("and") +
                         " files,\nfolders of them, or - for the standard input.",
                     "IMAGE..."},
                    predict_table(), argc, argv, &images);
  if (!options) return;
  if (images.empty()) {
    throw UsageError(
        "expected IMAGE..., files or folders or - for the standard input: see mnist "
        "predict --help");
  }
  if (options->json && options->csv) throw UsageError("--json and --csv exclude each other");
  if (options->show != Shown::kNothing && (options->json || options->csv)) {
    throw UsageError("--show and {} exclude each other", options->json ? "--json" : "--csv");
  }
  const std::filesystem::path model = find_model(options->model, kAccurateModel);
  set_threads(options->threads);
  Predictor(open_classifier(model, options->device, options->classifier), *options).run(images);
}

}  // namespace mnist
