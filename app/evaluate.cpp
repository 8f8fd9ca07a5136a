#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "commands.hpp"
#include "console/report.hpp"
#include "mnist/better_pixels.hpp"
#include "mnist/dataset.hpp"
#include "mnist/files/atomic_file.hpp"
#include "mnist/machine/threads.hpp"
#include "mnist/model_facts.hpp"
#include "mnist/weights.hpp"
#include "options/shared_options.hpp"
#include "report/page.hpp"
#include "report/pictures.hpp"
#include "run/notes.hpp"
#include "run/open_classifier.hpp"
#include "run/results.hpp"
#include "run/run_folder.hpp"

namespace mnist {
namespace {

struct EvaluateOptions {
  std::filesystem::path model;
  ClassifierOptions classifier;
  std::filesystem::path data;
  std::vector<std::string> classes;  ///< the names to use; none for the model's or the data's
  std::filesystem::path output;      ///< empty for none
  std::filesystem::path html;        ///< empty for none
  bool json = false;
  int report_digits = 4;
  int threads = available_cores();
  c10::Device device = c10::kCPU;
  Color color = Color::kAuto;
};

OptionTable<EvaluateOptions> evaluate_table() {
  OptionTable<EvaluateOptions> table;
  add_model_option(table).on_record();
  add_classifier_options(table);
  table.add(
      "output", "DIR", "folder that receives metrics.json and predictions.csv",
      [](auto& o) -> auto& { return o.output; }, Path());
  table.add(
      "html", "FILE", "write the report as a page too, with pictures of the mistakes",
      [](auto& o) -> auto& { return o.html; }, Path());
  table.add(
      "json", "", "print metrics.json instead of the report",
      [](auto& o) -> auto& { return o.json; }, Switch());
  add_digits_option(table);
  add_data_option(table);
  add_classes_option(table);
  add_threads_option(table);
  add_device_option(table).on_record();
  add_color_option(table);
  return table;
}

/// As they are typed.
std::string words_of(const PixelScale& pixels) {
  const PixelScale usual;
  std::string words;
  const auto add = [&](const char* option, double value, double default_value) {
    if (value == default_value) return;
    words += fmt::format("{}--{} {}", words.empty() ? "" : " ", option, value);
  };
  add("scale", pixels.scale, usual.scale);
  add("mean", pixels.mean, usual.mean);
  add("std", pixels.std, usual.std);
  return words;
}

void save_page(const std::filesystem::path& path, RunRecord run, const Classifier& classifier,
               const Evaluation& evaluation, const Dataset& test) {
  run.weights_sha256 = weights_sha256(classifier.module());
  write_file_atomically(path, report_page(report_of(run, evaluation, test)));
}

}  // namespace

void run_evaluate(int argc, const char* const* argv) {
  const OptionTable<EvaluateOptions> table = evaluate_table();
  auto options = parse_options(
      {"evaluate", "Reports on a saved model: how it answers the test images."}, table, argc, argv);
  if (!options) return;
  options->model = find_model(options->model);
  set_threads(options->threads);

  Classifier classifier = open_classifier(options->model, options->device, options->classifier);
  const ModelFacts model = facts_of(classifier);
  const Data data = load_data(find_data(options->data), {.with_training = false,
                                                         .classes = options->classes,
                                                         .model_classes = model.classes,
                                                         .model_side = model.images.side});
  const RunRecord record{.command = "evaluate",
                         .options = table.record(*options),
                         .machine = this_machine(options->threads),
                         .data = data.facts};
  print_notes(record);
  std::optional<RunFolder> folder;
  if (!options->output.empty()) folder.emplace(options->output);

  const Evaluation evaluation =
      evaluate(classifier, data.test,
               {.report_digits = options->report_digits, .classes = data.facts.classes});
  if (folder) save_evaluation(folder->path(), evaluation, record);
  if (options->json) {
    print_stdout("{}", metrics_json(evaluation, record));
  } else {
    print_report(evaluation, options->color);
  }
  if (!options->html.empty()) {
    save_page(options->html, record, classifier, evaluation, data.test);
  }
  if (const auto better = find_better_pixels(classifier, data.test, evaluation.accuracy)) {
    print_note("with {} the model is right about {:.4f} of the images, for {:.4f} as it was asked",
               words_of(better->pixels), better->accuracy, evaluation.accuracy);
  }
}

}  // namespace mnist
