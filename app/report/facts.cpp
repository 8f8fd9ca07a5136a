#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "console/summary_table.hpp"
#include "report/html.hpp"
#include "report/page_parts.hpp"
#include "run/shell_word.hpp"

namespace mnist {
namespace {

// What others wrote may be longer than a page should be.
constexpr std::size_t kMostText = 300;  // characters
constexpr std::size_t kMostItems = 30;

HtmlTable facts_table(std::string caption, std::string what,
                      std::vector<std::vector<std::string>> rows) {
  std::erase_if(rows, [](const auto& row) { return row[1].empty(); });
  for (auto& row : rows) row[1] = shortened(row[1], kMostText);
  return {.caption = std::move(caption),
          .columns = {std::move(what), "value"},
          .rows = std::move(rows),
          .numbers = false};
}

std::string list_of(const std::vector<std::string>& items) {
  std::string html = "<ul>\n";
  for (std::size_t i = 0; i < std::min(items.size(), kMostItems); ++i) {
    html += fmt::format("<li>{}</li>\n", escaped(shortened(items[i], kMostText)));
  }
  return html + "</ul>\n";
}

/// The command, and each option with its value.
std::vector<std::string> command_of(const RunRecord& run) {
  std::vector<std::string> parts = {"mnist " + run.command};
  for (const auto& [name, value] : run.options) {
    const std::string text = to_text(value);
    if (text.empty() || value == OptionValue(false)) continue;  // as if not given
    parts.push_back("--" + name);
    if (value != OptionValue(true)) parts.back() += ' ' + shell_word(text);
  }
  return parts;
}

/// Lines are broken between the parts.
std::string typed(const std::vector<std::string>& parts) {
  std::string html = "<pre><code>";
  for (const std::string& part : parts) html += fmt::format("<span>{}</span> ", escaped(part));
  html.pop_back();
  return html + "</code></pre>\n";
}

}  // namespace

std::string augmented_part(const Sheet& sheet) {
  if (sheet.png.empty()) return {};
  return fmt::format(
      "<p>A training image of some of the classes in each row: first as it is, then as the first "
      "epochs see it.</p>\n<p><img alt=\"training images, each as it is and as it "
      "was turned, scaled, moved or bent\" width=\"{}\" src=\"{}\"></p>\n",
      2 * sheet.width, png_uri(sheet.png));
}

std::string network_part(const std::vector<LayerSummary>& layers) {
  if (layers.empty()) return {};
  HtmlTable shown{.caption = "The layers in order; N is the number of images",
                  .columns = {"layer", "type", "output shape", "parameters"},
                  .rows = {}};
  std::int64_t total = 0;
  for (const LayerSummary& layer : layers) {
    shown.rows.push_back(
        {layer.name, layer.type, shape_text(layer.output_shape), with_thousands(layer.parameters)});
    total += layer.parameters;
  }
  shown.rows.push_back({"in all", "", "", with_thousands(total)});
  return to_html(shown);
}

std::string options_part(const RunRecord& run) {
  std::vector<std::vector<std::string>> rows;
  for (const auto& [name, value] : run.options) rows.push_back({"--" + name, to_text(value)});
  std::string html = to_html(facts_table("What the results depend on", "option", std::move(rows)));
  if (!run.changes.empty()) {
    html += "<p>The run was resumed with other settings:</p>\n" + list_of(run.changes);
  }
  return html;
}

std::string data_part(const DataFacts& data) {
  std::vector<std::vector<std::string>> rows = {
      {"data set", data.name.empty() ? "not a known one" : data.name},
      {"images", fmt::format("{0}×{0} pixels", data.side)},
      {"classes", fmt::format("{}", data.classes.size())}};
  for (const DataFile& file : data.files) rows.push_back({file.name, file.sha256});
  std::string html =
      to_html(facts_table("The data, and the SHA-256 of its files", "item", std::move(rows)));
  return data.notes.empty() ? html : html + list_of(data.notes);
}

std::string machine_part(const MachineRecord& machine) {
  std::vector<std::vector<std::string>> rows = {{"mnist", machine.mnist},
                                                {"revision", machine.revision},
                                                {"LibTorch", machine.libtorch},
                                                {"compiler", machine.compiler}};
  if (machine.hardware) {
    rows.push_back({"processor", machine.hardware->processor});
    rows.push_back({"instruction set", machine.hardware->cpu_capability});
    rows.push_back({"threads", fmt::format("{}", machine.hardware->threads)});
    rows.push_back({"BLAS", machine.hardware->blas});
  }
  return to_html(facts_table("What it was computed with", "item", std::move(rows)));
}

std::string again_part(const RunRecord& run, bool done) {
  std::string html;
  if (run.command == "train" && done) {
    html += "<p>From the record in the folder of this page:</p>\n" +
            typed({"mnist train", "--from metrics.json", "--output DIR"}) +
            "<p>Or written out:</p>\n";
  }
  html += typed(command_of(run.determinants()));
  html +=
      "<p class=\"faint\">With <code>--data DIR</code> where the data is not in its usual "
      "place";
  if (!done) html += ". A run that was interrupted goes on with <code>--resume</code> as well";
  html += ".</p>\n";
  if (run.weights_sha256.empty()) return html;
  return html + fmt::format("<p>SHA-256 of the weights: <code>{}</code></p>\n",
                            escaped(run.weights_sha256));
}

}  // namespace mnist
