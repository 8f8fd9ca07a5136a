#pragma once

namespace mnist {

/// The program's version, as CMakeLists.txt has it: "1.2.3".
extern const char* const kVersion;

/// The commit that the program was built from, with "-dirty" where the sources were changed since,
/// or "unknown". cmake/Revision.cmake defines both.
extern const char* const kRevision;

}  // namespace mnist
