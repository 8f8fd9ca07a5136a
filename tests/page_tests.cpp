#include <algorithm>
#include <cmath>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "catch.hpp"
#include "errors.hpp"
#include "mnist/files/base64.hpp"
#include "report/answers.hpp"
#include "report/heat_map.hpp"
#include "report/html.hpp"
#include "report/line_chart.hpp"
#include "report/page.hpp"

using namespace mnist;

namespace {

std::size_t count_of(const std::string& text, const std::string& part) {
  std::size_t count = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) {
    ++count;
  }
  return count;
}

/// Four images of two classes: two answers are right.
Evaluation small_evaluation() {
  const std::vector<std::int64_t> labels = {0, 1, 1, 0}, predictions = {0, 0, 1, 1};
  return {.labels = labels,
          .predictions = predictions,
          .probabilities = {0.6F, 0.4F, 0.9F, 0.1F, 0.2F, 0.8F, 0.3F, 0.7F},
          .accuracy = 0.5,
          .top_2_accuracy = 1,
          .loss = 0.25,
          .report = classification_report(labels, predictions),
          .matrix = confusion_matrix(labels, predictions),
          .most_confused = most_confused(labels, predictions),
          .classes = {"<b>", "one"},
          .warnings = {}};
}

}  // namespace

TEST_CASE("base64 is that of RFC 4648", "[page]") {
  const std::vector<std::pair<std::string, std::string>> vectors = {{"", ""},
                                                                    {"f", "Zg=="},
                                                                    {"fo", "Zm8="},
                                                                    {"foo", "Zm9v"},
                                                                    {"foob", "Zm9vYg=="},
                                                                    {"fooba", "Zm9vYmE="},
                                                                    {"foobar", "Zm9vYmFy"}};
  for (const auto& [bytes, text] : vectors) CHECK(to_base64(bytes) == text);
  CHECK(to_base64(std::string("\xff\x00\xfe", 3)) == "/wD+");
}

TEST_CASE("text is shown as it is, whatever it holds", "[page]") {
  CHECK(escaped("<a href=\"x\" b='y'>&amp;") ==
        "&lt;a href=&quot;x&quot; b=&#39;y&#39;&gt;&amp;amp;");
  CHECK(escaped("für 数") == "für 数");
  CHECK(escaped("a\xff"
                "b") ==
        "a\xef\xbf\xbd"
        "b");
  CHECK(escaped(std::string("a\0b\x1b", 4)) ==
        "a\xef\xbf\xbd"
        "b\xef\xbf\xbd");
}

TEST_CASE("a long text is cut between characters", "[page]") {
  CHECK(shortened("four", 4) == "four");
  CHECK(shortened("fives", 4) == "fiv…");
  CHECK(shortened("ääää", 4) == "ääää");
  CHECK(shortened("äääää", 4) == "äää…");
  CHECK(shortened("", 4).empty());
}

TEST_CASE("a table has a caption, and headings of columns and rows", "[page]") {
  const std::string html =
      to_html({.caption = "A & B", .columns = {"x", "y"}, .rows = {{"<", "1"}}});
  CHECK(contains(html, "<caption>A &amp; B</caption>"));
  CHECK(contains(html, "<th scope=\"col\">y</th>"));
  CHECK(contains(html, "<tr><th scope=\"row\">&lt;</th><td>1</td></tr>"));
  CHECK(contains(html, "tabindex=\"0\" aria-label=\"A &amp; B\""));
}

TEST_CASE("an axis ends in round numbers and has a few ticks", "[page]") {
  const auto labels = [](const Axis& axis) {
    std::vector<std::string> texts;
    for (const double tick : axis.ticks()) texts.push_back(axis.label(tick));
    return texts;
  };
  using Labels = std::vector<std::string>;
  CHECK(labels(round_axis(0.913, 0.996, 5)) ==
        Labels{"0.90", "0.92", "0.94", "0.96", "0.98", "1.00"});
  CHECK(labels(round_axis(0.031, 0.48, 5)) == Labels{"0.0", "0.1", "0.2", "0.3", "0.4", "0.5"});
  CHECK(labels(round_axis(0, 7000, 5)) == Labels{"0", "2000", "4000", "6000", "8000"});
  CHECK(labels(whole_axis(1, 10, 8)) == Labels{"2", "4", "6", "8", "10"});
  CHECK(labels(whole_axis(1, 3, 8)) == Labels{"1", "2", "3"});
  CHECK(labels(whole_axis(1, 200, 8)) == Labels{"50", "100", "150", "200"});
  CHECK(labels(whole_axis(1, 1, 8)) == Labels{"1"});
  // What stays the same lies on the axis, too, below the upper end of what can be.
  const Axis flat = round_axis(1, 1, 5);
  CHECK((flat.low < 1 && flat.high < 1.001));
}

TEST_CASE("an axis holds its numbers with few ticks, of any size", "[page]") {
  for (double low = -3; low < 3; low += 0.37) {
    for (double size = 1e-6; size < 1e6; size *= 3.7) {
      const Axis axis = round_axis(low, low + size, 5);
      const double slack = 1e-6 * axis.step;
      CHECK((axis.low <= low + slack && axis.high >= low + size - slack));
      CHECK((axis.ticks().size() >= 2 && axis.ticks().size() <= 7));
    }
  }
}

