#pragma once

#include <ATen/core/ivalue.h>
#include <torch/types.h>

#include <optional>
#include <string>
#include <vector>

namespace mnist {

/// A tensor in what a model returns.
struct ReturnedTensor {
  std::string place;  ///< "[1]" in a tuple or list, "['logits']" in a dictionary; empty for itself
  torch::Tensor tensor;
};

/// The tensors in what a model returns: itself, or the elements of tuples, lists and dictionaries,
/// in their order.
std::vector<ReturnedTensor> tensors_in(const torch::IValue& returned);

/// The numbers that `tensor` has for each of the classes of `images` images, [N, K], where these
/// are unmistakable: besides N and K all its sizes are 1, or it is a row of N · K. K is `classes`,
/// or anything from 2 where that is 0 and `tensor` has other dimensions than one.
std::optional<torch::Tensor> rows_of(const torch::Tensor& tensor, std::int64_t images,
                                     std::int64_t classes);

/// For a message: "Float [7, 9]", or "(Float [7, 2], Float [7, 3])"; "a value of type Int" where
/// there are no tensors.
std::string describe(const torch::IValue& returned);

}  // namespace mnist
