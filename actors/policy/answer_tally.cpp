#include "actors/policy/answer_tally.hpp"

#include <charconv>
#include <cmath>

namespace vigie {

namespace {

constexpr int32_t last_status = 999;

/// A number off the front of `text`; false, and it stays, if there is none that fits.
template <class T>
bool take_number(std::string_view& text, T& out) {
  auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), out);
  if (problem != std::errc{})
    return false;
  text.remove_prefix(static_cast<size_t>(end - text.data()));
  return true;
}

} // namespace

void count_answer(answer_counts& to, const gated_answer& x) {
  to.waited += x.waited;
  if (x.denied.code != errc::none || x.outcome.kind == answer_kind::none_asked)
    return;
  ++to.by_status[x.outcome.status];
  to.bytes += x.answer.wire_bytes > 0 ? x.answer.wire_bytes : x.answer.body.size();
}

uint64_t requests_of(const answer_counts& x) {
  uint64_t out = 0;
  for (const auto& [status, count] : x.by_status)
    out += count;
  return out;
}

optional<double> unchanged_percent(const answer_counts& x) {
  auto all = requests_of(x);
  if (all == 0)
    return {};
  auto unchanged = x.by_status.contains(304) ? x.by_status.at(304) : 0u;
  return std::round(10000.0 * unchanged / static_cast<double>(all)) / 100;
}

optional<duration> average_wait(const answer_counts& x) {
  auto all = requests_of(x);
  if (all == 0)
    return {};
  return x.waited / static_cast<int64_t>(all);
}

std::string to_text(const std::map<int32_t, uint32_t>& by_status) {
  std::string out;
  for (const auto& [status, count] : by_status)
    if (status >= 0 && status <= last_status)
      out += (out.empty() ? "" : " ") + std::to_string(status) + ":" + std::to_string(count);
  return out;
}

std::map<int32_t, uint32_t> statuses_of(std::string_view text) {
  std::map<int32_t, uint32_t> out;
  while (!text.empty()) {
    int32_t status = 0;
    uint32_t count = 0;
    if (!take_number(text, status) || !text.starts_with(':'))
      break;
    text.remove_prefix(1);
    if (!take_number(text, count))
      break;
    out[status] += count;
    text.remove_prefix(text.starts_with(' ') ? 1 : 0);
  }
  return out;
}

std::map<source_id, answer_counts> answers_by_source(const std::vector<run_alert>& attempts) {
  std::map<source_id, answer_counts> out;
  for (const auto& x : attempts) {
    if (x.source.value.empty())
      continue; // stored by a vigie that did not know it
    auto& sum = out[x.source];
    for (const auto& [status, count] : x.answers.by_status)
      sum.by_status[status] += count;
    sum.bytes += x.answers.bytes;
    sum.waited += x.answers.waited;
  }
  return out;
}

} // namespace vigie
