// Figures in the Prometheus text format.
#pragma once

#include <cstddef>
#include <memory>

#include "adapters/ports/metrics_sink.hpp"

namespace vigie {

struct metrics_config {
  size_t max_label_values = metrics_sink::max_label_values; ///< distinct values of one label of one metric
  size_t max_series = 4096;     ///< combinations of one metric; above it every label of a new one is "other"
  size_t max_metrics = 1024;    ///< names
  size_t max_label_bytes = 128; ///< of one value; longer ones are cut
};

/// What breaks the rules (a name that Prometheus does not allow, one name used as two kinds, a counter that shrinks,
/// too many names) is not recorded but counted in vigie_metrics_refused_total.
std::unique_ptr<metrics_sink> make_prometheus_metrics(metrics_config config = {});

} // namespace vigie
