#include "damaged_archive.hpp"

#include <ATen/ATen.h>
#include <torch/csrc/jit/api/module.h>
#include <zip.h>

#include <algorithm>
#include <cstdlib>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace {

using Members = std::vector<std::pair<std::string, std::string>>;

// What code may have in the place of its own.
constexpr std::string_view kWords[] = {"relu",
                                       "sigmoid",
                                       "softmax",
                                       "flatten",
                                       "conv2d",
                                       "linear",
                                       "max_pool2d",
                                       "dropout_",
                                       "view",
                                       "size",
                                       "dim",
                                       "sum",
                                       "sort",
                                       "True",
                                       "False",
                                       "None",
                                       "[]",
                                       "[0]",
                                       "[-1]",
                                       "[2]",
                                       "[1, 1, 1]",
                                       "0",
                                       "-1",
                                       "1",
                                       "3",
                                       "9223372036854775807",
                                       "0.5",
                                       "1e30",
                                       "x",
                                       "self",
                                       "(",
                                       ")",
                                       ",",
                                       "annotate",
                                       "uninitialized",
                                       "ops.prim",
                                       "Tensor",
                                       "List[int]",
                                       "Optional[Tensor]",
                                       "int",
                                       "forward",
                                       "training",
                                       "while",
                                       "for",
                                       "if",
                                       ":",
                                       "\n",
                                       "  ",
                                       "CONSTANTS.c0",
                                       "torch.add",
                                       "getattr",
                                       "__torch__",
                                       "raise",
                                       "Tuple",
                                       "Dict"};

torch::jit::Module whole_model() {
  torch::jit::Module part("Part"), module("Model");
  part.register_attribute("training", c10::BoolType::get(), true);
  part.register_parameter("weight", at::ones({2, 1, 3, 3}), false);
  part.define(
      "def forward(self, x):\n"
      "  return torch.max_pool2d(torch.relu(torch.conv2d(x, self.weight)), [2, 2])\n");
  module.register_attribute("training", c10::BoolType::get(), true);
  module.register_attribute("sizes", c10::ListType::ofInts(), c10::List<std::int64_t>({3, 2}));
  module.register_buffer("bias", at::ones({2}));
  module.register_module("part", part);
  module.define(
      "def scale(self, x, by: float):\n"
      "  return x * by + torch.tensor([[1.0, 2.0]])\n"
      "def forward(self, x):\n"
      "  x = torch.flatten(self.part.forward(x), 1)\n"
      "  y = [x]\n"
      "  for i in range(len(self.sizes)):\n"
      "    y.append(torch.dropout(y[i], 0.5, self.training) * self.sizes[i])\n"
      "  if x.dim() != 2:\n"
      "    x = x * 2\n"
      "  assert x.dim() == 2, 'odd'\n"
      "  x = torch.stack(y, 1)[:, 1:].mean([2])\n"
      "  return {'scores': torch.softmax(self.scale(x, 0.5) + self.bias, 1)}\n");
  return module;
}

Members members_of(const std::string& bytes) {
  zip_source_t* source = zip_source_buffer_create(bytes.data(), bytes.size(), 0, nullptr);
  zip_t* archive = zip_open_from_source(source, ZIP_RDONLY, nullptr);
  if (archive == nullptr) std::abort();
  Members members;
  for (zip_int64_t i = 0; i < zip_get_num_entries(archive, 0); ++i) {
    zip_stat_t facts;
    zip_stat_index(archive, static_cast<zip_uint64_t>(i), 0, &facts);
    std::string content(facts.size, '\0');
    zip_file_t* file = zip_fopen_index(archive, static_cast<zip_uint64_t>(i), 0);
    if (zip_fread(file, content.data(), content.size()) < 0) std::abort();
    zip_fclose(file);
    // It says which line is which, and is large.
    if (!std::string_view(facts.name).ends_with(".debug_pkl"))
      members.emplace_back(facts.name, content);
  }
  zip_close(archive);
  return members;
}

std::string zipped(const Members& members) {
  zip_source_t* target = zip_source_buffer_create(nullptr, 0, 0, nullptr);
  zip_source_keep(target);
  zip_t* archive = zip_open_from_source(target, ZIP_TRUNCATE, nullptr);
  if (archive == nullptr) std::abort();
  for (const auto& [name, content] : members) {
    zip_source_t* source = zip_source_buffer(archive, content.data(), content.size(), 0);
    const zip_int64_t index = zip_file_add(archive, name.c_str(), source, 0);
    if (index < 0) std::abort();
    zip_set_file_compression(archive, static_cast<zip_uint64_t>(index), ZIP_CM_STORE, 0);
  }
  if (zip_close(archive) != 0) std::abort();
  zip_source_open(target);
  zip_source_seek(target, 0, SEEK_END);
  std::string bytes(static_cast<std::size_t>(zip_source_tell(target)), '\0');
  zip_source_seek(target, 0, SEEK_SET);
  if (zip_source_read(target, bytes.data(), bytes.size()) < 0) std::abort();
  zip_source_close(target);
  zip_source_free(target);
  return bytes;
}

void damage(std::string& content, Choices& choices) {
  const std::size_t at = content.empty() ? 0 : choices.below(content.size());
  // From there on to the next letter, so that words are met.
  const std::size_t end = std::min(content.find_first_of(" (),.=:[]\n", at), content.size());
  const std::size_t length = std::max<std::size_t>(end - at, 1);
  switch (choices.below(6)) {
    case 0:
      if (at < content.size()) content[at] = static_cast<char>(choices.byte());
      break;
    case 1:
      content.insert(at, choices.one_of(kWords));
      break;
    case 2:
      content.erase(std::min(at, content.size()), 1 + choices.below(32));
      break;
    case 3:
      content.insert(at, content.substr(std::min(choices.below(1 + content.size()), content.size()),
                                        choices.below(64)));
      break;
    default:
      content.replace(at, std::min(length, content.size() - at), choices.one_of(kWords));
  }
}

}  // namespace

std::string damaged_archive(Choices& choices) {
  static const Members kWhole = []() noexcept {
    std::ostringstream stream;
    whole_model().save(stream);
    return members_of(stream.str());
  }();
  Members members = kWhole;
  while (!choices.are_over()) {
    std::vector<std::string*> chosen;
    const bool is_code = choices.below(8) != 7;
    for (auto& [name, content] : members) {
      if (!is_code || name.ends_with(".py")) chosen.push_back(&content);
    }
    damage(*choices.one_of(chosen), choices);
  }
  return zipped(members);
}
