#include "mnist/onnx/loops.hpp"

#include <torch/csrc/jit/api/function_impl.h>
#include <torch/csrc/jit/ir/ir.h>

#include <algorithm>
#include <unordered_set>

namespace mnist::onnx {
namespace {

namespace jit = torch::jit;

class Search {
 public:
  bool finds_in(jit::Function& function) {
    jit::GraphFunction* script = jit::tryToGraphFunction(function);
    return script && seen_.insert(script).second && finds_in(*script->graph()->block());
  }

 private:
  bool finds_in(const jit::Block& block) {
    return std::ranges::any_of(block.nodes(), [&](const jit::Node* node) {
      return is_met_at(*node) || std::ranges::any_of(node->blocks(), [&](const jit::Block* inner) {
               return finds_in(*inner);
             });
    });
  }

  bool is_met_at(const jit::Node& node) {
    if (node.kind() == c10::prim::Loop) return true;
    if (node.kind() == c10::prim::CallFunction) {
      return finds_in(*node.input(0)->type()->expectRef<c10::FunctionType>().function());
    }
    if (node.kind() != c10::prim::CallMethod) return false;
    const auto type = node.input(0)->type()->cast<c10::ClassType>();
    return !type || finds_in(type->getMethod(node.s(c10::attr::name)));  // others may be any
  }

  std::unordered_set<const void*> seen_;
};

}  // namespace

bool may_loop(const jit::Module& module) {
  return Search().finds_in(module.get_method("forward").function());
}

}  // namespace mnist::onnx
