#include "mnist/files/state_dict.hpp"

#include <algorithm>
#include <map>
#include <utility>

#include "mnist/error.hpp"
#include "mnist/files/pickle.hpp"
#include "mnist/files/zip_archive.hpp"

namespace mnist {
namespace {

using Kind = PickleValue::Kind;

constexpr std::uint64_t kMostPickleBytes = std::uint64_t{1} << 22;
constexpr std::uint64_t kMostBytes = std::uint64_t{1}
                                     << 30;  // of all tensors: they may share theirs
constexpr std::string_view kPickleName = "data.pkl";

struct ElementType {
  std::string_view storage, dtype;
  std::uint64_t bytes;
};
constexpr ElementType kElementTypes[] = {
    {"torch.FloatStorage", "F32", 4}, {"torch.DoubleStorage", "F64", 8},
    {"torch.HalfStorage", "F16", 2},  {"torch.BFloat16Storage", "BF16", 2},
    {"torch.LongStorage", "I64", 8},  {"torch.IntStorage", "I32", 4},
    {"torch.ShortStorage", "I16", 2}, {"torch.CharStorage", "I8", 1},
    {"torch.ByteStorage", "U8", 1},   {"torch.BoolStorage", "BOOL", 1}};

/// A view of a storage, in elements.
struct View {
  const ElementType* type;
  std::string storage;  ///< its key
  std::uint64_t offset;
  std::vector<std::int64_t> shape, strides;
};

class StateDict {
 public:
  StateDict(ZipArchive& archive, std::string folder, const Pickle& pickle)
      : archive_(archive), folder_(std::move(folder)), pickle_(pickle) {}

  std::vector<NamedArray> tensors() {
    const PickleValue* dictionary = nullptr;
    std::size_t most = 0;
    for (const PickleValue& value : pickle_) {
      if (value.kind != Kind::kDictionary) continue;
      std::size_t count = 0;
      for (std::size_t i = 1; i < value.items.size(); i += 2) {
        count += tensor_call(value.items[i]) ? 1 : 0;
      }
      if (count > most) dictionary = &value;
      most = std::max(most, count);
    }
    if (!dictionary) throw Error("it holds no dictionary of tensors, as state_dict() gives it");
    std::vector<NamedArray> tensors;
    for (std::size_t i = 1; i < dictionary->items.size(); i += 2) {
      if (!tensor_call(dictionary->items[i])) continue;
      tensors.push_back(read(pickle_[dictionary->items[i - 1]].text, view(dictionary->items[i])));
    }
    return tensors;
  }

 private:
  const PickleValue& at(const PickleValue& list, std::size_t i) const {
    if (i >= list.items.size()) throw Error("its pickle is damaged: a tensor has too few parts");
    return pickle_[list.items[i]];
  }

  /// The call that makes a tensor, or that one's within a parameter. Null where it is none.
  const PickleValue* tensor_call(std::size_t index) const {
    const PickleValue* value = &pickle_[index];
    for (int depth = 0; depth < 2 && value->kind == Kind::kCall; ++depth) {
      const std::string& function = at(*value, 0).text;
      if (function == "torch._utils._rebuild_tensor_v2") return value;
      if (function != "torch._utils._rebuild_parameter") return nullptr;
      value = &at(at(*value, 1), 0);
    }
    return nullptr;
  }

  std::vector<std::int64_t> sizes(const PickleValue& tuple) const {
    std::vector<std::int64_t> sizes;
    for (std::size_t i = 0; i < tuple.items.size(); ++i) {
      const PickleValue& size = at(tuple, i);
      if (size.kind != Kind::kInteger || size.integer < 0) {
        throw Error("its pickle is damaged: a tensor's size is no natural number");
      }
      sizes.push_back(size.integer);
    }
    return sizes;
  }

