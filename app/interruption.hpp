#pragma once

namespace mnist {

/// From now on the first SIGINT or SIGTERM is only noted, so that what is under way can be finished
/// and saved; a second one ends the process at once.
void catch_interruptions();

/// The signal that was noted, or 0.
int interruption();

}  // namespace mnist
