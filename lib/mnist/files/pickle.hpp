#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace mnist {

/// A value of a pickle. Nothing that a pickle asks to be called is called: what it would have been
/// called with is noted.
struct PickleValue {
  enum class Kind : std::uint8_t {
    kOther,    ///< None, bytes, …
    kInteger,  ///< a truth value too
    kText,
    kSequence,    ///< a tuple, list or set
    kDictionary,  ///< dict or OrderedDict; `items` are keys and values in turn
    kGlobal,      ///< a function or class: `text` is "module.name"
    kCall,        ///< `items`: the function, its arguments
    kPersistent,  ///< what the pickle's reader is to know: `items` is its identity
  };
  Kind kind = Kind::kOther;
  std::int64_t integer = 0;
  std::string text = {};
  std::vector<std::size_t> items = {};  ///< indices among the pickle's values
};

/// The values of a pickle in the order in which they begin.
using Pickle = std::vector<PickleValue>;

/// Reads a pickle of protocols 2 to 5 as far as PyTorch's dictionaries of tensors go. It takes
/// memory in proportion to `bytes`, at most 300 times as much. Throws `Error` where it is damaged
/// or has operations of other kinds. https://github.com/python/cpython/blob/main/Lib/pickletools.py
Pickle parse_pickle(std::string_view bytes);

}  // namespace mnist
