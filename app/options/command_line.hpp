#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

// The command line as words: which option was given, and with which text.
namespace mnist {

struct OptionSyntax {
  std::string name;      ///< "batch-size", without its dashes
  std::string argument;  ///< as the help calls it: "N"; empty for a switch
  std::string help;
  std::string default_text = {};          ///< as the help shows it; empty where there is none
  std::optional<std::string> alone = {};  ///< what the option means without an argument, if it may
};

struct CommandSyntax {
  std::string name;  ///< "predict"
  std::string summary;
  std::string operands = {};  ///< as the help calls what is no option: "IMAGE..."; empty: not taken
};

struct Words {
  std::vector<std::pair<std::string, std::string>> options;  ///< name and text, as they came
  std::vector<std::string> operands;
};

/// Takes `argv`, the command's name first, apart; or prints the help and returns nothing where
/// `--help` is there. Throws `UsageError` for an option or operand that there is not, and for an
/// argument that is missing.
std::optional<Words> parse_words(const CommandSyntax& command,
                                 const std::vector<OptionSyntax>& options, int argc,
                                 const char* const* argv);

/// The version of the library that does it.
std::string cxxopts_version();

}  // namespace mnist
