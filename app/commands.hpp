#pragma once

namespace mnist {

// Each command takes its own part of the command line, its name first, and throws `UsageError`
// where that is wrong, `Error` where it fails, and `ExitStatus` where that has been said already.

void run_train(int argc, const char* const* argv);
void run_evaluate(int argc, const char* const* argv);
void run_predict(int argc, const char* const* argv);
void run_export(int argc, const char* const* argv);
void run_serve(int argc, const char* const* argv);
void run_info(int argc, const char* const* argv);

}  // namespace mnist
