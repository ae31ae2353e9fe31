// What the requests of searches were answered, counted. Pure.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "messages/values/permits.hpp"
#include "messages/values/run.hpp"

namespace vigie {

/// One more request, or one that was denied and so only waited.
void count_answer(answer_counts& to, const gated_answer& x);

/// Requests that were sent: answers, and those to which none came.
uint64_t requests_of(const answer_counts& x);

/// Of 100 requests those that were answered 304, with two decimals; nothing where nothing was requested.
optional<double> unchanged_percent(const answer_counts& x);

/// How long a request waited for its turn, on average; nothing where nothing was requested.
optional<duration> average_wait(const answer_counts& x);

/// As the store keeps statuses: "200:12 304:30". What is no status (0 to 999) is left out.
std::string to_text(const std::map<int32_t, uint32_t>& by_status);
std::map<int32_t, uint32_t> statuses_of(std::string_view text);

/// What the attempts of a run say of each source that they asked.
std::map<source_id, answer_counts> answers_by_source(const std::vector<run_alert>& attempts);

} // namespace vigie
