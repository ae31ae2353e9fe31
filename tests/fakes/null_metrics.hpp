// A metrics_sink that renders nothing; a test can read the figures.
#pragma once

#include <map>
#include <mutex>
#include <string>
#include <utility>

#include "adapters/ports/metrics_sink.hpp"

namespace vigie {

/// Thread-safe.
class null_metrics : public metrics_sink {
public:
  void count(const std::string& name, const metric_labels& labels, double by = 1) override;
  void gauge(const std::string& name, const metric_labels& labels, double value) override;
  void observe_seconds(const std::string& name, const metric_labels& labels, double seconds) override;
  std::string render() override { return {}; }

  double counter(const std::string& name, const metric_labels& labels) const; ///< 0 if never counted
  double counter_sum(const std::string& name) const;                          ///< over all labels
  double gauge_value(const std::string& name, const metric_labels& labels) const;
  size_t observations(const std::string& name) const; ///< over all labels

private:
  using key = std::pair<std::string, metric_labels>;

  mutable std::mutex mutex_;
  std::map<key, double> counters_;
  std::map<key, double> gauges_;
  std::map<std::string, size_t> observations_;
};

} // namespace vigie
