#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <future>
#include <mutex>
#include <vector>

#include "mnist/prediction.hpp"

namespace mnist {

class Classifier;

/// What the requests ask of the classifier that they share. It answers on one thread, the one that
/// calls `run`, and what waits together is answered together: a batch costs it little more than one
/// image.
class InferenceQueue {
 public:
  /// `side`: of the classifier's images, in pixels.
  InferenceQueue(Classifier& classifier, int side);

  /// As the functions of that name in mnist/prediction.hpp, of at least one image; they wait for
  /// the answer. Each throws what its own images cause, whatever others were answered with them.
  std::vector<float> probabilities(std::vector<float> images);
  std::vector<Prediction> predict(std::vector<PreparedImage> images);

  /// Answers until `stop`, and what waits then.
  void run();
  void stop();

  struct Counts {
    std::uint64_t images = 0, batches = 0;
  };
  /// What was answered so far.
  Counts counts() const;

 private:
  template <typename Input, typename Output>
  struct Job {
    std::vector<Input> input;
    std::promise<std::vector<Output>> output;
  };
  template <typename Input, typename Output>
  using Jobs = std::vector<Job<Input, Output>>;
  using PixelJobs = Jobs<float, float>;
  using PictureJobs = Jobs<PreparedImage, Prediction>;

  template <typename Input, typename Output>
  std::vector<Output> wait_for(Jobs<Input, Output>& waiting, std::vector<Input> input);
  template <typename Input, typename Output>
  Jobs<Input, Output> take(Jobs<Input, Output>& waiting, std::size_t image_size);
  template <typename Input, typename Output, typename Answer>
  void answer(Jobs<Input, Output>& jobs, std::size_t image_size, const Answer& answer);
  void count(std::size_t images);

  Classifier& classifier_;
  std::size_t pixels_;  ///< of an image
  mutable std::mutex mutex_;
  std::condition_variable came_;
  PixelJobs pixel_jobs_;
  PictureJobs picture_jobs_;
  Counts counts_;
  bool stops_ = false;
};

}  // namespace mnist
