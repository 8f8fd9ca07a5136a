#pragma once

#include <algorithm>
#include <functional>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "options/command_line.hpp"
#include "options/option_rules.hpp"

namespace mnist {

/// The options of a command, which together are an `Options`: the one place where it is written
/// what each is called, takes, means by default, and whether it goes on record.
template <typename Options>
class OptionTable {
 public:
  struct Option {
    OptionSyntax syntax;
    std::function<void(Options&, const std::string& text)> set;
    std::function<OptionValue(const Options&)> get;
    bool recorded = false;

    /// Two runs that differ in it are not the same.
    Option& on_record() {
      recorded = true;
      return *this;
    }
    /// What the help calls the default, where that is not one value.
    Option& with_default(std::string text) {
      syntax.default_text = std::move(text);
      return *this;
    }
    /// The option may stand without its argument, and then means `text`.
    Option& alone_means(std::string text) {
      syntax.alone = std::move(text);
      return *this;
    }
  };

  /// An option that sets what `member(options)` refers to. The help shows what that is in
  /// `Options{}` as its default. The reference holds until the next call.
  template <typename Member, typename Rule>
  Option& add(const std::string& name, const std::string& argument, const std::string& help,
              Member member, const Rule& rule) {
    Option option;
    option.set = [=](Options& options, const std::string& text) {
      auto& value = member(options);
      value = static_cast<std::decay_t<decltype(value)>>(rule.parse(name, text));
    };
    option.get = [=](const Options& options) { return rule.write(member(options)); };
    option.syntax = {.name = name, .argument = argument, .help = help};
    if constexpr (std::is_same_v<Rule, Switch>) {
      option.syntax.alone = "true";
    } else {
      option.syntax.default_text = to_text(option.get(Options{}));
    }
    return options_.emplace_back(std::move(option));
  }

  std::vector<OptionSyntax> syntax() const {
    std::vector<OptionSyntax> syntax;
    for (const Option& option : options_) syntax.push_back(option.syntax);
    return syntax;
  }

  /// Null where there is none of that name.
  const Option* find(const std::string& name) const {
    const auto found =
        std::ranges::find(options_, name, [](const Option& option) { return option.syntax.name; });
    return found == options_.end() ? nullptr : &*found;
  }

  /// The names and values that go on record.
  std::vector<std::pair<std::string, OptionValue>> record(const Options& options) const {
    std::vector<std::pair<std::string, OptionValue>> values;
    for (const Option& option : options_) {
      if (option.recorded) values.emplace_back(option.syntax.name, option.get(options));
    }
    return values;
  }

 private:
  std::vector<Option> options_;
};

/// Reads the command line into `Options{}`, or prints the help and returns nothing where `--help`
/// is there. What is no option goes to `operands`. Throws `UsageError`.
template <typename Options>
std::optional<Options> parse_options(const CommandSyntax& command,
                                     const OptionTable<Options>& table, int argc,
                                     const char* const* argv,
                                     std::vector<std::string>* operands = nullptr) {
  const std::optional<Words> words = parse_words(command, table.syntax(), argc, argv);
  if (!words) return std::nullopt;
  Options options;
  for (const auto& [name, text] : words->options) table.find(name)->set(options, text);
  if (operands) *operands = words->operands;
  return options;
}

}  // namespace mnist
