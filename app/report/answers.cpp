#include "report/answers.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <functional>
#include <utility>

#include "report/html.hpp"

namespace mnist {
namespace {

std::vector<Answer> answers_that_are(bool right, const Evaluation& evaluation) {
  const std::size_t classes = evaluation.classes.size();
  std::vector<Answer> answers;
  for (std::size_t row = 0; row < evaluation.labels.size(); ++row) {
    const std::int64_t label = evaluation.labels[row], prediction = evaluation.predictions[row];
    if ((label == prediction) != right) continue;
    answers.push_back(
        {row, label, prediction,
         evaluation.probabilities[row * classes + static_cast<std::size_t>(prediction)]});
  }
  return answers;
}

std::vector<Answer> first_of(std::vector<Answer> answers, std::size_t most, auto order) {
  std::ranges::stable_sort(answers, order, &Answer::probability);
  if (answers.size() > most)
    answers.erase(answers.begin() + static_cast<std::ptrdiff_t>(most), answers.end());
  return answers;
}

}  // namespace

std::vector<Answer> worst_mistakes(const Evaluation& evaluation, std::size_t most) {
  return first_of(answers_that_are(false, evaluation), most, std::ranges::greater());
}

std::vector<Answer> least_certain(const Evaluation& evaluation, std::size_t most) {
  return first_of(answers_that_are(true, evaluation), most, std::ranges::less());
}

std::string percent(double share) {
  return fmt::format("{:.1f}%", share < 1 ? std::min(100 * share, 99.9) : 100);
}

std::string caption_of(const Answer& answer, const std::vector<std::string>& classes) {
  const auto name = [&](std::int64_t label) {
    return shortened(classes[static_cast<std::size_t>(label)], kMostOfAName);
  };
  if (answer.is_right())
    return fmt::format("{}, {}", name(answer.label), percent(answer.probability));
  return fmt::format("{} taken for {}, {}", name(answer.label), name(answer.prediction),
                     percent(answer.probability));
}

std::string gallery(const std::vector<Answer>& answers, const std::vector<std::string>& classes) {
  std::string html = "<ul class=\"gallery\">\n";
  for (const Answer& answer : answers) {
    html += fmt::format(
        "<li><figure><img alt=\"test image {}\" src=\"{}\"><figcaption>{}</figcaption></figure>"
        "</li>\n",
        answer.row, png_uri(answer.png), escaped(caption_of(answer, classes)));
  }
  return html + "</ul>\n";
}

}  // namespace mnist
