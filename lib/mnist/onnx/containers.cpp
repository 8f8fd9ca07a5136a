#include "mnist/onnx/containers.hpp"

#include <c10/util/StringUtil.h>

#include <algorithm>
#include <map>
#include <stdexcept>

namespace mnist::onnx {
namespace {

namespace jit = torch::jit;
using Values = std::vector<c10::IValue>;
using Make = c10::IValue (*)(const jit::Node& node, const Values& inputs);

c10::IValue make_list(const jit::Node& node, const Values& inputs) {
  c10::impl::GenericList list(node.output()->type()->expectRef<c10::ListType>().getElementType());
  for (const c10::IValue& input : inputs) list.push_back(input);
  return list;
}

c10::IValue make_tuple(const jit::Node&, const Values& inputs) {
  return c10::ivalue::Tuple::create(inputs);
}

c10::IValue make_dictionary(const jit::Node& node, const Values& inputs) {
  const auto& type = node.output()->type()->expectRef<c10::DictType>();
  c10::impl::GenericDict dictionary(type.getKeyType(), type.getValueType());
  for (std::size_t i = 0; i + 1 < inputs.size(); i += 2) {
    dictionary.insert_or_assign(inputs[i], inputs[i + 1]);
  }
  return dictionary;
}

c10::IValue is_instance(const jit::Node& node, const Values& inputs) {
  const c10::TypePtr type = inputs.at(0).type();
  return std::ranges::any_of(node.tys(c10::attr::types), [&](const c10::TypePtr& candidate) {
    return type->isSubtypeOf(*candidate);
  });
}

Make maker_of(const jit::Node& node) {
  static const std::map<c10::Symbol, Make> kMakers = {
      {c10::prim::ListConstruct, make_list},
      {c10::prim::TupleConstruct, make_tuple},
      {c10::prim::DictConstruct, make_dictionary},
      {c10::prim::isinstance, is_instance},
      // What a branch that raises would have given.
      {c10::prim::Uninitialized, [](const jit::Node&, const Values&) { return c10::IValue(); }},
  };
  const auto found = kMakers.find(node.kind());
  return found == kMakers.end() ? nullptr : found->second;
}

}  // namespace

bool makes_container(const jit::Node& node) { return maker_of(node) != nullptr; }

Lanes make_container(const jit::Node& node, const std::vector<Lanes>& inputs) {
  Lanes result;
  for (std::size_t lane = 0; lane < result.size(); ++lane) {
    Values values;
    for (const Lanes& input : inputs) values.push_back(input[lane]);
    result[lane] = maker_of(node)(node, values);
  }
  return result;
}

std::vector<Lanes> unpack_list(const jit::Node& node, const Lanes& list) {
  std::vector<Lanes> elements(node.outputs().size());
  for (std::size_t lane = 0; lane < list.size(); ++lane) {
    const auto values = list[lane].toListRef();
    if (values.size() != elements.size()) {
      throw std::runtime_error(
          c10::str("expected a list of ", elements.size(), ", found one of ", values.size()));
    }
    for (std::size_t i = 0; i < elements.size(); ++i) elements[i][lane] = values[i];
  }
  return elements;
}

}  // namespace mnist::onnx
