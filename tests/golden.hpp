#pragma once

#include <fstream>
#include <string>
#include <string_view>
#include <vector>

#include "metrics_answer.hpp"

namespace mnist::test {

/// A question to the metrics and scikit-learn's answer (golden/make_metrics_golden.py).
struct GoldenCase {
  std::string name;
  Json question;
  Json answer;
};

inline std::vector<GoldenCase> golden_cases(std::string_view function) {
  const std::string folder = MNIST_GOLDEN "/";
  std::ifstream question_file(folder + "metrics_questions.json");
  std::ifstream answer_file(folder + "metrics_answers.json");
  const Json questions = Json::parse(question_file);
  const Json answers = Json::parse(answer_file);
  std::vector<GoldenCase> cases;
  for (const auto& [name, question] : questions.items()) {
    if (question.at("function") == function) cases.push_back({name, question, answers.at(name)});
  }
  return cases;
}

}  // namespace mnist::test
