#include <nlohmann/json.hpp>

#include "catch.hpp"
#include "errors.hpp"
#include "run/run_comparison.hpp"

using namespace mnist;
using nlohmann::ordered_json;

namespace {

RunRecord example_record() {
  return {.command = "train",
          .options = {{"recipe", std::string("tutorial")},
                      {"epochs", std::int64_t{3}},
                      {"learning-rate", 0.001},
                      {"schedule", std::string("constant")},
                      {"threads", std::int64_t{2}},
                      {"reproducible", false}},
          .machine = {.hardware = {{"a processor", "AVX2", 2, "a BLAS"}},
                      .mnist = "1.2.3",
                      .revision = "abc",
                      .libtorch = "2.6.0",
                      .compiler = "12"},
          .data = {.name = "Fashion-MNIST",
                   .side = 8,
                   .classes = {"a", "b"},
                   .files = {{"train-images-idx3-ubyte", "00ff"}}}};
}

constexpr const char* kExampleJson =
    R"({"command":"train","options":{"recipe":"tutorial","epochs":3,"learning_rate":0.001,)"
    R"("schedule":"constant","threads":2,"reproducible":false},)"
    R"("machine":{"processor":"a processor","cpu_capability":"AVX2","threads":2,"blas":"a BLAS",)"
    R"("versions":{"mnist":"1.2.3","revision":"abc","libtorch":"2.6.0","compiler":"12"}},)"
    R"("data":{"train-images-idx3-ubyte":"00ff"},"data_set":"Fashion-MNIST","image_side":8,)"
    R"("class_names":["a","b"]})";

void set(RunRecord& record, const std::string& name, const OptionValue& value) {
  for (auto& option : record.options) {
    if (option.first == name) option.second = value;
  }
}

std::vector<std::string> texts_of(const std::vector<Difference>& differences) {
  std::vector<std::string> texts;
  for (const Difference& difference : differences) texts.push_back(difference.text);
  return texts;
}

}  // namespace

TEST_CASE("a record is written as JSON and read back", "[run_record]") {
  CHECK(to_json(example_record()).dump() == kExampleJson);
  const RunRecord read = parse_run_record(ordered_json::parse(kExampleJson));
  CHECK(to_json(read).dump() == kExampleJson);
  CHECK((read.options == example_record().options));
  CHECK(read.machine == example_record().machine);
  CHECK(read.changes.empty());
}

TEST_CASE("a record tells which settings changed on the way", "[run_record]") {
  RunRecord record = example_record();
  record.changes = {"options/epochs was 3 and is 5 after 3 epochs and 0 steps"};
  CHECK(to_json(record).at("changes").dump() ==
        R"(["options/epochs was 3 and is 5 after 3 epochs and 0 steps"])");
  CHECK(parse_run_record(to_json(record)).changes == record.changes);
}

TEST_CASE("what is no record is refused, and says what is missing", "[run_record]") {
  for (const char* text :
       {"[]", "3", "{}", R"({"command": 1})", R"({"command": "train", "options": {"epochs": [1]}})",
        R"({"command": "train", "options": {}, "machine": 1})",
        R"({"command": "train", "options": {}, "data": {"a": 1}})",
        R"({"command": "train", "options": {}, "image_side": 65})",
        R"({"command": "train", "options": {}, "image_side": "28"})",
        R"({"command": "train", "options": {}, "class_names": ["one"]})",
        R"({"command": "train", "options": {}, "class_names": ["a", "\u001b[31m"]})",
        R"({"command": "train", "options": {}, "class_names": [1, 2]})"}) {
    CAPTURE(text);
    CHECK_FALSE(error_of([&] { parse_run_record(ordered_json::parse(text)); }).empty());
  }
  CHECK(contains(error_of([] { parse_run_record(ordered_json::parse("{}")); }), "'command'"));
}

TEST_CASE("what an older record lacks differs from what there is now", "[run_record]") {
  ordered_json json = to_json(example_record());
  json["machine"]["versions"].erase("compiler");
  json.erase("data");
  const auto found = differences(parse_run_record(json), example_record());
  REQUIRE(found.size() == 2);
  CHECK(found[0].text == R"(machine/versions/compiler was "" and is "12")");
  CHECK(found[1].text == R"(data/train-images-idx3-ubyte was null and is "00ff")");
}

TEST_CASE("a reproducible run depends on neither threads nor hardware", "[run_record]") {
  RunRecord record = example_record();
  CHECK(to_json(record.determinants()) == to_json(record));
  set(record, "reproducible", true);
  const RunRecord part = record.determinants();
  CHECK_FALSE(part.find("threads"));
  CHECK((*part.find("epochs") == OptionValue(std::int64_t{3})));
  CHECK_FALSE(part.machine.hardware);
  CHECK(part.machine.compiler == "12");
  RunRecord elsewhere = record;
  elsewhere.machine.hardware = {{"another", "AVX512", 64, "none"}};
  set(elsewhere, "threads", std::int64_t{64});
  CHECK(differences(record, elsewhere.determinants()).empty());
}

TEST_CASE("a run is resumed where nothing but the last digits can differ", "[run_record]") {
  const RunRecord then = example_record();
  const ResumedWith same = check_resumable(then, then);
  CHECK(same.settings.empty());
  CHECK(same.machine.empty());
  RunRecord now = then;
  now.machine.hardware->processor = "another";
  now.machine.compiler = "14";
  set(now, "threads", std::int64_t{4});
  CHECK(texts_of(check_resumable(then, now).machine) ==
        std::vector<std::string>{
            "options/threads was 2 and is 4",
            R"(machine/processor was "a processor" and is "another")",
            R"(machine/versions/compiler was "12" and is "14")",
        });
}

TEST_CASE("a run with other settings is not resumed", "[run_record]") {
  const RunRecord then = example_record();
  RunRecord now = then;
  set(now, "recipe", std::string("fast"));
  now.data.files[0].sha256 = "ff00";
  now.machine.libtorch = "2.13.0";
  const auto refusal = [&] { return error_of([&] { check_resumable(then, now); }); };
  CHECK(refusal() ==
        "cannot resume with other settings: options/recipe was \"tutorial\" and is \"fast\" (its "
        "network would be another); machine/versions/libtorch was \"2.6.0\" and is \"2.13.0\"; "
        "data/train-images-idx3-ubyte was \"00ff\" and is \"ff00\"");
  now = then;
  now.options.emplace_back("momentum", 0.9);
  CHECK(contains(refusal(), "options/momentum was null and is 0.9"));
  now.options.back() = {"init", std::string("weights.pt")};
  CHECK(contains(refusal(), R"(options/init was null and is "weights.pt")"));
  // As in a record from before there was the option.
  now.options.back() = {"init", std::string()};
  CHECK(check_resumable(then, now).settings.empty());
}

TEST_CASE("a run is resumed with other epochs, learning rates and schedules", "[run_record]") {
  const RunRecord then = example_record();
  RunRecord now = then;
  set(now, "epochs", std::int64_t{5});
  set(now, "learning-rate", 0.1);
  const auto settings = check_resumable(then, now).settings;
  CHECK(texts_of(settings) == std::vector<std::string>{
                                  "options/epochs was 3 and is 5",
                                  "options/learning_rate was 0.001 and is 0.1",
                              });
  CHECK_FALSE(changes_steps(settings[0], now));
  CHECK(changes_steps(settings[1], now));
  set(now, "schedule", std::string("one-cycle"));
  CHECK(changes_steps(settings[0], now));
}
