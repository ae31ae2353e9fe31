#include "tests/fakes/null_metrics.hpp"

namespace vigie {

void null_metrics::count(const std::string& name, const metric_labels& labels, double by) {
  std::lock_guard guard{mutex_};
  counters_[{name, labels}] += by;
}

void null_metrics::gauge(const std::string& name, const metric_labels& labels, double value) {
  std::lock_guard guard{mutex_};
  gauges_[{name, labels}] = value;
}

void null_metrics::observe_seconds(const std::string& name, const metric_labels&, double) {
  std::lock_guard guard{mutex_};
  ++observations_[name];
}

double null_metrics::counter(const std::string& name, const metric_labels& labels) const {
  std::lock_guard guard{mutex_};
  auto i = counters_.find({name, labels});
  return i == counters_.end() ? 0 : i->second;
}

double null_metrics::counter_sum(const std::string& name) const {
  std::lock_guard guard{mutex_};
  double sum = 0;
  for (const auto& [key, value] : counters_)
    if (key.first == name)
      sum += value;
  return sum;
}

double null_metrics::gauge_value(const std::string& name, const metric_labels& labels) const {
  std::lock_guard guard{mutex_};
  auto i = gauges_.find({name, labels});
  return i == gauges_.end() ? 0 : i->second;
}

size_t null_metrics::observations(const std::string& name) const {
  std::lock_guard guard{mutex_};
  auto i = observations_.find(name);
  return i == observations_.end() ? 0 : i->second;
}

} // namespace vigie
