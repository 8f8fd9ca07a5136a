#include "server/inference_queue.hpp"

#include <algorithm>
#include <cstddef>
#include <exception>
#include <iterator>
#include <utility>

namespace mnist {
namespace {

constexpr std::size_t kMostImages = 256;  // in a batch of more than one request

}  // namespace

InferenceQueue::InferenceQueue(Classifier& classifier, int side)
    : classifier_(classifier),
      pixels_(static_cast<std::size_t>(side) * static_cast<std::size_t>(side)) {}

std::vector<float> InferenceQueue::probabilities(std::vector<float> images) {
  return wait_for(pixel_jobs_, std::move(images));
}

std::vector<Prediction> InferenceQueue::predict(std::vector<PreparedImage> images) {
  return wait_for(picture_jobs_, std::move(images));
}

template <typename Input, typename Output>
std::vector<Output> InferenceQueue::wait_for(Jobs<Input, Output>& waiting,
                                             std::vector<Input> input) {
  std::future<std::vector<Output>> output;
  {
    const std::lock_guard lock(mutex_);
    waiting.push_back({.input = std::move(input), .output = {}});
    output = waiting.back().output.get_future();
  }
  came_.notify_one();
  return output.get();
}

/// The first jobs of those that wait, at least one if there is any. `image_size`: how many inputs
/// are an image.
template <typename Input, typename Output>
InferenceQueue::Jobs<Input, Output> InferenceQueue::take(Jobs<Input, Output>& waiting,
                                                         std::size_t image_size) {
  std::size_t images = 0;
  const auto fits = [&](const Job<Input, Output>& job) {
    images += job.input.size() / image_size;
    return images <= kMostImages;
  };
  auto end = std::ranges::find_if_not(waiting, fits);
  if (end == waiting.begin() && end != waiting.end()) ++end;
  Jobs<Input, Output> taken(std::move_iterator(waiting.begin()), std::move_iterator(end));
  waiting.erase(waiting.begin(), end);
  return taken;
}

/// All at once; where that fails, each by itself, as only one of them may be to blame.
template <typename Input, typename Output, typename Answer>
void InferenceQueue::answer(Jobs<Input, Output>& jobs, std::size_t image_size,
                            const Answer& answer) {
  std::vector<Output> outputs;
  std::size_t all = 0;
  try {
    std::vector<Input> inputs;
    for (const auto& job : jobs) inputs.insert(inputs.end(), job.input.begin(), job.input.end());
    all = inputs.size();
    outputs = answer(std::move(inputs));
  } catch (...) {
    if (jobs.size() == 1) return jobs.front().output.set_exception(std::current_exception());
    for (auto& job : jobs) {
      Jobs<Input, Output> alone;
      alone.push_back(std::move(job));
      this->answer(alone, image_size, answer);
    }
    return;
  }
  count(all / image_size);
  auto next = std::move_iterator(outputs.begin());
  for (auto& job : jobs) {
    const auto share = static_cast<std::ptrdiff_t>(outputs.size() * job.input.size() / all);
    job.output.set_value(std::vector<Output>(next, next + share));
    next += share;
  }
}

void InferenceQueue::count(std::size_t images) {
  const std::lock_guard lock(mutex_);
  counts_.images += images;
  ++counts_.batches;
}

void InferenceQueue::run() {
  std::unique_lock lock(mutex_);
  while (true) {
    came_.wait(lock, [&] { return stops_ || !pixel_jobs_.empty() || !picture_jobs_.empty(); });
    PixelJobs pixels = take(pixel_jobs_, pixels_);
    PictureJobs pictures = take(picture_jobs_, 1);
    if (pixels.empty() && pictures.empty()) return;
    lock.unlock();
    if (!pixels.empty()) {
      answer(pixels, pixels_, [&](const std::vector<float>& images) {
        return mnist::probabilities(classifier_, images);
      });
    }
    if (!pictures.empty()) {
      answer(pictures, 1, [&](std::vector<PreparedImage> images) {
        return mnist::predict(classifier_, std::move(images));
      });
    }
    lock.lock();
  }
}

void InferenceQueue::stop() {
  {
    const std::lock_guard lock(mutex_);
    stops_ = true;
  }
  came_.notify_all();
}

InferenceQueue::Counts InferenceQueue::counts() const {
  const std::lock_guard lock(mutex_);
  return counts_;
}

}  // namespace mnist
