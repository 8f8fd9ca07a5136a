#pragma once

namespace mnist {

// Each command takes its own part of the command line, its name first, and throws `UsageError`
// where that is wrong and `Error` where it fails.

void run_train(int argc, const char* const* argv);
void run_evaluate(int argc, const char* const* argv);
void run_export(int argc, const char* const* argv);
void run_info(int argc, const char* const* argv);

}  // namespace mnist
