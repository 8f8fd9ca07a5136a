#pragma once

#include <cstdint>
#include <semaphore>
#include <string>
#include <utility>
#include <vector>

#include "mnist/model_facts.hpp"
#include "server/http.hpp"
#include "server/inference_queue.hpp"

namespace mnist {

/// Answers `POST /predict`: a picture, in any format that is read, as the body or as the one file
/// of a form. The answer is what `mnist predict --json` prints for it.
class PictureAnswer {
 public:
  /// `at_once`: how many pictures are read at the same time, each of which takes memory and a core;
  /// `most_pixels`: of one.
  PictureAnswer(InferenceQueue& queue, ModelFacts facts, int at_once, std::uint64_t most_pixels)
      : queue_(queue), facts_(std::move(facts)), most_pixels_(most_pixels), places_(at_once) {}

  /// In the query `all` stands for `--all`, and `show=input` adds to each digit its "input", what
  /// the network saw. Throws `HttpError`: 400 for another query or form, 413 where the picture has
  /// too many pixels, 415 where it is none, 422 where it is damaged or has no digit on it.
  HttpAnswer operator()(const HttpRequest& request);

 private:
  std::vector<PreparedImage> prepare(const std::string& bytes, const std::string& name,
                                     Digits which);

  InferenceQueue& queue_;
  ModelFacts facts_;
  std::uint64_t most_pixels_;
  std::counting_semaphore<> places_;
};

}  // namespace mnist
