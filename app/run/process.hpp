#pragma once

namespace mnist {

/// What has to be set before anything else: a reader of stdout that goes away and a file too large
/// for its limit are errors like others, and no file takes the place of a standard stream that is
/// closed.
void prepare_process();

}  // namespace mnist
