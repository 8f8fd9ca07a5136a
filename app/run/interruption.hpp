#pragma once

namespace mnist {

/// From now on the first SIGINT or SIGTERM is only noted, so that what is under way can be finished
/// and saved; a second one ends the process at once.
void catch_interruptions();

/// The signal that was noted, or 0.
int interruption();

/// Says on stderr that the run is saved, and which command goes on with it: `argv`, the command's
/// part of the command line, with --resume; `resumed` tells whether it has that already.
void print_how_to_resume(int argc, const char* const* argv, bool resumed);

}  // namespace mnist
