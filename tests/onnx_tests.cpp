#include <ATen/ATen.h>
#include <torch/csrc/jit/api/module.h>
#include <torch/csrc/jit/runtime/print_handler.h>

#include <stdexcept>
#include <string>

#include "catch.hpp"
#include "mnist/onnx/protobuf.hpp"
#include "mnist/onnx/to_onnx.hpp"

namespace mnist {
namespace {

/// A module without weights whose `forward` is this.
torch::jit::Module scripted(const std::string& body) {
  torch::jit::Module module("M");
  module.register_attribute("training", c10::BoolType::get(), true);
  module.register_buffer("table", at::ones({4}));
  module.define("def forward(self, x):\n  " + body + "\n");
  return module;
}

std::string refusal_of(const torch::jit::Module& module) {
  try {
    to_onnx(module, at::zeros({1, 4}));
  } catch (const std::runtime_error& error) {
    return error.what();
  }
  return "none";
}

bool says(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos && text.find('\n') == std::string::npos;
}

TEST_CASE("messages are written as protobuf's own examples have them", "[onnx]") {
  onnx::Message message;
  message.integer(1, 150);
  message.bytes(2, "testing");
  message.integers(6, {3, 270, 86942});
  message.integer(3, -2);
  message.number(5, 1.0F);
  const char expected[] =
      "\x08\x96\x01\x12\x07testing\x32\x06\x03\x8e\x02\x9e\xa7\x05"
      "\x18\xfe\xff\xff\xff\xff\xff\xff\xff\xff\x01\x2d\x00\x00\x80\x3f";
  CHECK(std::move(message).take() == std::string(expected, sizeof(expected) - 1));
}

TEST_CASE("the same module gives the same bytes, and stays as it was", "[onnx]") {
  const torch::jit::Module module = scripted("return torch.relu(x) * self.table");
  CHECK(to_onnx(module, at::zeros({1, 4})) == to_onnx(module, at::ones({5, 4})));
  CHECK(module.is_training());
}

TEST_CASE("what a module prints is not shown while it is exported, and is after that", "[onnx]") {
  static int printed = 0;
  torch::jit::setPrintHandler([](const std::string&) { ++printed; });
  const torch::jit::Module module = scripted("print('seen')\n  return torch.relu(x)");
  CHECK(refusal_of(module) == "none");
  CHECK(printed == 0);
  torch::jit::Module(module).forward({at::zeros({1, 4})});
  CHECK(printed == 1);
  torch::jit::setPrintHandler(torch::jit::getDefaultPrintHandler());
}

TEST_CASE("what a script decides by settings and shapes is decided", "[onnx]") {
  const std::string plain = to_onnx(scripted("return torch.relu(x)"), at::zeros({1, 4}));
  CHECK(plain == to_onnx(scripted("assert x.dim() == 2 and not self.training\n"
                                  "  return torch.relu(x)"),
                         at::zeros({1, 4})));
  CHECK(plain == to_onnx(scripted("y = [x]\n"
                                  "  for i in range(3):\n"
                                  "    y.append(torch.dropout(y[i], 0.5, self.training))\n"
                                  "  return torch.relu(torch.cat([y[-1], torch.zeros([0, 4])]))"),
                         at::zeros({1, 4})));
}

TEST_CASE("numbers of several types are brought to one, as LibTorch does", "[onnx]") {
  CHECK(refusal_of(scripted("return torch.einsum('...i->...', [x.to(3)])")) == "none");
  CHECK(refusal_of(scripted("return torch.cat([x, x.to(4)], 1) + x.to(7).sum()")) == "none");
}

TEST_CASE("an output is what the input gives, with any batch size", "[onnx]") {
  CHECK(refusal_of(scripted("return torch.cat([x, torch.ones([x.size(0), 2])], 1) * x.size(0)")) ==
        "none");
  CHECK(refusal_of(scripted("return x.reshape(x.size(0) * 2, 2).reshape(x.size(0), 2, 2)")) ==
        "none");
}

TEST_CASE("values that are changed in place are the new ones for all who hold them", "[onnx]") {
  CHECK(refusal_of(scripted("y = x.mul(2)\n  z = [y]\n  y.relu_()\n  return z[0] + y")) == "none");
  CHECK(says(refusal_of(scripted("y = x.mul(2)\n  z = y.view(-1)\n  z.relu_()\n  return y")),
             "changed in place"));
}

TEST_CASE("what ONNX cannot say is refused in a line that names it", "[onnx]") {
  CHECK(says(refusal_of(scripted("return torch.sort(x)[0]")), "aten::sort in the model's forward"));
  CHECK(says(refusal_of(scripted("if bool(x.sum() > 0):\n    x = x + 1\n  return x")),
             "depends on the input's values"));
  CHECK(says(refusal_of(scripted("if x.size(0) == 2:\n    x = x + 1\n  return x")),
             "branches on the batch size"));
  CHECK(says(refusal_of(scripted("for i in range(x.size(0)):\n    x = x + 1\n  return x")),
             "loops over the batch"));
  CHECK(says(refusal_of(scripted("return x + torch.rand([4])")), "draws random numbers"));
  CHECK(says(refusal_of(scripted("return x + self.table.add_(1)")), "the model's own numbers"));
  CHECK(says(refusal_of(scripted("while True:\n    x = x + 1\n  return x")), "without end"));
  CHECK(says(refusal_of(scripted("while x.size(0) == 7:\n    x = x + 1\n  return x + 1")),
             "without end"));
  CHECK(says(refusal_of(scripted("assert x.dim() == 3, 'only at night'\n  return x")),
             "only at night"));
  CHECK(says(refusal_of(scripted("return self.table")), "does not depend on the input"));
  CHECK(says(refusal_of(scripted("return x.size(0)")), "expected tensors"));
}

TEST_CASE("what LibTorch computes and ONNX has not for such numbers is refused", "[onnx]") {
  CHECK(says(refusal_of(scripted("y = x > 0.5\n  return y + y")),
             "ONNX's Add takes no numbers of type Bool"));
  CHECK(
      says(refusal_of(scripted("return torch.tan(x.to(15))")), "Tan takes no numbers of type BF"));
  CHECK(says(refusal_of(scripted("return torch.flip(x.sum(), [0])")), "a single number"));
  CHECK(says(refusal_of(scripted("return torch.softmax(x.sum(), -1)")), "a single number"));
  CHECK(says(refusal_of(scripted("return torch.pixel_shuffle(x.reshape(-1, 2, 2), 1)")),
             "no batch of images"));
  CHECK(says(refusal_of(scripted("return torch.roll(x[:, :0], [1], [1])")), "is empty"));
  CHECK(says(refusal_of(scripted("return torch.adaptive_avg_pool1d(x.unsqueeze(1), [0])")),
             "is empty"));
  CHECK(says(refusal_of(scripted("return x * (x.size(0) * 4611686018427387904)")), "64 bits"));
  CHECK(says(refusal_of(scripted("return torch.cat([x[:, :0], x[:, :0]], 1)")), "is empty"));
}

TEST_CASE("a batch of one that the module answers in another shape is found", "[onnx]") {
  CHECK(says(refusal_of(scripted("return torch.relu(x).squeeze()")), "a batch of 1 gives [1, 4]"));
}

}  // namespace
}  // namespace mnist
