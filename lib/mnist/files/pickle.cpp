#include "mnist/files/pickle.hpp"

#include <algorithm>
#include <map>
#include <utility>

#include "mnist/error.hpp"

namespace mnist {
namespace {

using Kind = PickleValue::Kind;

/// Of each operation there is a name in CPython's Lib/pickle.py.
class Machine {
 public:
  explicit Machine(std::string_view bytes) : bytes_(bytes) {}

  Pickle run() {
    while (step(take(1)[0])) continue;
    return std::move(values_);
  }

 private:
  std::string_view take(std::uint64_t count) {
    if (count > bytes_.size()) throw Error("its pickle ends too early");
    const std::string_view taken = bytes_.substr(0, count);
    bytes_.remove_prefix(count);
    return taken;
  }

  /// Little-endian.
  std::uint64_t number(std::size_t size) {
    const std::string_view digits = take(size);
    std::uint64_t value = 0;
    for (std::size_t i = size; i-- > 0;) value = value << 8 | static_cast<unsigned char>(digits[i]);
    return value;
  }

  std::string line() {
    const std::size_t end = std::min(bytes_.find('\n'), bytes_.size());
    return std::string(take(end + 1).substr(0, end));
  }

  std::size_t pop() {
    if (stack_.empty()) throw Error("its pickle is damaged: it takes more than it has");
    const std::size_t top = stack_.back();
    stack_.pop_back();
    return top;
  }

  std::vector<std::size_t> pop_to_mark() {
    if (marks_.empty() || marks_.back() > stack_.size()) {
      throw Error("its pickle is damaged: it has a mark too few");
    }
    const auto begin = stack_.begin() + static_cast<std::ptrdiff_t>(marks_.back());
    std::vector<std::size_t> items(begin, stack_.end());
    stack_.erase(begin, stack_.end());
    marks_.pop_back();
    return items;
  }

  std::vector<std::size_t> pop(int count) {
    std::vector<std::size_t> items(static_cast<std::size_t>(count));
    for (std::size_t i = items.size(); i-- > 0;) items[i] = pop();
    return items;
  }

  void push(PickleValue value) {
    stack_.push_back(values_.size());
    values_.push_back(std::move(value));
  }

  void push_sequence(std::vector<std::size_t> items) {
    push({.kind = Kind::kSequence, .items = std::move(items)});
  }

  void push_text(std::uint64_t size) {
    push({.kind = Kind::kText, .text = std::string(take(size))});
  }

  void push_integer(std::uint64_t value) {
    push({.kind = Kind::kInteger, .integer = static_cast<std::int64_t>(value)});
  }

  /// A whole number of any length; those over 64 bits are none that a tensor has.
  void push_long(std::uint64_t size) {
    if (size > 8) {
      take(size);
      return push({});
    }
    std::uint64_t value = number(size);
    const bool negative = size > 0 && (value >> (8 * size - 1) & 1) != 0;
    if (negative && size < 8) value |= ~std::uint64_t{0} << (8 * size);
    push_integer(value);
  }

  /// What is added to anything else than a dictionary or list is not looked at.
  void add(Kind kind, const std::vector<std::size_t>& items) {
    const std::size_t target = pop();
    stack_.push_back(target);
    PickleValue& value = values_[target];
    if (value.kind == kind) value.items.insert(value.items.end(), items.begin(), items.end());
  }

  void add_to_dictionary(const std::vector<std::size_t>& items) {
    if (items.size() % 2 != 0) throw Error("its pickle is damaged: a key has no value");
    add(Kind::kDictionary, items);
  }

  void call(std::vector<std::size_t> items) {
    if (values_[items.front()].text == "collections.OrderedDict") {
      return push({.kind = Kind::kDictionary});
    }
    push({.kind = Kind::kCall, .items = std::move(items)});
  }

  void memorize(std::uint64_t place) {
    const std::size_t top = pop();
    stack_.push_back(top);
    memory_[place] = top;
  }

  void recall(std::uint64_t place) {
    const auto found = memory_.find(place);
    if (found == memory_.end()) throw Error("its pickle is damaged: it recalls what is not there");
    stack_.push_back(found->second);
  }

