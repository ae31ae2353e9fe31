#include "actors/policy/conduct_book.hpp"

#include <utility>

#include "actors/policy/conduct_rows.hpp"

namespace vigie {

namespace {

/// The request may have been made.
const fetch_report never_back{answer_kind::transient, 0, {}, 0, duration{0}, {}, {}};

} // namespace

error validate(const conduct_book_config& config) {
  if (config.max_rows == 0 || config.silence <= duration{0})
    return {errc::bad_config, "the limits of the conduct book must be above 0", {}};
  return {};
}

void conduct_book::given(uint64_t permit, start what, mono_time now, wall_time today) {
  out_.insert_or_assign(permit, out_permit{std::move(what), hour_of(today), now});
}

void conduct_book::came_back(const worker_id& by, const permit_release& what, wall_time today) {
  bool asked = what.report.kind != answer_kind::none_asked;
  auto i = out_.find(what.id);
  if (i == out_.end()) {
    if (what.id < first_permit_ && asked)
      count({{by, what.host, what.robots.has_value()}, hour_of(today), {}}, what.report);
    return;
  }
  if (i->second.what.by != by)
    return;
  if (asked)
    count(i->second, what.report);
  out_.erase(i);
}

void conduct_book::lapsed(uint64_t permit) {
  if (auto i = out_.find(permit); i != out_.end())
    i->second.lapsed = true;
}

bool conduct_book::over(const worker_id& by, uint64_t upto, uint64_t used, const std::set<uint64_t>& named) {
  bool counted = false;
  for (auto i = out_.begin(); i != out_.end() && i->first <= upto;) {
    if (i->second.what.by != by || named.contains(i->first)) {
      ++i;
      continue;
    }
    if (i->first <= used) {
      count(i->second, never_back);
      counted = true;
    }
    i = out_.erase(i);
  }
  return counted;
}

void conduct_book::denied(const host_key& host, wall_time today) {
  conduct_row row{host, hour_of(today)};
  row.robots_denied = 1;
  count(std::move(row));
}

void conduct_book::count(const out_permit& x, const fetch_report& report) {
  conduct_row row{x.what.host, x.hour};
  row.requests = 1;
  row.robots_requests = x.what.robots ? 1 : 0;
  row.retries = x.what.retry ? 1 : 0;
  row.bytes = report.bytes;
  row.unchanged = report.kind == answer_kind::unchanged ? 1 : 0;
  row.rate_limited = report.kind == answer_kind::rate_limited ? 1 : 0;
  row.refused = report.kind == answer_kind::refused ? 1 : 0;
  row.failed = report.status == 0 || report.kind == answer_kind::transient || report.kind == answer_kind::server_error;
  row.waited = x.what.waited;
  row.robots_version = x.what.robots_version;
  row.user_agent = report.user_agent;
  count(std::move(row));
}

void conduct_book::count(conduct_row row) {
  key k{row.hour, row.host};
  if (auto i = rows_.find(k); i != rows_.end())
    add(i->second, row);
  else if (rows_.size() + taken_.size() < config_.max_rows)
    rows_.emplace(std::move(k), std::move(row));
  else
    ++uncounted_;
}

std::vector<conduct_row> conduct_book::take(size_t limit, mono_time now) {
  while (!out_.empty() && now - out_.begin()->second.since >= config_.silence) {
    count(out_.begin()->second, never_back);
    out_.erase(out_.begin());
  }
  if (!taken_.empty())
    return {};
  while (taken_.size() < limit && !rows_.empty())
    taken_.push_back(std::move(rows_.extract(rows_.begin()).mapped()));
  return taken_;
}

void conduct_book::not_stored() {
  for (auto& older : taken_) {
    auto [i, fresh] = rows_.try_emplace(key{older.hour, older.host}, older);
    if (fresh)
      continue;
    auto newer = std::exchange(i->second, std::move(older));
    add(i->second, newer); // the newer texts stay
  }
  taken_.clear();
}

std::vector<conduct_row> conduct_book::take_all(const std::set<worker_id>& ending) {
  for (const auto& [id, x] : out_)
    if (x.lapsed || ending.contains(x.what.by))
      count(x, never_back);
  out_.clear();
  std::vector<conduct_row> out;
  for (auto& [k, row] : rows_)
    out.push_back(std::move(row));
  rows_.clear();
  return out;
}

} // namespace vigie