TEST_CASE("a chart draws its lines from end to end of its axes", "[page]") {
  const std::string svg = line_chart({.title = "T <",
                                      .description = "D",
                                      .x_name = "epoch",
                                      .lines = {{"training", {{1, 0}, {2, std::nan("")}, {3, 1}}}},
                                      .mark = LineChart::Mark{3, "best"}});
  CHECK(contains(svg, "role=\"img\""));
  CHECK(contains(svg, "<title>T &lt;</title><desc>D</desc>"));
  CHECK(contains(svg, "d=\"M54.0 256.0L428.0 46.0\""));  // what is no number is left out
  CHECK(count_of(svg, "<circle") == 2);
  CHECK(contains(svg, "class=\"mark\" d=\"M428.0"));
  CHECK(contains(svg, ">best</text>"));
}

TEST_CASE("a chart without a point is one", "[page]") {
  CHECK(contains(
      line_chart({.title = "", .description = "", .x_name = "", .lines = {{"training", {}}}}),
      "</svg>"));
  CHECK(contains(
      line_chart(
          {.title = "", .description = "", .x_name = "", .lines = {{"training", {{1, 0.5}}}}}),
      "<circle cx=\"241.0\""));
}

TEST_CASE("the heat map's colours tell right from wrong and much from little", "[page]") {
  std::vector<std::int64_t> labels(1000, 0), predictions(1000, 0);
  std::fill_n(predictions.begin(), 16, 1);
  predictions[999] = 2;
  labels.insert(labels.end(), {1, 1, 2});
  predictions.insert(predictions.end(), {1, 1, 2});
  const std::string html = heat_map(confusion_matrix(labels, predictions), {"nought", "<", "two"});
  CHECK(contains(html, "<td class=\"r5\">983</td><td class=\"w5\">16</td><td class=\"w2\">1</td>"));
  CHECK(contains(
      html, "<tr><th scope=\"row\">&lt;</th><td>0</td><td class=\"r5\">2</td><td>0</td></tr>"));
  CHECK(contains(html, "class=\"upright\""));
}

TEST_CASE("one mistake in a thousand is faint, even where there is no other", "[page]") {
  std::vector<std::int64_t> labels(1000, 0), predictions(1000, 0);
  predictions[0] = 1;
  labels.push_back(1);
  predictions.push_back(1);
  CHECK(contains(heat_map(confusion_matrix(labels, predictions), {"0", "1"}),
                 "<td class=\"w2\">1</td>"));
}

TEST_CASE("the surest mistakes and the least sure right answers come first", "[page]") {
  const Evaluation evaluation = small_evaluation();
  const std::vector<Answer> mistakes = worst_mistakes(evaluation, 40);
  REQUIRE(mistakes.size() == 2);
  CHECK((mistakes[0].row == 1 && mistakes[1].row == 3));
  CHECK(caption_of(mistakes[0], evaluation.classes) == "one taken for <b>, 90.0%");
  CHECK(worst_mistakes(evaluation, 1).size() == 1);
  const std::vector<Answer> uncertain = least_certain(evaluation, 40);
  REQUIRE(uncertain.size() == 2);
  CHECK((uncertain[0].row == 0 && uncertain[1].row == 2));
  CHECK(caption_of(uncertain[0], evaluation.classes) == "<b>, 60.0%");
  CHECK(contains(gallery(mistakes, evaluation.classes),
                 "one taken for &lt;b&gt;, 90.0%</figcaption>"));
}

TEST_CASE("only what is certain is a hundred per cent", "[page]") {
  CHECK(percent(0.9999) == "99.9%");
  CHECK(percent(1) == "100.0%");
  CHECK(percent(0.1234) == "12.3%");
}

TEST_CASE("a page of a run under way says so, and shows what there is", "[page]") {
  const RunRecord run{.command = "train",
                      .options = {{"epochs", std::int64_t{9}},
                                  {"init", std::string("it's")},
                                  {"reproducible", true},
                                  {"other", false}},
                      .machine = {},
                      .data = {}};
  const std::string page =
      report_page({.run = run,
                   .history = {{1, {0.5, 1.5}, {0.75, 0.5}, 2}, {2, {0.6, 1.2}, {0.7, 0.6}, 2}},
                   .epochs = 9});
  CHECK(contains(page, "This run is under way: 2 of 9 epochs are done."));
  CHECK(contains(page, "best: epoch 1"));
  CHECK(contains(page, "<td>0.7500</td>"));
  CHECK(contains(page,
                 "<span>--init &#39;it&#39;\\&#39;&#39;s&#39;</span> <span>--reproducible</span>"));
  CHECK_FALSE(contains(page, "--other</span>"));
  CHECK_FALSE(contains(page, "Confusion matrix"));
}

TEST_CASE("a page of an evaluation has scores and no curves", "[page]") {
  const RunRecord run{.command = "evaluate", .options = {}, .machine = {}, .data = {}};
  const Evaluation evaluation = small_evaluation();
  const std::string page = report_page({.run = run, .evaluation = &evaluation});
  CHECK(contains(page, "<dd>50.00%</dd>"));
  CHECK(contains(page, "<dd>2 of 4</dd>"));
  CHECK_FALSE(contains(page, "Learning curves"));
  CHECK_FALSE(contains(page, "<b>"));
}

TEST_CASE("a page of very many epochs and long names stays small", "[page]") {
  const RunRecord run{.command = "train",
                      .options = {},
                      .machine = {},
                      .data = {.notes = std::vector<std::string>(1000, std::string(9999, '<'))},
                      .changes = std::vector<std::string>(1000, std::string(9999, '<'))};
  std::vector<EpochRecord> history;
  for (std::int64_t epoch = 1; epoch <= 100'000; ++epoch) {
    history.push_back({epoch, {0.5, 1}, {0.5, 1.0 / static_cast<double>(epoch)}, 1});
  }
  const std::string page = report_page({.run = run, .history = history});
  CHECK(page.size() < 400'000);
  CHECK(contains(page, "best: epoch 100000"));
  CHECK(contains(page, "<th scope=\"row\">100000</th>"));
}
