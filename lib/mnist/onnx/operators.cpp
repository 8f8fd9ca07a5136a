#include "mnist/onnx/operators.hpp"

#include <map>

namespace mnist::onnx {

const Operator* find_operator(std::string_view name) {
  static const std::map<std::string_view, const Operator*> kTable = [] {
    std::map<std::string_view, const Operator*> table;
    for (const auto& kind :
         {activations(), arithmetic(), comparisons(), convolutions(), normalizations(), poolings(),
          products(), reductions(), resizings(), selections(), shapes()}) {
      for (const Operator& one : kind) table.emplace(one.name, &one);
    }
    return table;
  }();
  const auto found = kTable.find(name);
  if (found != kTable.end()) return found->second;
  const bool in_place = name.ends_with('_') && !name.ends_with("__");
  return in_place ? find_operator(name.substr(0, name.size() - 1)) : nullptr;
}

}  // namespace mnist::onnx
