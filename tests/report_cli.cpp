// Answers questions to the metrics, one a line, from stdin to stdout: the C++ side of
// sklearn_comparison.py.

#include <iostream>
#include <string>

#include "metrics_answer.hpp"

int main() {
  std::string line;
  while (std::getline(std::cin, line)) {
    std::cout << mnist::test::answer(mnist::test::Json::parse(line)) << std::endl;
  }
}
