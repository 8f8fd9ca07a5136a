#include <stdexcept>

#include "catch.hpp"
#include "errors.hpp"
#include "mnist/files/read_file.hpp"
#include "run/results.hpp"
#include "temporary_folder.hpp"

using namespace mnist;

TEST_CASE("a model that cannot be proved is kept under a name that says so", "[results]") {
  const TemporaryFolder folder;
  const std::filesystem::path model = folder / "model.pt", unproved = folder / "model.unproved.pt";
  CHECK_FALSE(save_model(model, "first", [] {}));
  CHECK(read_file(model, 100) == "first");

  const auto doubt = save_model(model, "second", [] { throw std::runtime_error("2 is not 3"); });
  REQUIRE(doubt);
  CHECK(contains(*doubt, "the model is not proved: 2 is not 3"));
  CHECK(contains(*doubt, unproved.string()));
  CHECK(read_file(unproved, 100) == "second");
  CHECK(read_file(model, 100) == "first");

  CHECK_FALSE(save_model(model, "third", [] {}));
  CHECK(read_file(model, 100) == "third");
  CHECK(read_file(unproved, 100) == "second");
  remove_unproved_model(model);
  CHECK_FALSE(std::filesystem::exists(unproved));
  CHECK(read_file(model, 100) == "third");
}
