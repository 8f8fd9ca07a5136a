#include "run/alike.hpp"

#include <fmt/ranges.h>

#include <nlohmann/json.hpp>
#include <utility>
#include <vector>

#include "mnist/error.hpp"
#include "run/run_comparison.hpp"

namespace mnist {
namespace {

RunRecord without_machine(RunRecord record) {
  std::erase_if(record.options, [](const auto& option) { return option.first == "threads"; });
  record.machine.hardware.reset();
  return record;
}

/// Throws where `differences(first, other)` are any. All processes have all texts, so all throw.
template <typename Differences>
void compare(ProcessGroup& group, const std::string& text, const Differences& differences_of) {
  const std::vector<std::string> texts = group.gather(text);
  std::vector<std::string> found;
  for (int rank = 1; rank < group.size(); ++rank) {
    const std::string& other = texts[static_cast<std::size_t>(rank)];
    if (other == texts.front()) continue;
    for (const std::string& difference : differences_of(texts.front(), other)) {
      found.push_back(fmt::format("{}: {}", group.name_of(rank), difference));
    }
  }
  if (!found.empty()) {
    throw Error("processes that train together have to be alike: {}", fmt::join(found, "; "));
  }
}

}  // namespace

void check_alike(ProcessGroup& group, RunRecord record, const RecordedOptions& others) {
  if (group.size() == 1) return;
  record.options.insert(record.options.end(), others.begin(), others.end());
  const std::string text =
      to_json(without_machine(std::move(record)))
          .dump(-1, ' ', /*ensure_ascii=*/false, nlohmann::ordered_json::error_handler_t::replace);
  compare(group, text, [](const std::string& first, const std::string& other) {
    const auto parse = [](const std::string& json) {
      return parse_run_record(nlohmann::ordered_json::parse(json));
    };
    std::vector<std::string> texts;
    for (const Difference& difference :
         differences(parse(first), parse(other), "{} is {} in rank 0 and {} there")) {
      texts.push_back(difference.text);
    }
    return texts;
  });
}

void check_weights_alike(ProcessGroup& group, const std::function<std::string()>& sha256) {
  if (group.size() == 1) return;
  compare(group, sha256(), [](const std::string&, const std::string&) {
    return std::vector<std::string>{"it has other weights than rank 0"};
  });
}

}  // namespace mnist
