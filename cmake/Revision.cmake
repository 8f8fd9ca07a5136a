# Run at each build, as a script: writes OUTPUT, a source that holds VERSION and the revision of
# SOURCE_DIR's checkout, and leaves it alone where it would be the same. REVISION, if given, is taken instead.
set(revision "${REVISION}")
# Without this, sources inside somebody's other repository would get that one's revision.
if(revision STREQUAL "" AND EXISTS "${SOURCE_DIR}/.git")
  execute_process(
    COMMAND git --no-optional-locks -C "${SOURCE_DIR}" describe --always --dirty --abbrev=40 --exclude=*
    OUTPUT_VARIABLE revision OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
endif()
if(NOT revision MATCHES "^[0-9A-Za-z._+-]+$")
  set(revision unknown)
endif()
file(CONFIGURE OUTPUT "${OUTPUT}" @ONLY CONTENT [[
#include "run/revision.hpp"

const char* const mnist::kVersion = "@VERSION@";
const char* const mnist::kRevision = "@revision@";
]])
