#include "catch.hpp"
#include "console/progress.hpp"

using namespace mnist;

TEST_CASE("durations are shown as Keras shows them", "[progress]") {
  CHECK(format_duration(0.4) == "0s");
  CHECK(format_duration(12.6) == "13s");
  CHECK(format_duration(60) == "1:00");
  CHECK(format_duration(3725) == "1:02:05");
  CHECK(format_step_time(0.0000123) == "12us/step");
  CHECK(format_step_time(0.0068) == "7ms/step");
  CHECK(format_step_time(2.2) == "2s/step");
}