  void push_global(const std::string& module, const std::string& name) {
    push({.kind = Kind::kGlobal, .text = module + "." + name});
  }

  /// Takes the operation, or says that it is of another group. The last one ends the pickle.
  bool step(char operation) {
    if (operation == '.') return false;
    if (step_number_or_text(operation) || step_container(operation) || step_object(operation)) {
      return true;
    }
    throw Error("its pickle has the operation 0x{:02x}, which none of tensors has",
                static_cast<unsigned char>(operation));
  }

  bool step_number_or_text(char operation) {
    switch (operation) {
      case 'J':  // BININT
        return push_long(4), true;
      case 'K':  // BININT1
        return push_integer(number(1)), true;
      case 'M':  // BININT2
        return push_integer(number(2)), true;
      case '\x8a':  // LONG1
        return push_long(number(1)), true;
      case '\x88':  // NEWTRUE
        return push_integer(1), true;
      case '\x89':  // NEWFALSE
        return push_integer(0), true;
      case 'G':  // BINFLOAT
        return take(8), push({}), true;
      case 'X':  // BINUNICODE
        return push_text(number(4)), true;
      case '\x8c':  // SHORT_BINUNICODE
        return push_text(number(1)), true;
      case 'C':  // SHORT_BINBYTES
      case 'B':  // BINBYTES
        return take(number(operation == 'C' ? 1 : 4)), push({}), true;
      case 'N':  // NONE
        return push({}), true;
      default:
        return false;
    }
  }

  bool step_container(char operation) {
    switch (operation) {
      case '(':  // MARK
        return marks_.push_back(stack_.size()), true;
      case ')':  // EMPTY_TUPLE
      case ']':  // EMPTY_LIST
        return push_sequence({}), true;
      case '}':  // EMPTY_DICT
        return push({.kind = Kind::kDictionary}), true;
      case 't':  // TUPLE
        return push_sequence(pop_to_mark()), true;
      case '\x85':  // TUPLE1
      case '\x86':  // TUPLE2
      case '\x87':  // TUPLE3
        return push_sequence(pop(operation - '\x84')), true;
      case 's':  // SETITEM
        return add_to_dictionary(pop(2)), true;
      case 'u':  // SETITEMS
        return add_to_dictionary(pop_to_mark()), true;
      case 'a':  // APPEND
        return add(Kind::kSequence, pop(1)), true;
      case 'e':  // APPENDS
        return add(Kind::kSequence, pop_to_mark()), true;
      default:
        return false;
    }
  }

  bool step_object(char operation) {
    switch (operation) {
      case '\x80':  // PROTO
        return take(1), true;
      case '\x95':  // FRAME
        return take(8), true;
      case 'q':  // BINPUT
        return memorize(number(1)), true;
      case 'r':  // LONG_BINPUT
        return memorize(number(4)), true;
      case '\x94':  // MEMOIZE
        return memorize(memory_.size()), true;
      case 'h':  // BINGET
        return recall(number(1)), true;
      case 'j':  // LONG_BINGET
        return recall(number(4)), true;
      case 'c': {  // GLOBAL
        const std::string module = line();
        return push_global(module, line()), true;
      }
      case '\x93': {  // STACK_GLOBAL
        const std::vector<std::size_t> names = pop(2);
        return push_global(values_[names[0]].text, values_[names[1]].text), true;
      }
      case 'R':     // REDUCE
      case '\x81':  // NEWOBJ
        return call(pop(2)), true;
      case 'b':              // BUILD
        return pop(), true;  // its members are none that are looked at
      case 'Q':              // BINPERSID
        return push({.kind = Kind::kPersistent, .items = pop(1)}), true;
      default:
        return false;
    }
  }

  std::string_view bytes_;
  Pickle values_;
  std::vector<std::size_t> stack_;
  std::vector<std::size_t> marks_;
  std::map<std::uint64_t, std::size_t> memory_;
};

}  // namespace

Pickle parse_pickle(std::string_view bytes) { return Machine(bytes).run(); }

}  // namespace mnist
