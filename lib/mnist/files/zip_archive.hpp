#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

struct zip;

namespace mnist {

/// A zip archive in memory, whose members are stored or packed by deflate. What its functions throw
/// is `Error`, without the file's name.
class ZipArchive {
 public:
  /// Nothing is copied: `bytes` outlive the archive. Throws where they are no whole zip archive.
  explicit ZipArchive(std::string_view bytes);

  /// In their order.
  const std::vector<std::string>& names() const { return names_; }
  bool contains(std::string_view name) const;

  /// The bytes of a member. Throws where there is none of that name, it is damaged, or has more
  /// bytes than `most`, which is found out before anything is allocated.
  std::string read(const std::string& name, std::uint64_t most = std::uint64_t{1} << 30) const;

 private:
  struct Close {
    void operator()(zip* archive) const;
  };

  std::uint64_t size_;
  std::unique_ptr<zip, Close> archive_;
  std::vector<std::string> names_;
};

}  // namespace mnist
