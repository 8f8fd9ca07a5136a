#include <cstdint>
#include <vector>

#include "catch.hpp"
#include "console/shaded_matrix.hpp"

using namespace mnist;

TEST_CASE("a shaded matrix is green on the diagonal, red beside it, stronger with the share",
          "[shaded_matrix]") {
  std::vector<std::int64_t> labels(1000, 0), predictions(1000, 0);
  predictions[0] = 7;                 // one in a thousand
  labels.insert(labels.end(), 2, 7);  // and one half
  predictions.insert(predictions.end(), {0, 7});
  CHECK(shaded_matrix(confusion_matrix(labels, predictions)) ==
        "rows: true, columns: predicted\n"
        "    0   7 \n"
        "0 \033[48;5;46;30m999 \033[0m\033[48;5;52;97m  1 \033[0m\n"
        "7 \033[48;5;160;97m  1 \033[0m\033[48;5;40;30m  1 \033[0m\n");
}
