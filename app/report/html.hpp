#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

// The small parts that a page is made of.
namespace mnist {

/// `text`, whoever wrote it, as HTML that shows it, in an element or in a quoted attribute. What is
/// not UTF-8, and control characters, are shown as U+FFFD.
std::string escaped(std::string_view text);

/// At most `most` characters of `text`, the last of them "…" where some are left out.
std::string shortened(std::string_view text, std::size_t most);

/// That is all that is shown of the name of a class, which may be long, among others.
inline constexpr std::size_t kMostOfAName = 16;  // characters

/// The bytes of a PNG file as an address that holds them.
std::string png_uri(std::string_view png);

/// The cells are plain text, the first of each row is its heading.
struct HtmlTable {
  std::string caption;
  std::vector<std::string> columns;  ///< their headings, as many as each row has cells
  std::vector<std::vector<std::string>> rows;
  bool numbers = true;  ///< whether the cells are to stand below each other digit by digit
};

/// A table in a box that scrolls, with keys too, where the screen is too narrow.
std::string to_html(const HtmlTable& table);

/// Such a box, which assistive technology calls `name`, with `content`, which is HTML.
std::string scrolling_box(std::string_view name, std::string_view content);

}  // namespace mnist
