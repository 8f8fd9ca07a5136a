#pragma once

#include "mnist/data/raw_data.hpp"

namespace mnist {

/// Finds out what `data` is: a set that is known, by the digests of its files or else by their
/// names; and what its classes are called: as `request.classes` says, else as the model does, else
/// as the data or the set that it is does, else by their labels. Labels from 1 are made labels from
/// 0, and pictures that lie transposed are turned. Throws `Error` where the labels do not fit the
/// classes, or these are too few or many, or not as many as the model's.
DataFacts recognize(RawData& data, const DataRequest& request);

}  // namespace mnist
