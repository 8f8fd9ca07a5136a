#include "report/page.hpp"

#include <fmt/format.h>

#include <string>
#include <string_view>
#include <vector>

#include "report/html.hpp"
#include "report/page_parts.hpp"
#include "report/style.hpp"

namespace mnist {
namespace {

struct Section {
  const char* id;
  const char* heading;
  std::string content;  ///< HTML; empty where there is nothing to show
};

std::vector<Section> sections_of(const Report& report) {
  const RunRecord& run = report.run;
  std::vector<Section> sections;
  if (report.evaluation) {
    sections.push_back({"scores", "Scores", scores_part(*report.evaluation)});
  }
  sections.push_back({"curves", "Learning curves", curves_part(report.history)});
  if (report.evaluation) {
    const Evaluation& evaluation = *report.evaluation;
    sections.push_back({"confusions", "Confusion matrix", confusions_part(evaluation)});
    sections.push_back({"classes", "Scores by class", classes_part(evaluation)});
    sections.push_back(
        {"mistakes", "Worst mistakes", mistakes_part(report.mistakes, evaluation.classes)});
    sections.push_back({"uncertain", "Least certain right answers",
                        uncertain_part(report.uncertain, evaluation.classes)});
  }
  sections.push_back({"augmented", "Augmented images", augmented_part(report.augmented)});
  sections.push_back({"network", "Network", network_part(report.layers)});
  sections.push_back({"options", "Options", options_part(run)});
  sections.push_back({"data", "Data", data_part(run.data)});
  sections.push_back({"machine", "Versions and machine", machine_part(run.machine)});
  sections.push_back({"again", "Run it again", again_part(run, report.evaluation != nullptr)});
  std::erase_if(sections, [](const Section& section) { return section.content.empty(); });
  return sections;
}

std::string contents_of(const std::vector<Section>& sections) {
  std::string html = "<nav aria-label=\"Contents\"><ul>\n";
  for (const Section& section : sections) {
    html += fmt::format("<li><a href=\"#{}\">{}</a></li>\n", section.id, section.heading);
  }
  return html + "</ul></nav>\n";
}

/// What an evaluation and a run that is under way have to say first.
std::string introduction(const Report& report) {
  const bool trained = report.run.command == "train";
  const std::string set =
      report.run.data.name.empty() ? "data without a known name" : report.run.data.name;
  std::string html =
      fmt::format("<h1>mnist: {} on {}</h1>\n", trained ? "training" : "evaluation", escaped(set));
  if (!report.evaluation) {
    html += fmt::format(
        "<p class=\"note\">This run is under way: {} of {} epochs are done. This file is written "
        "anew after each; reload the page to see how far it is.</p>\n",
        report.history.size(), report.epochs);
  }
  return html;
}

}  // namespace

std::string report_page(const Report& report) {
  const std::vector<Section> sections = sections_of(report);
  // Whatever a name on the page might smuggle in, the browser is to run and load nothing.
  std::string html = fmt::format(
      "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
      "style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
      "<title>mnist: report</title>\n<link rel=\"icon\" href=\"data:,\">\n"
      "<style>{}</style>\n</head>\n<body>\n<header>\n{}{}</header>\n<main>\n",
      kStyle, introduction(report), contents_of(sections));
  for (const Section& section : sections) {
    html +=
        fmt::format("<section aria-labelledby=\"{0}\">\n<h2 id=\"{0}\">{1}</h2>\n{2}</section>\n",
                    section.id, section.heading, section.content);
  }
  return html + "</main>\n</body>\n</html>\n";
}

}  // namespace mnist
