#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

#include "catch.hpp"
#include "golden.hpp"
#include "mnist/error.hpp"
#include "mnist/metrics/metrics.hpp"

namespace mnist {
namespace {

using Labels = std::vector<std::int64_t>;

TEST_CASE("accuracy and top-k accuracy are scikit-learn's to the bit", "[metrics]") {
  for (const std::string function : {"accuracy_score", "top_k_accuracy_score"}) {
    const auto cases = test::golden_cases(function);
    REQUIRE_FALSE(cases.empty());
    for (const auto& [name, question, expected] : cases) {
      INFO(name);
      CHECK(test::answer(question) == expected);
    }
  }
}

TEST_CASE("log loss is scikit-learn's to float32's last digits", "[metrics]") {
  const auto cases = test::golden_cases("log_loss");
  REQUIRE_FALSE(cases.empty());
  for (const auto& [name, question, expected] : cases) {
    INFO(name);
    auto found = test::answer(question);
    if (expected.contains("value")) {
      const double value = expected["value"];
      CHECK(std::abs(found.at("value").get<double>() - value) <= 1e-6 * value);
      found["value"] = value;
    }
    CHECK(found == expected);
  }
}

TEST_CASE("a certain and wrong prediction costs 15.94", "[metrics]") {
  const std::vector<float> probabilities = {1, 0, 0, 1};
  const auto loss = log_loss(Labels{1, 0}, {probabilities, 2}).value;
  CHECK(loss > 15.942);
  CHECK(loss < 15.943);
}

TEST_CASE("scores must fill whole rows", "[metrics]") {
  const std::vector<float> scores(5, 0.5F);
  CHECK_THROWS_AS(log_loss(Labels{0, 1}, {scores, 2}), Error);
  CHECK_THROWS_AS(top_k_accuracy_score(Labels{0, 1, 2}, {scores, 3}), Error);
  CHECK_THROWS_AS(log_loss(Labels{0, 1}, {scores, 0}), Error);
}

TEST_CASE("the most confused come first, and equals in the order of their labels", "[metrics]") {
  const Labels y_true = {4, 9, 9, 3, 3, 7, -1, 5, 5};
  const Labels y_pred = {9, 4, 4, 5, 5, 2, -3, 5, 5};
  const std::vector<Confusion> all = {{3, 5, 2}, {9, 4, 2}, {-1, -3, 1}, {4, 9, 1}, {7, 2, 1}};
  CHECK(most_confused(y_true, y_pred) == all);
  CHECK(most_confused(y_true, y_pred, 2) == std::vector<Confusion>(all.begin(), all.begin() + 2));
  CHECK(most_confused(y_true, y_pred, 0).empty());
  CHECK(most_confused(y_true, y_true).empty());
  CHECK_THROWS_AS(most_confused(y_true, Labels{1}), Error);
  CHECK_THROWS_AS(most_confused(Labels{}, Labels{}), Error);
}

}  // namespace
}  // namespace mnist
