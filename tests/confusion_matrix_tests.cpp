#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <vector>

#include "catch.hpp"
#include "golden.hpp"
#include "mnist/error.hpp"
#include "mnist/metrics/confusion_matrix.hpp"
#include "mnist/metrics/numpy_text.hpp"

namespace mnist {
namespace {

using Labels = std::vector<std::int64_t>;

TEST_CASE("a confusion matrix is scikit-learn's and prints as numpy prints it",
          "[confusion_matrix]") {
  const auto cases = test::golden_cases("confusion_matrix");
  REQUIRE_FALSE(cases.empty());
  for (const auto& [name, question, expected] : cases) {
    INFO(name);
    CHECK(test::answer(question) == expected);
  }
}

TEST_CASE("rows are true classes and columns predicted ones", "[confusion_matrix]") {
  const auto matrix = confusion_matrix(Labels{7, 7, 7, -2}, Labels{7, -2, -2, -2});
  CHECK(matrix.labels == Labels{-2, 7});
  CHECK(matrix.counts == std::vector<std::int64_t>{1, 0, 2, 1});
  CHECK(matrix.shares.empty());
  CHECK(matrix.text() == "[[1 0]\n [2 1]]");
  CHECK(matrix.json().dump() == "[[1,0],[2,1]]");
}

TEST_CASE("a normalised matrix keeps its counts", "[confusion_matrix]") {
  const auto matrix =
      confusion_matrix(Labels{0, 0, 0, 1}, Labels{0, 1, 1, 1}, {.normalize = Normalize::kTrue});
  CHECK(matrix.counts == std::vector<std::int64_t>{1, 2, 0, 1});
  CHECK(matrix.shares == std::vector<double>{1.0 / 3, 2.0 / 3, 0, 1});
  CHECK(matrix.text() == "[[0.33333333 0.66666667]\n [0.         1.        ]]");
}

TEST_CASE("a large matrix is printed whole where no threshold stands against it",
          "[confusion_matrix]") {
  Labels labels;
  for (std::int64_t label = 0; label < 40; ++label) labels.push_back(label);
  const auto matrix = confusion_matrix(labels, labels);
  CHECK(matrix.text().find("...") != std::string::npos);
  const std::string whole = matrix.text(std::numeric_limits<std::size_t>::max());
  CHECK(whole.find("...") == std::string::npos);
  CHECK(std::count(whole.begin(), whole.end(), '1') == 40);
}

TEST_CASE("labels at the ends of their type take no more memory than others",
          "[confusion_matrix]") {
  const Labels ends = {std::numeric_limits<std::int64_t>::min(),
                       std::numeric_limits<std::int64_t>::max()};
  CHECK(confusion_matrix(ends, ends).text() == "[[1 0]\n [0 1]]");
}

TEST_CASE("labels must hold a true class", "[confusion_matrix]") {
  CHECK_THROWS_AS(confusion_matrix(Labels{0, 1}, Labels{2, 2}, {.labels = Labels{2}}), Error);
  CHECK(confusion_matrix(Labels{0, 1}, Labels{2, 2}, {.labels = Labels{0, 2}}).counts ==
        std::vector<std::int64_t>{0, 1, 0, 0});
}

TEST_CASE("an array is summarised above the threshold, not at it", "[numpy_text]") {
  const std::vector<std::int64_t> values(1001, 7);
  CHECK(numpy_text(values) == "[7 7 7 ... 7 7 7]");
  CHECK(numpy_text(std::span(values).first(1000)).find("...") == std::string::npos);
  CHECK(numpy_text(std::span(values).first(7), 7, 7) == "[[7 7 7 7 7 7 7]]");
  CHECK(numpy_text(std::span(values).first(7), 7, 6) == "[[7 7 7 ... 7 7 7]]");
  CHECK(numpy_text(std::span(values).first(7), 1, 6) ==
        "[[7]\n [7]\n [7]\n ...\n [7]\n [7]\n [7]]");
}

TEST_CASE("numbers share an exponent form where one is below 1e-4 or they lie far apart",
          "[numpy_text]") {
  const auto text = [](std::vector<double> values) { return numpy_text(values, 2, 1000); };
  CHECK(text({0.0625, 0.0001}) == "[[0.0625 0.0001]]");
  CHECK(text({0.0625, 0.00009}) == "[[6.25e-02 9.00e-05]]");
  CHECK(text({0, 1}) == "[[0. 1.]]");
  CHECK(text({0, 1e-5}) == "[[0.e+00 1.e-05]]");
  CHECK(text({1e8, 1e8}) == "[[1.e+08 1.e+08]]");
  CHECK(text({1e7, 1.5e7}) == "[[10000000. 15000000.]]");
}

}  // namespace
}  // namespace mnist
