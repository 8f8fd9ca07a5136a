#pragma once

#include <c10/core/Device.h>

#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "console/terminal.hpp"
#include "mnist/machine/cores.hpp"
#include "mnist/model_forms/classifier_options.hpp"
#include "options/option_table.hpp"

// The options that mean the same in more than one command. Each `add_…_option` sets the member of
// `Options` that has its name, `add_digits_option` that called `report_digits`.
namespace mnist {

/// A name that `find_device` knows, of a device that is there.
struct DeviceName {
  c10::Device parse(const std::string& option, const std::string& text) const;
  OptionValue write(const c10::Device& device) const { return device.str(); }
};

inline constexpr int kMostThreads = 1024;

/// A file with the names of classes, one a line.
struct ClassNames {
  std::vector<std::string> parse(const std::string& option, const std::string& text) const;
  OptionValue write(const std::vector<std::string>& names) const;
};

template <typename Options>
void add_data_option(OptionTable<Options>& table) {
  table
      .add(
          "data", "DIR",
          "folder with the data: the four IDX files, mnist.npz, or a subfolder of pictures per "
          "class",
          [](auto& options) -> auto& { return options.data; }, Path())
      .with_default("$MNIST_DATA, else data/mnist");
}

template <typename Options>
void add_classes_option(OptionTable<Options>& table) {
  table
      .add(
          "classes", "FILE", "file with the names of the classes, one per line",
          [](auto& options) -> auto& { return options.classes; }, ClassNames())
      .with_default("the data's or the model's own");
}

/// The models that are published in models/: the tutorial's, which commands take by themselves, and
/// the one that reads most pictures right, which `predict` does.
inline constexpr const char* kTutorialModel = "mnist-cnn.pt";
inline constexpr const char* kAccurateModel = "mnist-accurate.pt";

template <typename Options>
auto& add_model_option(OptionTable<Options>& table, const std::string& published = kTutorialModel) {
  return table
      .add(
          "model", "FILE", "TorchScript file", [](auto& options) -> auto& { return options.model; },
          Path())
      .with_default("$MNIST_MODEL, else models/" + published);
}

/// `rows`: a table of forms. "auto" stands for none of them.
template <typename Form>
Choice<const Form*> choice_of_forms(std::span<const Form> rows) {
  Choice<const Form*> choice{{{"auto", nullptr}}};
  for (const Form& row : rows) choice.choices.emplace_back(row.name, &row);
  return choice;
}

/// How the model is asked: members of `Options::classifier`.
template <typename Options>
void add_classifier_options(OptionTable<Options>& table) {
  const Choice answers = choice_of_forms(answer_forms());
  const Choice inputs = choice_of_forms(input_forms());
  const Real any{-1e9, 1e9}, positive{1e-9, 1e9};
  table
      .add(
          "answers", "FORM", "what the model answers with: " + answers.names(),
          [](auto& options) -> auto& { return options.classifier.answers; }, answers)
      .on_record();
  table
      .add(
          "input", "FORM", "what the model takes images as: " + inputs.names(),
          [](auto& options) -> auto& { return options.classifier.input; }, inputs)
      .on_record();
  table
      .add(
          "scale", "X", "the model takes pixels from 0 to X, such as 255",
          [](auto& options) -> auto& { return options.classifier.pixels.scale; }, positive)
      .on_record();
  table
      .add(
          "mean", "X", "subtracted from each pixel after --scale, such as 0.1307",
          [](auto& options) -> auto& { return options.classifier.pixels.mean; }, any)
      .on_record();
  table
      .add(
          "std", "X", "each pixel is divided by it after --mean, such as 0.3081",
          [](auto& options) -> auto& { return options.classifier.pixels.std; }, positive)
      .on_record();
}

template <typename Options>
auto& add_threads_option(OptionTable<Options>& table) {
  return table
      .add(
          "threads", "N", "threads to compute with, at most one per core",
          [](auto& options) -> auto& { return options.threads; }, Whole{1, kMostThreads})
      .with_default("the cores this process may use");
}

template <typename Options>
auto& add_device_option(OptionTable<Options>& table) {
  return table.add(
      "device", "NAME", "where to compute: cpu, cuda, cuda:N or auto",
      [](auto& options) -> auto& { return options.device; }, DeviceName());
}

template <typename Options>
void add_color_option(OptionTable<Options>& table) {
  table.add(
      "color", "WHEN", "colours: auto (on a terminal), always or never",
      [](auto& options) -> auto& { return options.color; },
      Choice<Color>{
          {{"auto", Color::kAuto}, {"always", Color::kAlways}, {"never", Color::kNever}}});
}

template <typename Options>
void add_digits_option(OptionTable<Options>& table) {
  table.add(
      "digits", "N", "digits after the decimal point in the report",
      [](auto& options) -> auto& { return options.report_digits; }, Whole{0, 100});
}

/// What `--data` and `--model` name; where they were not given, what $MNIST_DATA and $MNIST_MODEL
/// name, be it there or not. Where these are not set either, the first that is there of data/mnist
/// and models/`published` here, the same in the sources whose build the program lies in, and what
/// is installed with the program. Throws `Error` with all places where there is none.
std::filesystem::path find_data(const std::filesystem::path& given);
std::filesystem::path find_model(const std::filesystem::path& given,
                                 const std::string& published = kTutorialModel);

}  // namespace mnist
