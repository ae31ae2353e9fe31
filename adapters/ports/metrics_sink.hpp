// Port: figures about ourselves.
#pragma once

#include <cstdint>
#include <map>
#include <string>

namespace vigie {

using metric_labels = std::map<std::string, std::string>;

/// Thread-safe. Names are vigie_<noun>_<unit>[_total]. A label takes at most `max_label_values` distinct values per
/// metric; later ones are counted under "other", so that no input can grow the memory.
class metrics_sink {
public:
  static constexpr size_t max_label_values = 256;

  virtual ~metrics_sink() = default;

  virtual void count(const std::string& name, const metric_labels& labels, double by = 1) = 0;
  virtual void gauge(const std::string& name, const metric_labels& labels, double value) = 0;
  /// Seconds, in buckets from 1 ms to 60 s.
  virtual void observe_seconds(const std::string& name, const metric_labels& labels, double seconds) = 0;
  /// The Prometheus text format, version 0.0.4.
  virtual std::string render() = 0;
};

} // namespace vigie
