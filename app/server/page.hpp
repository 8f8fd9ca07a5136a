#pragma once

#include <string_view>

namespace mnist {

/// A file of the page that one draws on: app/server/page, which CMake puts into the program.
struct PageFile {
  std::string_view name;  ///< "page.js"
  std::string_view content;
};

extern const PageFile kPageHtml, kPageCss, kPageJs;

}  // namespace mnist
