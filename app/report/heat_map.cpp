#include "report/heat_map.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <span>

#include "console/shaded_matrix.hpp"
#include "report/html.hpp"

namespace mnist {
namespace {

constexpr std::size_t kFew = 16;  // classes, whose cells may be wide

std::string cell(std::int64_t count, std::int64_t total, bool right) {
  if (count == 0) return "<td>0</td>";
  const double share = static_cast<double>(count) / static_cast<double>(total);
  return fmt::format("<td class=\"{}{}\">{}</td>", right ? 'r' : 'w', shade_of(share) + 1, count);
}

std::string heading(const std::vector<std::string>& names) {
  // Longer ones stand upright, so that their columns stay narrow.
  const bool upright = std::ranges::any_of(names, [](const auto& name) { return name.size() > 3; });
  std::string html = fmt::format("<thead{}><tr><td></td>", upright ? " class=\"upright\"" : "");
  for (const std::string& name : names) {
    html += fmt::format("<th scope=\"col\"><span>{}</span></th>",
                        escaped(shortened(name, kMostOfAName)));
  }
  return html + "</tr></thead>\n";
}

}  // namespace

std::string heat_map(const ConfusionMatrix& matrix, const std::vector<std::string>& names) {
  constexpr const char* kCaption =
      "How often images of each class (rows) were taken for each class (columns)";
  const std::size_t classes = matrix.labels.size();
  std::string html = fmt::format("<table class=\"heat{}\"><caption>{}</caption>\n{}<tbody>\n",
                                 classes > kFew ? " many" : "", kCaption, heading(names));
  for (std::size_t row = 0; row < classes; ++row) {
    const std::span counts(matrix.counts.data() + row * classes, classes);
    const std::int64_t total = std::accumulate(counts.begin(), counts.end(), std::int64_t{0});
    html +=
        fmt::format("<tr><th scope=\"row\">{}</th>", escaped(shortened(names[row], kMostOfAName)));
    for (std::size_t column = 0; column < classes; ++column) {
      html += cell(counts[column], total, row == column);
    }
    html += "</tr>\n";
  }
  return scrolling_box(kCaption, html + "</tbody></table>");
}

}  // namespace mnist
