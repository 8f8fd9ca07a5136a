#include <torch/torch.h>

#include <new>

#include "catch.hpp"
#include "mnist/libtorch_error.hpp"

using namespace mnist;

namespace {

template <typename Action>
std::string said(const Action& action) {
  try {
    action();
  } catch (const std::exception& exception) {
    return one_line(exception);
  }
  return "nothing";
}

}  // namespace

TEST_CASE("a lack of memory is called that, whoever finds it", "[libtorch_error]") {
  CHECK(said([] { torch::empty({std::int64_t{1} << 50}); }) == "there is not enough memory");
  CHECK(said([] { throw std::bad_alloc(); }) == "there is not enough memory");
}

TEST_CASE("of LibTorch's pages the first line is taken", "[libtorch_error]") {
  const std::string text = said([] { torch::zeros({2, 3}).matmul(torch::zeros({2, 3})); });
  CHECK(text.find("(2x3 and 2x3)") != std::string::npos);
  CHECK(text.find('\n') == std::string::npos);
}
