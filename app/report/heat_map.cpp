#include "report/heat_map.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>

#include "report/html.hpp"

namespace mnist {
namespace {

constexpr std::size_t kFew = 16;  // classes, whose cells may be wide

constexpr double kLeastWorst = 0.01;  // a share of wrong answers that is not to look like many

double worst_of(const std::vector<double>& shares, std::size_t classes) {
  double worst = kLeastWorst;
  for (std::size_t i = 0; i < shares.size(); ++i) {
    if (i / classes != i % classes) worst = std::max(worst, shares[i]);
  }
  return worst;
}

/// From 1 to 5.
int shade_of(double strength) { return std::min(static_cast<int>(5 * strength), 4) + 1; }

std::string cell(std::int64_t count, char kind, double strength) {
  if (count == 0) return "<td>0</td>";
  return fmt::format("<td class=\"{}{}\">{}</td>", kind, shade_of(strength), count);
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
  constexpr const char* kCaption = "Rows: true classes, columns: predicted";
  const std::size_t classes = matrix.labels.size();
  const std::vector<double> shares = shares_of(matrix, Normalize::kTrue);
  const double worst = worst_of(shares, classes);
  std::string html = fmt::format("<table class=\"heat{}\"><caption>{}</caption>\n{}<tbody>\n",
                                 classes > kFew ? " many" : "", kCaption, heading(names));
  for (std::size_t row = 0; row < classes; ++row) {
    html +=
        fmt::format("<tr><th scope=\"row\">{}</th>", escaped(shortened(names[row], kMostOfAName)));
    for (std::size_t column = 0; column < classes; ++column) {
      const std::size_t i = row * classes + column;
      // The root tells one mistake from two and from six.
      html += row == column ? cell(matrix.counts[i], 'r', shares[i])
                            : cell(matrix.counts[i], 'w', std::sqrt(shares[i] / worst));
    }
    html += "</tr>\n";
  }
  return scrolling_box(kCaption, html + "</tbody></table>");
}

}  // namespace mnist
