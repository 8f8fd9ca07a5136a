#pragma once

#include "options/option_table.hpp"
#include "options/train_options.hpp"

namespace mnist {

/// What `mnist train` can be asked for, a line an option: name, help, default, range, and whether
/// it is on record.
OptionTable<TrainOptions> train_table();

}  // namespace mnist
