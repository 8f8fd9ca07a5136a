#include "report/html.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "mnist/files/base64.hpp"

namespace mnist {
namespace {

constexpr std::string_view kReplacement = "\xef\xbf\xbd";  // U+FFFD

std::string as_utf8(std::string_view text) {
  using nlohmann::json;
  const std::string quoted = json(text).dump(-1, ' ', false, json::error_handler_t::replace);
  return json::parse(quoted).get<std::string>();
}

bool begins_character(char byte) { return (static_cast<unsigned char>(byte) & 0xc0) != 0x80; }

}  // namespace

std::string escaped(std::string_view text) {
  std::string html;
  for (const char byte : as_utf8(text)) {
    switch (byte) {
      case '&':
        html += "&amp;";
        break;
      case '<':
        html += "&lt;";
        break;
      case '>':
        html += "&gt;";
        break;
      case '"':
        html += "&quot;";
        break;
      case '\'':
        html += "&#39;";
        break;
      default:
        const auto code = static_cast<unsigned char>(byte);
        if ((code < 0x20 && byte != '\n' && byte != '\t') || code == 0x7f) {
          html += kReplacement;
        } else {
          html += byte;
        }
    }
  }
  return html;
}

std::string shortened(std::string_view text, std::size_t most) {
  std::size_t characters = 0, kept = 0;  // `kept`: bytes of the first most - 1 characters
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (!begins_character(text[i])) continue;
    if (++characters == most) kept = i;
    if (characters > most) return std::string(text.substr(0, kept)) + "…";
  }
  return std::string(text);
}

std::string png_uri(std::string_view png) { return "data:image/png;base64," + to_base64(png); }

std::string to_html(const HtmlTable& table) {
  std::string html = fmt::format("<table{}><caption>{}</caption>\n<thead><tr>",
                                 table.numbers ? " class=\"numbers\"" : "", escaped(table.caption));
  for (const std::string& column : table.columns) {
    html += fmt::format("<th scope=\"col\">{}</th>", escaped(column));
  }
  html += "</tr></thead>\n<tbody>\n";
  for (const std::vector<std::string>& row : table.rows) {
    html += fmt::format("<tr><th scope=\"row\">{}</th>", escaped(row.front()));
    for (std::size_t i = 1; i < row.size(); ++i) {
      html += fmt::format("<td>{}</td>", escaped(row[i]));
    }
    html += "</tr>\n";
  }
  html += "</tbody></table>";
  return scrolling_box(table.caption, html);
}

std::string scrolling_box(std::string_view name, std::string_view content) {
  return fmt::format(
      "<div class=\"scroll\" role=\"region\" tabindex=\"0\" aria-label=\"{}\">{}</div>\n",
      escaped(name), content);
}

}  // namespace mnist