  View view(std::size_t index) const {
    const PickleValue& arguments = at(*tensor_call(index), 1);
    const PickleValue& storage = at(at(arguments, 0), 0);
    const std::string& type = at(storage, 1).text;
    const auto* known = std::ranges::find(kElementTypes, type, &ElementType::storage);
    if (known == std::end(kElementTypes)) throw Error("a tensor is of the unknown type '{}'", type);
    const std::int64_t offset = at(arguments, 1).integer;
    if (offset < 0) throw Error("its pickle is damaged: a tensor begins before its storage");
    View view{known, at(storage, 2).text, static_cast<std::uint64_t>(offset),
              sizes(at(arguments, 2)), sizes(at(arguments, 3))};
    if (view.shape.size() != view.strides.size()) {
      throw Error("its pickle is damaged: a tensor has {} sizes and {} strides", view.shape.size(),
                  view.strides.size());
    }
    return view;
  }

  const std::string& storage(const std::string& key) {
    const auto known = storages_.find(key);
    if (known != storages_.end()) return known->second;
    return storages_[key] = archive_.read(folder_ + "data/" + key);
  }

  /// Throws where the elements are not all in a storage of `count`, or more than it has. A hostile
  /// product may be anything, so each factor is compared before it is used.
  static std::uint64_t check(const std::string& name, const View& view, std::uint64_t count) {
    std::uint64_t elements = 1, last = view.offset;
    bool within = true;
    for (std::size_t i = 0; i < view.shape.size(); ++i) {
      const auto size = static_cast<std::uint64_t>(view.shape[i]);
      const auto stride = static_cast<std::uint64_t>(view.strides[i]);
      if (size == 0) return 0;
      within = within && elements <= count / size && (size == 1 || stride <= count / (size - 1));
      if (!within) break;
      elements *= size;
      last += stride * (size - 1);
      within = last < count;
    }
    if (!within || last >= count) {
      throw Error("the tensor '{}' reaches beyond the {} elements of its storage", name, count);
    }
    return elements;
  }

  NamedArray read(const std::string& name, const View& view) {
    const std::string& bytes = storage(view.storage);
    const std::uint64_t width = view.type->bytes;
    const std::uint64_t elements = check(name, view, bytes.size() / width);
    if (elements * width > left_) throw Error("its tensors have over {} bytes", kMostBytes);
    left_ -= elements * width;
    NamedArray array{name, std::string(view.type->dtype), view.shape, {}};
    array.bytes.reserve(elements * width);
    std::vector<std::int64_t> at(view.shape.size());
    std::uint64_t from = view.offset;
    for (std::uint64_t done = 0; done < elements; ++done) {
      array.bytes.append(bytes, from * width, width);
      for (std::size_t i = at.size(); i-- > 0;) {
        const auto stride = static_cast<std::uint64_t>(view.strides[i]);
        from += stride;
        if (++at[i] < view.shape[i]) break;
        from -= stride * static_cast<std::uint64_t>(view.shape[i]);
        at[i] = 0;
      }
    }
    return array;
  }

  ZipArchive& archive_;
  std::string folder_;
  const Pickle& pickle_;
  std::map<std::string, std::string> storages_;
  std::uint64_t left_ = kMostBytes;
};

}  // namespace

std::vector<NamedArray> parse_state_dict(std::string_view bytes) {
  ZipArchive archive(bytes);
  for (const std::string& name : archive.names()) {
    if (!name.ends_with(kPickleName)) continue;
    const std::string folder = name.substr(0, name.size() - kPickleName.size());
    if (archive.contains(folder + "byteorder") && archive.read(folder + "byteorder") == "big") {
      throw Error("its numbers are big-endian: expected little-endian ones");
    }
    const Pickle pickle = parse_pickle(archive.read(name, kMostPickleBytes));
    return StateDict(archive, folder, pickle).tensors();
  }
  throw Error("it has no {}, as files of torch.save have", kPickleName);
}

}  // namespace mnist
