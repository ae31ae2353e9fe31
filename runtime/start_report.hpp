// What a node says of itself at its start, besides that it starts.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "actors/policy/alert_review.hpp"
#include "adapters/ports/event_log.hpp"
#include "runtime/config.hpp"

namespace vigie {

using event_fields = std::vector<std::pair<std::string, std::string>>;

alert_review alert_review_of(const node_config& config);

/// main_configured, and worker_configured for each.
void report_fleet(event_log& log, const node_config& config);

/// One event for all stored alerts whose source or channel is not in the configuration; none without such.
void report_unplaced(event_log& log, const alert_review& check, const std::vector<alert>& stored);

/// For node_ready: where the store is, whether it is new, and how many alerts are in it.
void describe_store(const node_config& config, bool is_new, const result<std::vector<alert>>& stored,
                    event_fields& fields);

/// "at once", "in 1m", or that there is none.
std::string first_cycle(const cycle_settings& x);

} // namespace vigie
