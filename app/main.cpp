#include <algorithm>
#include <exception>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

#include "commands.hpp"
#include "console/terminal.hpp"
#include "mnist/error.hpp"
#include "mnist/libtorch_error.hpp"
#include "mnist/machine/allocator.hpp"
#include "options/usage_error.hpp"
#include "run/exit_status.hpp"
#include "run/process.hpp"
#include "run/revision.hpp"

namespace {

struct Command {
  std::string_view name;
  std::string_view summary;
  void (*run)(int argc, const char* const* argv);
};

constexpr Command kCommands[] = {
    {"train", "train the network, report on the test set, save the model", mnist::run_train},
    {"evaluate", "report on a saved model", mnist::run_evaluate},
    {"predict", "read the digits on pictures", mnist::run_predict},
    {"export", "write a saved model as TorchScript, as ONNX or for NVIDIA Triton",
     mnist::run_export},
    {"serve", "serve a model over HTTP, with a page to draw on", mnist::run_serve},
    {"info", "show versions, threads, BLAS, processor, and what slows this machine",
     mnist::run_info},
};

void print_help() {
  mnist::print_stdout("Trains and evaluates a small convolutional network on MNIST.\n\nUsage:\n");
  for (const Command& command : kCommands) {
    mnist::print_stdout("  mnist {:<10} {}\n", command.name, command.summary);
  }
  mnist::print_stdout(
      "\n`mnist COMMAND --help` lists a command's options; `mnist --version` prints the "
      "version.\n");
}

void dispatch(int argc, const char* const* argv) {
  if (argc < 2) throw mnist::UsageError("expected a command: see mnist --help");
  const std::string_view name = argv[1];
  if (name == "--help" || name == "-h") return print_help();
  if (name == "--version") return mnist::print_stdout("mnist {}\n", mnist::kVersion);
  const auto* command = std::ranges::find(kCommands, name, &Command::name);
  if (command == std::end(kCommands)) {
    std::vector<std::string> names;
    for (const Command& known : kCommands) names.emplace_back(known.name);
    throw mnist::UsageError("no command '{}'{}: see mnist --help", name,
                            mnist::suggestion(name, names));
  }
  command->run(argc - 1, argv + 1);
}

}  // namespace

int main(int argc, char** argv) {
  try {
    mnist::prepare_process();
    mnist::keep_freed_memory();
    dispatch(argc, argv);
    mnist::flush_stdout();
    return 0;
  } catch (const mnist::ExitStatus& exit) {
    return exit.status;
  } catch (const mnist::UsageError& error) {
    mnist::print_error(error.what());
    return 2;
  } catch (const std::exception& error) {
    mnist::print_error(mnist::one_line(error));
    return 1;
  }
}
