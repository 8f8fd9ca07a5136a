/// Finds the digits of the picture that it is given, and scores a guess at them.

#include <cstdint>
#include <cstdio>
#include <vector>

#include "mnist/image/digits.hpp"
#include "mnist/image/read_image.hpp"
#include "mnist/metrics/metrics.hpp"

int main(int, char** argv) {
  const auto digits = mnist::find_digits(mnist::read_image(argv[1]));
  const std::vector<std::int64_t> labels = {1, 2, 3, 4}, guesses = {1, 2, 3, 5};
  std::printf("%zu digits, accuracy %.2f\n", digits.size(), mnist::accuracy_score(labels, guesses));
}
