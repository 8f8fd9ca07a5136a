#include "mnist/data/recognition.hpp"

#include <fmt/ranges.h>

#include <algorithm>
#include <utility>

#include "mnist/data/class_names.hpp"
#include "mnist/data/idx.hpp"
#include "mnist/data/known_sets.hpp"
#include "mnist/error.hpp"
#include "mnist/files/sha256.hpp"

namespace mnist {
namespace {

std::string digest_of(const std::vector<std::uint32_t>& sizes, const std::string& elements) {
  return sha256_of_parts({idx_header(sizes), elements});
}

/// The digests of the files that these images and labels are in MNIST's form.
std::vector<DataFile> files_of(const RawData& data) {
  std::vector<DataFile> files;
  for (const ImageBytes* set : {&data.train, &data.test}) {
    if (set->size() == 0) continue;
    const auto count = static_cast<std::uint32_t>(set->size());
    const auto side = static_cast<std::uint32_t>(set->side);
    const std::size_t first = set == &data.train ? 0 : 2;
    files.push_back({kFileNames[first], digest_of({count, side, side}, set->pixels)});
    files.push_back({kFileNames[first + 1], digest_of({count}, set->labels)});
  }
  return files;
}

/// The place of a file in `kFileNames`.
std::size_t place_of(const DataFile& file) {
  return static_cast<std::size_t>(std::ranges::find(kFileNames, file.name) - kFileNames.begin());
}

bool is_file_of(const KnownSet& set, const DataFile& file, const RawData& data) {
  const std::size_t place = place_of(file);
  const std::string_view digest = set.digests[place];
  return digest == file.sha256 || digest == data.packed_sha256[place];
}

/// Null where the data is not known.
const KnownSet* find_known_set(const RawData& data, DataFacts& facts) {
  for (const KnownSet& set : known_sets()) {
    if (std::ranges::all_of(facts.files, [&](auto& file) { return is_file_of(set, file, data); })) {
      if (&set != &known_sets().front()) {
        facts.notes.push_back(fmt::format("the data is {}, by its digests", set.name));
      }
      return &set;
    }
  }
  for (const KnownSet& set : known_sets()) {
    if (set.prefix.empty() || set.prefix != data.prefix) continue;
    facts.notes.push_back(fmt::format("the data is {}, by the names of its files", set.name));
    return &set;
  }
  return nullptr;
}

/// What is in files of MNIST's form is compared with MNIST's own, file by file.
void add_notes_of_files(const RawData& data, DataFacts& facts) {
  const KnownSet& mnist = known_sets().front();
  const std::string* const names[] = {&data.train.images_name, &data.train.labels_name,
                                      &data.test.images_name, &data.test.labels_name};
  for (const DataFile& file : facts.files) {
    if (is_file_of(mnist, file, data)) continue;
    facts.notes.push_back(fmt::format(
        "{} is not MNIST's own file (SHA-256 {}); using it",
        std::filesystem::path(*names[place_of(file)]).filename().string(), file.sha256));
  }
}

struct LabelRange {
  std::size_t least = 255, most = 0;
};

LabelRange range_of(const RawData& data) {
  LabelRange range;
  for (const ImageBytes* set : {&data.train, &data.test}) {
    for (const char byte : set->labels) {
      const std::size_t label = static_cast<unsigned char>(byte);
      range = {std::min(range.least, label), std::max(range.most, label)};
    }
  }
  return range;
}

bool are_numbers(const std::vector<std::string>& names) {
  return names == numbers_from(0, names.size());
}

/// Empty where nothing tells.
std::vector<std::string> names_of(const RawData& data, const KnownSet* known,
                                  const DataRequest& request) {
  const std::vector<std::string>& model = request.model_classes;
  if (!request.classes.empty()) return request.classes;
  if (!data.classes.empty()) return data.classes;
  if (!model.empty() && !are_numbers(model)) return model;
  return known ? known->classes : model;
}

void check_classes(const DataFacts& facts, const DataRequest& request) {
  const std::size_t count = facts.classes.size(), model = request.model_classes.size();
  if (model != 0 && count != model) {
    throw Error("the data has {} classes: expected {}, as many as the model", count, model);
  }
  check_class_names(facts.classes);
}

void check_labels(const ImageBytes& set, std::size_t first, std::size_t count) {
  const auto bad = std::ranges::find_if(set.labels, [&](char byte) {
    const std::size_t label = static_cast<unsigned char>(byte);
    return label < first || label >= first + count;
  });
  if (bad != set.labels.end()) {
    throw Error("'{}' has label {} at index {}: expected {} to {}", set.labels_name,
                static_cast<unsigned char>(*bad), bad - set.labels.begin(), first,
                first + count - 1);
  }
}

/// Names the classes, and makes the first one's label 0.
void settle_labels(RawData& data, std::vector<std::string> names, DataFacts& facts,
                   const DataRequest& request) {
  const LabelRange range = range_of(data);
  const bool from_one = range.least >= 1 && (names.empty() || range.most == names.size());
  const std::size_t first = from_one ? 1 : 0;
  const std::size_t most = std::min(range.most, kMostClasses - 1 + first);
  facts.classes = names.empty() ? numbers_from(first, most + 1 - first) : std::move(names);
  for (ImageBytes* set : {&data.train, &data.test}) check_labels(*set, first, facts.classes.size());
  check_classes(facts, request);
  if (!from_one) return;
  data.as_in_the_files = false;
  for (ImageBytes* set : {&data.train, &data.test}) {
    for (char& label : set->labels) --label;
  }
  facts.notes.push_back(fmt::format("the labels run from 1: {} is the first of {} classes",
                                    facts.classes.front(), facts.classes.size()));
}

/// Rows and columns of each image exchanged.
void transpose(ImageBytes& set) {
  const auto side = static_cast<std::size_t>(set.side);
  for (std::size_t image = 0; image < set.size(); ++image) {
    char* pixels = set.pixels.data() + image * side * side;
    for (std::size_t y = 0; y < side; ++y) {
      for (std::size_t x = 0; x < y; ++x) std::swap(pixels[y * side + x], pixels[x * side + y]);
    }
  }
}

}  // namespace

DataFacts recognize(RawData& data, const DataRequest& request) {
  DataFacts facts{.side = data.test.side, .files = files_of(data), .notes = data.notes};
  const KnownSet* known = find_known_set(data, facts);
  if (known) {
    facts.name = known->name;
  } else if (data.classes.empty()) {
    add_notes_of_files(data, facts);
  }
  settle_labels(data, names_of(data, known, request), facts, request);
  if (known && known->transposed) {
    data.as_in_the_files = false;
    transpose(data.train);
    transpose(data.test);
    facts.notes.push_back("its pictures lie with rows and columns exchanged: they are turned");
  }
  facts.pictures_as_they_are =
      data.pictures_as_they_are || facts.side != 28 || facts.classes != numbers_from(0, 10);
  return facts;
}

}  // namespace mnist
