#include "mnist/model_forms/recognition.hpp"

#include <ATen/CPUGeneratorImpl.h>
#include <fmt/ranges.h>

#include <optional>

#include "mnist/error.hpp"
#include "mnist/model_forms/returned.hpp"

namespace mnist {
namespace {

using torch::Tensor;

constexpr std::int64_t kNoiseImages = 7;    // no size that a model has for anything else
constexpr std::int64_t kUsualClasses = 10;  // where a model returns more than its answers

/// The images are noise, the same at each call, and leave LibTorch's global generator alone.
Tensor noise_images(std::int64_t side, std::uint64_t seed) {
  return torch::rand({kNoiseImages, 1, side, side}, at::make_generator<at::CPUGeneratorImpl>(seed));
}

/// As much ink as digits have.
Tensor sparse_noise_images(std::int64_t side) {
  const Tensor noise = noise_images(side, 1);
  return noise * noise_images(side, 2).gt(0.8);
}

/// Notes in `asking` where in what was returned the answers are, how many classes they are for, and
/// their type.
void learn_answers(Asking& asking, const torch::IValue& returned, std::int64_t images) {
  const std::vector<ReturnedTensor> tensors = tensors_in(returned);
  std::vector<const ReturnedTensor*> usual, others;
  for (const ReturnedTensor& found : tensors) {
    if (rows_of(found.tensor, images, kUsualClasses)) {
      usual.push_back(&found);
    } else if (rows_of(found.tensor, images, 0)) {
      others.push_back(&found);
    }
  }
  if (usual.empty() && others.size() != 1) {
    throw Error("the model answers {} images with {}: expected {} floating-point numbers [{}, {}]",
                images, describe(returned), tensors.empty() ? "a tensor of" : "one tensor of",
                images, kUsualClasses);
  }
  const ReturnedTensor& answers = usual.empty() ? *others.front() : *usual.front();
  asking.place = answers.place;
  asking.classes = answers.tensor.numel() / images;
  asking.type = answers.tensor.scalar_type();
}

/// Throws where this is no way to ask.
void try_asking(Asking& asking, const Tensor& images) {
  const Tensor one = images.slice(0, 0, 1);
  if (asking.grouping == Grouping::kOne) {
    learn_answers(asking, run(asking, one), 1);
  } else {
    learn_answers(asking, run(asking, images), images.size(0));
    try {
      ask(asking, one);
    } catch (const Error&) {
      asking.grouping = Grouping::kTwoOrMore;
      ask(asking, one);
    }
  }
  ask(asking, images);
}

Asking find_asking(const std::vector<torch::jit::Module>& modules, torch::Device device,
                   const ClassifierOptions& options) {
  std::vector<const InputForm*> inputs;
  for (const InputForm& form : input_forms()) {
    if (!options.input || options.input == &form) inputs.push_back(&form);
  }
  const Tensor images = noise_images(options.image_side, 0);
  std::optional<Error> refusal;
  for (const Grouping grouping : {Grouping::kAny, Grouping::kOne}) {
    for (const InputForm* input : inputs) {
      for (const torch::jit::Module& module : modules) {
        try {
          Asking asking{.module = module,
                        .device = device,
                        .pixels = options.pixels,
                        .input = input,
                        .grouping = grouping};
          try_asking(asking, images);
          return asking;
        } catch (const Error& error) {
          if (grouping == Grouping::kAny && input == inputs.front()) refusal = error;
        }
      }
    }
  }
  throw *refusal;
}

double epsilon_of(torch::Dtype type) {
  return type == torch::kBFloat16 ? 0x1p-7 : type == torch::kFloat16 ? 0x1p-10 : 0x1p-23;
}

std::string sizes_text(const Tensor& tensor) {
  return fmt::format("[N, {}]", fmt::join(tensor.sizes().slice(1), ", "));
}

/// What is not as with a model of ours.
std::vector<std::string> notes_on(const Asking& asking, const ClassifierOptions& options) {
  std::vector<std::string> notes;
  if (!options.input && asking.input != &input_forms().front()) {
    const Tensor input = asking.input->arrange(noise_images(options.image_side, 0));
    notes.push_back(fmt::format("the model is given its images as {} ({})", sizes_text(input),
                                asking.input->name));
  }
  if (asking.grouping == Grouping::kOne) {
    notes.emplace_back("the model takes one image at a time, as one does that was traced so");
  }
  if (asking.grouping == Grouping::kTwoOrMore) {
    notes.emplace_back("the model fails with one image, which is given to it twice");
  }
  if (!asking.place.empty()) {
    notes.push_back(fmt::format("the model returns several values: its answers are taken from {}",
                                asking.place));
  }
  return notes;
}

/// Where dropout or batch normalization were left in training mode, the answers say so.
std::optional<std::string> unsteadiness(const Asking& asking, const Tensor& images,
                                        const Tensor& answers) {
  const auto differ = [](const Tensor& a, const Tensor& b) {
    return !torch::allclose(a, b, /*rtol=*/1e-3, /*atol=*/1e-5, /*equal_nan=*/true);
  };
  if (differ(ask(asking, images), answers)) {
    return "the model answers the same images differently each time, as one does that was traced "
           "in training mode, with its dropout: expected evaluation mode";
  }
  if (asking.type == torch::kFloat32 &&
      differ(ask(asking, images.slice(0, 0, 1)), answers.slice(0, 0, 1))) {
    return "the model's answer to an image depends on the images beside it, as where a batch "
           "normalization is in training mode: expected evaluation mode";
  }
  return std::nullopt;
}

}  // namespace

Recognised recognise(const std::vector<torch::jit::Module>& modules, torch::Device device,
                     const ClassifierOptions& options) {
  Recognised result{find_asking(modules, device, options), options.answers, {}};
  const Asking& asking = result.asking;
  result.notes = notes_on(asking, options);
  const Tensor noise = noise_images(options.image_side, 0);
  const Tensor answers = ask(asking, noise);
  if (const auto note = unsteadiness(asking, noise, answers)) result.notes.push_back(*note);
  const Tensor all = torch::cat({answers, ask(asking, sparse_noise_images(options.image_side))});
  if (!result.answers) {
    result.answers = &recognise_answers(all, epsilon_of(asking.type));
    if (result.answers->output != Output::kProbabilities) {
      result.notes.push_back(fmt::format("the model's answers are taken for {}: {}",
                                         result.answers->name, result.answers->why));
    }
  }
  as_probabilities(all, *result.answers);
  return result;
}

}  // namespace mnist
