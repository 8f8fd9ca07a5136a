#include "console/summary_table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdint>

namespace mnist {
namespace {

using Row = std::array<std::string, 3>;

}  // namespace

std::string with_thousands(std::int64_t number) {
  if (number < 1000) return fmt::format("{}", number);
  return fmt::format("{},{:03}", with_thousands(number / 1000), number % 1000);
}

std::string shape_text(const std::vector<std::int64_t>& shape) {
  std::string text = "(N";
  for (std::size_t i = 1; i < shape.size(); ++i) text += fmt::format(", {}", shape[i]);
  text += ')';
  return text;
}

std::string summary_table(const std::string& model, const std::vector<LayerSummary>& layers,
                          bool utf8) {
  std::vector<Row> rows = {{"Layer (type)", "Output shape", "Parameters"}};
  std::int64_t total = 0;
  for (const LayerSummary& layer : layers) {
    rows.push_back({fmt::format("{} ({})", layer.name, layer.type), shape_text(layer.output_shape),
                    with_thousands(layer.parameters)});
    total += layer.parameters;
  }
  std::array<std::size_t, 3> widths{};
  for (const Row& row : rows) {
    for (std::size_t i = 0; i < widths.size(); ++i) widths[i] = std::max(widths[i], row[i].size());
  }
  std::string rule;
  for (std::size_t i = 0; i < widths[0] + widths[1] + widths[2] + 6; ++i) rule += utf8 ? "─" : "-";
  rule += '\n';
  std::string table = fmt::format("Model: {}\n{}", model, rule);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    table += fmt::format(" {:<{}}  {:<{}}  {:>{}}\n", rows[i][0], widths[0], rows[i][1], widths[1],
                         rows[i][2], widths[2]);
    if (i == 0) table += rule;
  }
  return fmt::format("{}{} Total parameters: {}\n", table, rule, with_thousands(total));
}

}  // namespace mnist
