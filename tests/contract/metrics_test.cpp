#include "adapters/metrics/prometheus_metrics.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <cmath>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

using namespace vigie;

namespace {

bool has_line(const std::string& text, const std::string& line) {
  return ("\n" + text).find("\n" + line + "\n") != std::string::npos;
}

size_t count_lines(const std::string& text, const std::string& start) {
  std::istringstream in{text};
  size_t n = 0;
  for (std::string line; std::getline(in, line);)
    n += line.starts_with(start);
  return n;
}

} // namespace

TEST_CASE("counters, gauges and histograms are rendered") {
  auto m = make_prometheus_metrics();
  m->count("vigie_runs_total", {{"state", "completed"}});
  m->count("vigie_runs_total", {{"state", "completed"}}, 2);
  m->count("vigie_runs_total", {{"state", "failed"}});
  m->gauge("vigie_workers_up", {}, 4);
  m->gauge("vigie_workers_up", {}, 3);
  m->observe_seconds("vigie_fetch_seconds", {{"host", "a"}}, 0.03);
  m->observe_seconds("vigie_fetch_seconds", {{"host", "a"}}, 100);
  auto text = m->render();
  CHECK(has_line(text, "# TYPE vigie_runs_total counter"));
  CHECK(has_line(text, "vigie_runs_total{state=\"completed\"} 3"));
  CHECK(has_line(text, "vigie_runs_total{state=\"failed\"} 1"));
  CHECK(has_line(text, "vigie_workers_up 3"));
  CHECK(has_line(text, "vigie_fetch_seconds_bucket{host=\"a\",le=\"0.02\"} 0"));
  CHECK(has_line(text, "vigie_fetch_seconds_bucket{host=\"a\",le=\"0.05\"} 1"));
  CHECK(has_line(text, "vigie_fetch_seconds_bucket{host=\"a\",le=\"60\"} 1"));
  CHECK(has_line(text, "vigie_fetch_seconds_bucket{host=\"a\",le=\"+Inf\"} 2"));
  CHECK(has_line(text, "vigie_fetch_seconds_count{host=\"a\"} 2"));
}

TEST_CASE("text in labels is escaped and made plain") {
  auto m = make_prometheus_metrics();
  m->gauge("vigie_x", {{"a", "say \"hi\"\\\x1b[31m\xff"}}, 1);
  CHECK(has_line(m->render(), "vigie_x{a=\"say \\\"hi\\\"\\\\\xEF\xBF\xBD\"} 1"));
}

TEST_CASE("labels take so many values and no more") {
  auto m = make_prometheus_metrics();
  for (int i = 0; i < 10000; ++i)
    m->count("vigie_requests_total", {{"host", "h" + std::to_string(i)}, {"status", "200"}});
  m->count("vigie_requests_total", {{"host", "h7"}, {"status", "200"}});
  auto text = m->render();
  CHECK(count_lines(text, "vigie_requests_total{") == metrics_sink::max_label_values + 1);
  CHECK(has_line(text, "vigie_requests_total{host=\"other\",status=\"200\"} 9744"));
  CHECK(has_line(text, "vigie_requests_total{host=\"h7\",status=\"200\"} 2"));
}

TEST_CASE("combinations of labels are bounded as well") {
  metrics_config config;
  config.max_label_values = 50;
  config.max_series = 100;
  auto m = make_prometheus_metrics(config);
  for (int a = 0; a < 50; ++a)
    for (int b = 0; b < 50; ++b)
      m->count("vigie_x_total", {{"a", std::to_string(a)}, {"b", std::to_string(b)}});
  auto text = m->render();
  CHECK(count_lines(text, "vigie_x_total{") == 101);
  CHECK(has_line(text, "vigie_x_total{a=\"other\",b=\"other\"} 2400"));
}

TEST_CASE("what breaks the rules is counted, not thrown") {
  metrics_config config;
  config.max_metrics = 2;
  auto m = make_prometheus_metrics(config);
  m->count("bad name", {});
  m->count("vigie_x_total", {});
  m->count("vigie_x_total", {}, -1);
  m->count("vigie_x_total", {}, std::nan(""));
  m->gauge("vigie_x_total", {}, 1);
  m->gauge("vigie_y", {{"bad label", "x"}}, 1);
  m->gauge("vigie_z", {}, 1);
  auto text = m->render();
  CHECK(has_line(text, "vigie_x_total 1"));
  CHECK(has_line(text, "vigie_metrics_refused_total 6"));
  CHECK(text.find("vigie_z") == std::string::npos);
}

TEST_CASE("many threads lose nothing") {
  auto m = make_prometheus_metrics();
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t)
    threads.emplace_back([&, t] {
      for (int i = 0; i < 2000; ++i) {
        m->count("vigie_x_total", {{"t", std::to_string((t + i) % 3)}});
        if (i % 500 == 0)
          m->render();
      }
    });
  for (auto& t : threads)
    t.join();
  auto text = m->render();
  double sum = 0;
  std::istringstream in{text};
  for (std::string line; std::getline(in, line);)
    if (line.starts_with("vigie_x_total{"))
      sum += std::stod(line.substr(line.rfind(' ')));
  CHECK(sum == 8000);
}
