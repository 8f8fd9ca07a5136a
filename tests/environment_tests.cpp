#include <map>
#include <string>
#include <utility>
#include <vector>

#include "catch.hpp"
#include "errors.hpp"
#include "mnist/distributed/environment.hpp"

using namespace mnist;

namespace {

using Variables = std::map<std::string, std::string>;

Membership membership_of(const Variables& variables) {
  return membership_in([&](const char* name) -> const char* {
    const auto found = variables.find(name);
    return found == variables.end() ? nullptr : found->second.c_str();
  });
}

}  // namespace

TEST_CASE("what starts processes tells each its place", "[distributed]") {
  const Variables meeting{{"MASTER_ADDR", "node1"}, {"MASTER_PORT", "29400"}};
  const std::vector<std::pair<const char*, const char*>> kinds{
      {"RANK", "WORLD_SIZE"},
      {"OMPI_COMM_WORLD_RANK", "OMPI_COMM_WORLD_SIZE"},
      {"PMI_RANK", "PMI_SIZE"},
      {"SLURM_PROCID", "SLURM_STEP_NUM_TASKS"}};
  for (const auto& [rank, size] : kinds) {
    Variables variables = meeting;
    variables[rank] = "2";
    variables[size] = "4";
    const Membership found = membership_of(variables);
    CHECK((found.rank == 2 && found.size == 4));
    CHECK((found.host == "node1" && found.port == 29400));
    variables.erase(size);
    CHECK(membership_of(variables).size == 1);
  }
  CHECK(membership_of({}).size == 1);
  // A batch script is one process, whatever it may start.
  CHECK(membership_of({{"SLURM_PROCID", "0"}, {"SLURM_NTASKS", "4"}}).size == 1);
  CHECK(membership_of({{"RANK", "0"}, {"WORLD_SIZE", "1"}}).size == 1);
}

TEST_CASE("processes that torchrun started meet on a port of their own", "[distributed]") {
  Variables variables{{"RANK", "1"},
                      {"WORLD_SIZE", "2"},
                      {"MASTER_ADDR", "::1"},
                      {"MASTER_PORT", "29500"},
                      {"TORCHELASTIC_USE_AGENT_STORE", "True"},
                      {"TORCHELASTIC_RESTART_COUNT", "3"}};
  Membership found = membership_of(variables);
  CHECK((found.host == "::1" && found.port == 29501 && found.attempt == "3"));
  variables["TORCHELASTIC_USE_AGENT_STORE"] = "False";
  CHECK(membership_of(variables).port == 29500);
}

TEST_CASE("half of what it takes in the environment is an error that names it", "[distributed]") {
  const Variables whole{
      {"RANK", "1"}, {"WORLD_SIZE", "2"}, {"MASTER_ADDR", "node1"}, {"MASTER_PORT", "29400"}};
  const auto with = [&](const char* name, const char* value) {
    Variables variables = whole;
    variables[name] = value;
    return error_of([&] { membership_of(variables); });
  };
  CHECK(with("RANK", "2") == "$RANK is '2': expected a whole number from 0 to 1");
  CHECK(with("RANK", "-1").find("$RANK is '-1'") == 0);
  CHECK(with("WORLD_SIZE", "2x").find("$WORLD_SIZE is '2x'") == 0);
  CHECK(with("WORLD_SIZE", "0").find("$WORLD_SIZE is '0'") == 0);
  CHECK(with("WORLD_SIZE", "99999999999").find("$WORLD_SIZE is '9999") == 0);
  CHECK(with("MASTER_PORT", "65536").find("$MASTER_PORT is '65536'") == 0);
  CHECK(with("MASTER_ADDR", "").find("set $MASTER_ADDR and $MASTER_PORT") != std::string::npos);
}

TEST_CASE("a meeting point is a host and a port", "[distributed]") {
  Membership found;
  CHECK(set_meeting_point(found, "node1:29400"));
  CHECK((found.host == "node1" && found.port == 29400));
  CHECK(set_meeting_point(found, "[fe80::1]:1"));
  CHECK((found.host == "fe80::1" && found.port == 1));
  for (const char* text : {"", "node1", ":1", "node1:", "node1:0", "node1:65536", "node1:1x",
                           "fe80::1:1", "[]:1", ":"}) {
    CHECK_FALSE(set_meeting_point(found, text));
  }
}
