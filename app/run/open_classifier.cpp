#include "run/open_classifier.hpp"

#include <torch/csrc/jit/runtime/print_handler.h>

#include <string>

#include "console/terminal.hpp"
#include "mnist/error.hpp"
#include "mnist/machine/threads.hpp"
#include "run/crash_line.hpp"

namespace mnist {
namespace {

/// Many models print the same for each batch.
void show_print(const std::string& text) {
  static std::string last;
  if (text == last) return;
  last = text;
  print_note("the model prints: {}", text.substr(0, text.find_last_not_of('\n') + 1));
}

}  // namespace

Classifier open_classifier(const std::filesystem::path& path, c10::Device device,
                           const ClassifierOptions& options) {
  torch::jit::setPrintHandler(show_print);
  const CrashLine crash_line(path);
  Classifier classifier = Classifier::load(path, device, options);
  for (const std::string& note : classifier.notes()) print_note("{}", note);
  if (classifier.runs_on_kernels()) run_operators_serially();
  return classifier;
}

ModelFacts facts_of(const Classifier& classifier, const std::vector<std::string>& classes) {
  ModelFacts facts = facts_of(classifier);
  if (classes.empty()) return facts;
  if (classes.size() != facts.classes.size()) {
    throw Error("--classes names {} classes: expected {}, as many as the model", classes.size(),
                facts.classes.size());
  }
  facts.classes = classes;
  return facts;
}

}  // namespace mnist
