#include "options/command_line.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
// The expressions would take longer to compile than all else here.
#define CXXOPTS_NO_REGEX
#include <cxxopts.hpp>

#include "console/terminal.hpp"
#include "options/usage_error.hpp"

namespace mnist {
namespace {

cxxopts::Options to_cxxopts(const CommandSyntax& command, const std::vector<OptionSyntax>& syntax) {
  cxxopts::Options options("mnist " + command.name, command.summary);
  // cxxopts shows operands that it parses itself, which these are not.
  options.custom_help("[OPTION...]" + (command.operands.empty() ? "" : " " + command.operands));
  for (const OptionSyntax& option : syntax) {
    std::shared_ptr<cxxopts::Value> value = cxxopts::value<bool>();
    if (!option.argument.empty()) value = cxxopts::value<std::string>();
    if (option.alone) value->implicit_value(*option.alone);
    std::string help = option.help;
    if (!option.default_text.empty()) help += fmt::format(" (default: {})", option.default_text);
    options.add_option("", "", option.name, help, value, option.argument);
  }
  options.add_options()("h,help", "show this help");
  return options;
}

/// Names the first option on the command line that there is not, and the one it is nearest to.
std::string unknown_option(const std::vector<OptionSyntax>& syntax, int argc,
                           const char* const* argv) {
  std::vector<std::string> names = {"--help"};
  for (const OptionSyntax& option : syntax) names.push_back("--" + option.name);
  for (int i = 1; i < argc; ++i) {
    const std::string argument = argv[i];
    const std::string name = argument.substr(0, argument.find('='));
    if (!name.starts_with('-') || name == "-" || name == "-h") continue;
    if (std::ranges::find(names, name) != names.end()) continue;
    return fmt::format("no option '{}'{}", name, suggestion(name, names));
  }
  return "no such option";
}

}  // namespace

std::optional<Words> parse_words(const CommandSyntax& command,
                                 const std::vector<OptionSyntax>& options, int argc,
                                 const char* const* argv) {
  cxxopts::Options parser = to_cxxopts(command, options);
  try {
    const cxxopts::ParseResult arguments = parser.parse(argc, argv);
    if (arguments.count("help") != 0) {
      print_stdout("{}", parser.help());
      return std::nullopt;
    }
    Words words{{}, arguments.unmatched()};
    if (command.operands.empty() && !words.operands.empty()) {
      throw UsageError("unexpected argument '{}': see mnist {} --help", words.operands.front(),
                       command.name);
    }
    for (const auto& argument : arguments.arguments()) {
      words.options.emplace_back(argument.key(), argument.value());
    }
    return words;
  } catch (const cxxopts::exceptions::no_such_option&) {
    throw UsageError("{}: see mnist {} --help", unknown_option(options, argc, argv), command.name);
  } catch (const cxxopts::exceptions::exception& error) {
    throw UsageError("{}: see mnist {} --help", error.what(), command.name);
  }
}

std::string cxxopts_version() {
  return fmt::format("{}.{}.{}", CXXOPTS__VERSION_MAJOR, CXXOPTS__VERSION_MINOR,
                     CXXOPTS__VERSION_PATCH);
}

}  // namespace mnist
