#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "commands.hpp"
#include "console/terminal.hpp"
#include "mnist/machine/threads.hpp"
#include "mnist/model_facts.hpp"
#include "options/shared_options.hpp"
#include "run/open_classifier.hpp"
#include "server/http_server.hpp"
#include "server/request_log.hpp"
#include "server/routes.hpp"
#include "server/server_metrics.hpp"
#include "server/stop_signals.hpp"

namespace mnist {
namespace {

struct ServeOptions {
  std::string host = "127.0.0.1";
  int port = 8080;
  bool quiet = false;
  ServerLimits limits;
  std::filesystem::path model;
  std::vector<std::string> classes;  ///< the names to use; none for the model's own
  ClassifierOptions classifier;
  int threads = available_cores();
  c10::Device device = c10::kCPU;
};

/// A number of seconds.
struct Seconds {
  Whole whole;
  std::chrono::seconds parse(const std::string& option, const std::string& text) const {
    return std::chrono::seconds(whole.parse(option, text));
  }
  OptionValue write(std::chrono::seconds value) const {
    return static_cast<std::int64_t>(value.count());
  }
};

void add_limits(OptionTable<ServeOptions>& table) {
  constexpr std::int64_t kGiga = 1 << 30;
  const auto add = [&](const char* name, const char* help, auto member, const auto& rule) {
    table.add(name, "N", help, member, rule);
  };
  add(
      "most-bytes", "bytes of a request's body; more is answered with 413",
      [](auto& o) -> auto& { return o.limits.body; }, Whole{1, kGiga});
  add(
      "most-pixels", "pixels of a picture; more is answered with 413",
      [](auto& o) -> auto& { return o.limits.pixels; }, Whole{1, kGiga});
  add(
      "most-header-bytes", "bytes before a request's body; more is answered with 431",
      [](auto& o) -> auto& { return o.limits.header; }, Whole{256, 1 << 20});
  add(
      "most-requests", "requests with a body at once; more are answered with 503",
      [](auto& o) -> auto& { return o.limits.requests; }, Whole{1, 1 << 16});
  add(
      "most-connections", "connections at once; more of them wait",
      [](auto& o) -> auto& { return o.limits.connections; }, Whole{1, 1 << 16});
  add(
      "request-seconds",
      "seconds for a request to come in whole; a slower one is answered with 408",
      [](auto& o) -> auto& { return o.limits.request; }, Seconds{{1, 3600}});
  add(
      "idle-seconds", "seconds without a request, after which a connection is closed",
      [](auto& o) -> auto& { return o.limits.idle; }, Seconds{{1, 3600}});
}

OptionTable<ServeOptions> serve_table() {
  OptionTable<ServeOptions> table;
  table.add(
      "host", "NAME", "address to listen on; 0.0.0.0: all of this machine's",
      [](auto& o) -> auto& { return o.host; },
      Text{[](std::string_view text) { return !text.empty(); }, "a name or address"});
  table.add(
      "port", "N", "port to listen on; 0: a free one", [](auto& o) -> auto& { return o.port; },
      Whole{0, 65535});
  table.add(
      "quiet", "", "log no requests on stderr", [](auto& o) -> auto& { return o.quiet; }, Switch());
  add_limits(table);
  add_model_option(table);
  add_classes_option(table);
  add_classifier_options(table);
  add_threads_option(table);
  add_device_option(table);
  return table;
}

/// Answers until a signal asks it to end, the requests on threads of their own, their images on
/// this one: what LibTorch computes with is set for each thread.
void serve(Classifier& classifier, const std::filesystem::path& path, const ServeOptions& options) {
  const ModelFacts facts = facts_of(classifier, options.classes);
  InferenceQueue queue(classifier, facts.images.side);
  PictureAnswer picture(queue, facts, options.threads, options.limits.pixels);
  ServerMetrics metrics;
  std::optional<HttpServer> server;
  const auto metrics_text = [&] {
    const auto [images, batches] = queue.counts();
    return metrics.text({server->requests_under_way(), server->connections(), images, batches});
  };
  const auto observe = [&](const Exchange& exchange) {
    metrics.add(exchange);
    if (!options.quiet) {
      print_stderr("{}\n", log_line(exchange, std::chrono::system_clock::now()));
    }
  };
  const ServedModel model{path.stem().string(), facts.images.side, classifier.classes()};
  server.emplace(routes({model, queue, picture, metrics_text}),
                 HttpServerOptions{options.host, options.port, options.limits, observe});
  const StopSignals signals;
  server->start();
  print_stdout("listening on {}\n", server->url());
  flush_stdout();
  std::thread end([&] {
    signals.wait();
    server->stop();
    queue.stop();
  });
  queue.run();
  end.join();
}

}  // namespace

void run_serve(int argc, const char* const* argv) {
  const auto options = parse_options(
      {"serve", "Serves a model over HTTP: a page to draw on, and the Open Inference Protocol."},
      serve_table(), argc, argv);
  if (!options) return;
  const std::filesystem::path model = find_model(options->model);
  set_threads(options->threads);
  Classifier classifier = open_classifier(model, options->device, options->classifier);
  serve(classifier, model, *options);
}

}  // namespace mnist
