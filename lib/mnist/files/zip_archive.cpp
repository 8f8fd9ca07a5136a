#include "mnist/files/zip_archive.hpp"

#include <zip.h>

#include <algorithm>

#include "mnist/error.hpp"

namespace mnist {
namespace {

/// Deflate packs 258 bytes into two bits at best.
constexpr std::uint64_t kMostRatio = 1032;

struct CloseMember {
  void operator()(zip_file_t* member) const { zip_fclose(member); }
};

/// The archive of `bytes`. Throws `Error`.
zip_t* open(std::string_view bytes) {
  zip_error_t error;
  zip_error_init(&error);
  const auto fail = [&]() -> zip_t* {
    const std::string why = zip_error_strerror(&error);
    zip_error_fini(&error);
    throw Error("it is no whole zip archive: {}", why);
  };
  zip_source_t* source = zip_source_buffer_create(bytes.data(), bytes.size(), 0, &error);
  if (!source) return fail();
  zip_t* archive = zip_open_from_source(source, ZIP_RDONLY, &error);
  if (!archive) {
    zip_source_free(source);
    return fail();
  }
  zip_error_fini(&error);
  return archive;
}

}  // namespace

void ZipArchive::Close::operator()(zip* archive) const { zip_discard(archive); }

ZipArchive::ZipArchive(std::string_view bytes) : size_(bytes.size()), archive_(open(bytes)) {
  const zip_int64_t count = zip_get_num_entries(archive_.get(), 0);
  for (zip_int64_t i = 0; i < count; ++i) {
    const char* name = zip_get_name(archive_.get(), static_cast<zip_uint64_t>(i), ZIP_FL_ENC_RAW);
    names_.emplace_back(name ? name : "");
  }
}

bool ZipArchive::contains(std::string_view name) const {
  return std::ranges::find(names_, name) != names_.end();
}

std::string ZipArchive::read(const std::string& name, std::uint64_t most) const {
  const auto found = std::ranges::find(names_, name);
  if (found == names_.end()) throw Error("it has no member '{}'", name);
  const auto index = static_cast<zip_uint64_t>(found - names_.begin());
  zip_stat_t stat;
  constexpr zip_uint64_t kNeeded = ZIP_STAT_SIZE | ZIP_STAT_COMP_SIZE;
  if (zip_stat_index(archive_.get(), index, 0, &stat) != 0 || (stat.valid & kNeeded) != kNeeded ||
      stat.comp_size > size_ || stat.size / kMostRatio > stat.comp_size + 1) {
    throw Error("its member '{}' has no possible size", name);
  }
  if (stat.size > most) {
    throw Error("its member '{}' has {} bytes: expected at most {}", name, stat.size, most);
  }
  const std::unique_ptr<zip_file_t, CloseMember> member(zip_fopen_index(archive_.get(), index, 0));
  if (!member) throw Error("its member '{}' cannot be unpacked", name);
  std::string bytes(stat.size, '\0');
  for (std::uint64_t done = 0;;) {
    const bool whole = done == bytes.size();  // the checksum is compared where the end is read
    char beyond = 0;
    const zip_int64_t more =
        whole ? zip_fread(member.get(), &beyond, 1)
              : zip_fread(member.get(), bytes.data() + done, bytes.size() - done);
    if (whole && more == 0) return bytes;
    if (whole || more <= 0) throw Error("its member '{}' is damaged", name);
    done += static_cast<std::uint64_t>(more);
  }
}

}  // namespace mnist
