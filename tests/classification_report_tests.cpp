#include <fmt/format.h>

#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "catch.hpp"
#include "golden.hpp"
#include "mnist/error.hpp"
#include "mnist/metrics/classification_report.hpp"
#include "mnist/metrics/numpy_sum.hpp"

namespace mnist {
namespace {

using Labels = std::vector<std::int64_t>;

const Labels kTrue = {0, 1, 2, 2, 2};
const Labels kPredicted = {0, 0, 2, 2, 1};

TEST_CASE("a report is scikit-learn's to the last character, bit and warning",
          "[classification_report]") {
  const auto cases = test::golden_cases("classification_report");
  REQUIRE_FALSE(cases.empty());
  for (const auto& [name, question, expected] : cases) {
    INFO(name);
    const auto found = test::answer(question);
    CHECK(found == expected);
    // Objects compare equal whatever the order of their keys.
    CHECK(found.value("dict", test::Json()).dump() == expected.value("dict", test::Json()).dump());
  }
}

TEST_CASE("a report aligns names, scores and supports", "[classification_report]") {
  const auto report = classification_report(
      kTrue, kPredicted, {.target_names = std::vector<std::string>{"zero", "one", "two"}});
  CHECK(report.text() ==
        "              precision    recall  f1-score   support\n"
        "\n"
        "        zero       0.50      1.00      0.67         1\n"
        "         one       0.00      0.00      0.00         1\n"
        "         two       1.00      0.67      0.80         3\n"
        "\n"
        "    accuracy                           0.60         5\n"
        "   macro avg       0.50      0.56      0.49         5\n"
        "weighted avg       0.70      0.60      0.61         5\n");
  CHECK(report.warnings.empty());
}

TEST_CASE("names are padded by code points, not by columns on a terminal",
          "[classification_report]") {
  const auto report = classification_report(
      kTrue, kPredicted,
      {.target_names = std::vector<std::string>{"数字零", "e\u0301te\u0301", "plain"}});
  const std::string text = report.text();
  CHECK(text.find("\n         数字零       0.50") != std::string::npos);
  CHECK(text.find("\n       e\u0301te\u0301       0.00") != std::string::npos);
  CHECK(text.find("\n       plain       1.00") != std::string::npos);
}

TEST_CASE("a report's numbers survive JSON text to the bit", "[classification_report]") {
  const auto dict = classification_report(kTrue, kPredicted).dict();
  CHECK(nlohmann::ordered_json::parse(dict.dump()) == dict);
  CHECK(dict["accuracy"] == 0.6);
  CHECK(dict["2"]["support"].is_number_float());
}

TEST_CASE("undefined scores warn once for the rows and once for each average",
          "[classification_report]") {
  const auto count = [](ZeroDivision zero_division) {
    return classification_report(Labels{0, 1}, Labels{0, 0}, {.zero_division = zero_division})
        .warnings.size();
  };
  CHECK(count(ZeroDivision::kWarn) == 3);  // The micro average is defined.
  CHECK(count(ZeroDivision::kZero) == 0);
  CHECK(count(ZeroDivision::kOne) == 0);
  CHECK(count(ZeroDivision::kNan) == 0);
}

TEST_CASE("labels far apart take no more memory than others", "[classification_report]") {
  Labels labels;
  for (std::int64_t i = 0; i < 100'000; ++i) {
    labels.push_back(std::numeric_limits<std::int64_t>::max() - i * 90'000'000'000'000);
  }
  const auto report = classification_report(labels, labels);
  CHECK(report.classes.size() == labels.size());
  CHECK(report.averages.front().scores.f1_score == 1);
}

TEST_CASE("too few names are an error unless labels are given", "[classification_report]") {
  const std::vector<std::string> names = {"zero", "one"};
  CHECK_THROWS_AS(classification_report(kTrue, kPredicted, {.target_names = names}), Error);
  const auto report =
      classification_report(kTrue, kPredicted, {.labels = Labels{0, 1, 2}, .target_names = names});
  CHECK(report.classes.size() == 2);
  CHECK(report.warnings.front() ==
        "UserWarning: labels size, 3, does not match size of target_names, 2");
}

TEST_CASE("sums are rounded as numpy rounds them", "[numpy_sum]") {
  // Only eight partial sums see a one each before the large number swallows them.
  std::vector<float> values(64, 1.0F);
  values[0] = 1 << 24;
  CHECK(numpy_sum<float>(values) == (1 << 24) + 56.0F);
  CHECK(numpy_sum<float>({}) == 0);
  const std::vector<double> tenths(1000, 0.1);
  CHECK(fmt::format("{}", numpy_sum<double>(tenths)) == "100.00000000000001");
}

}  // namespace
}  // namespace mnist
