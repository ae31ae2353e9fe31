#include "adapters/metrics/prometheus_metrics.hpp"

#include <prometheus/counter.h>
#include <prometheus/family.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include <algorithm>
#include <exception>
#include <map>
#include <mutex>
#include <set>
#include <sstream>
#include <string>
#include <utility>

#include "actors/policy/plain_text.hpp"

namespace vigie {

namespace {

constexpr const char* other = "other";

const prometheus::Histogram::BucketBoundaries& bounds() {
  static const prometheus::Histogram::BucketBoundaries seconds{0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2,
                                                               0.5,   1,     2,     5,    10,   20,   30,  60};
  return seconds;
}

/// One metric name of one kind: its series and the values that its labels have taken.
template <class T>
struct family {
  prometheus::Family<T>* series = nullptr;
  std::map<std::string, std::set<std::string>> taken; ///< by label
  std::map<metric_labels, T*> known;                  ///< by the labels as the caller gave them, while these are few
  std::set<metric_labels> combinations;               ///< as they are stored
};

class prometheus_metrics : public metrics_sink {
public:
  explicit prometheus_metrics(metrics_config config)
      : config_(config), refused_(prometheus::BuildCounter()
                                      .Name("vigie_metrics_refused_total")
                                      .Help("Figures that broke the rules of metrics and were not recorded")
                                      .Register(registry_)
                                      .Add({})) {}

  void count(const std::string& name, const metric_labels& labels, double by) override {
    guarded([&] {
      if (by >= 0)
        series(counters_, name, labels, prometheus::BuildCounter()).Increment(by);
      else
        refused_.Increment();
    });
  }

  void gauge(const std::string& name, const metric_labels& labels, double value) override {
    guarded([&] { series(gauges_, name, labels, prometheus::BuildGauge()).Set(value); });
  }

  void observe_seconds(const std::string& name, const metric_labels& labels, double seconds) override {
    guarded([&] { series(histograms_, name, labels, prometheus::BuildHistogram(), bounds()).Observe(seconds); });
  }

  std::string render() override {
    std::ostringstream out;
    prometheus::TextSerializer{}.Serialize(out, registry_.Collect());
    return out.str();
  }

private:
  struct refused : std::exception {};

  /// The library throws for names that Prometheus does not allow; a figure is never a reason to fail.
  template <class Work>
  void guarded(Work work) {
    std::lock_guard guard{mutex_};
    try {
      work();
    } catch (const std::exception&) {
      refused_.Increment();
    }
  }

  template <class T, class Builder, class... Arguments>
  T& series(std::map<std::string, family<T>>& all, const std::string& name, const metric_labels& labels,
            Builder builder, const Arguments&... arguments) {
    auto& mine = all[open(all, name, std::move(builder))];
    if (auto i = mine.known.find(labels); i != mine.known.end())
      return *i->second;
    auto stored = bounded(mine, labels);
    auto& made = mine.series->Add(stored, arguments...);
    mine.combinations.insert(std::move(stored));
    auto is_short = [&](const auto& label) { return label.second.size() <= config_.max_label_bytes; };
    if (mine.known.size() < config_.max_series && std::all_of(labels.begin(), labels.end(), is_short))
      mine.known.emplace(labels, &made);
    return made;
  }

  template <class T, class Builder>
  const std::string& open(std::map<std::string, family<T>>& all, const std::string& name, Builder builder) {
    if (all.contains(name))
      return name;
    if (counters_.contains(name) || gauges_.contains(name) || histograms_.contains(name))
      throw refused{};
    if (counters_.size() + gauges_.size() + histograms_.size() >= config_.max_metrics)
      throw refused{};
    all[name].series = &builder.Name(name).Register(registry_);
    return name;
  }

  template <class T>
  metric_labels bounded(family<T>& mine, const metric_labels& labels) {
    metric_labels out;
    for (const auto& [label, value] : labels) {
      auto& taken = mine.taken[label];
      auto text = strip_control(std::string_view{value}.substr(0, config_.max_label_bytes));
      bool fits = taken.contains(text) || taken.size() < config_.max_label_values;
      out[label] = fits ? *taken.insert(std::move(text)).first : other;
    }
    if (!mine.combinations.contains(out) && mine.combinations.size() >= config_.max_series)
      for (auto& [label, value] : out)
        value = other;
    return out;
  }

  const metrics_config config_;
  prometheus::Registry registry_;
  prometheus::Counter& refused_;
  std::mutex mutex_;
  std::map<std::string, family<prometheus::Counter>> counters_;
  std::map<std::string, family<prometheus::Gauge>> gauges_;
  std::map<std::string, family<prometheus::Histogram>> histograms_;
};

} // namespace

std::unique_ptr<metrics_sink> make_prometheus_metrics(metrics_config config) {
  return std::make_unique<prometheus_metrics>(config);
}

} // namespace vigie
