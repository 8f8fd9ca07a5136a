#pragma once

namespace mnist {

/// The commit that the program was built from, with "-dirty" where the sources were changed since,
/// or "unknown". cmake/Revision.cmake defines it.
extern const char* const kRevision;

}  // namespace mnist
