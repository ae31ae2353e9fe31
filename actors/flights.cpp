#include "actors/flights.hpp"

#include <algorithm>
#include <utility>

#include "actors/policy/fetch_outcome.hpp"

namespace vigie {

namespace {

bool has_begun(const flight& x) {
  return x.begun != mono_time{};
}

bool says_stop(const flight& x, const result<http_response>& answer) {
  auto kind = judge_fetch(answer, {}, x.conditional).kind;
  return kind == answer_kind::refused || kind == answer_kind::rate_limited;
}

held_permit row_of(uint64_t permit, const flight& x, mono_time now) {
  return {permit, x.host, x.policy, left_ago(x, now), x.time_out};
}

} // namespace

duration left_ago(const flight& x, mono_time now) {
  if (x.left == mono_time{})
    return duration{0};
  return std::max(std::chrono::floor<duration>(now - x.left), duration{1});
}

bool flights::open(uint64_t permit, flight what) {
  std::lock_guard guard{mutex_};
  return open_.try_emplace(permit, std::move(what)).second;
}

error flights::begin(uint64_t permit, size_t most, mono_time now) {
  std::lock_guard guard{mutex_};
  auto i = open_.find(permit);
  if (i == open_.end() || has_begun(i->second))
    return {errc::cancelled, "its permit was taken back, or used", {}};
  if (now > i->second.begin_by)
    return {errc::cancelled, "its permit is too old to be used", {}};
  if (stops_.overtook(i->second.host, i->second.given, i->second.stops_told))
    return {errc::cancelled, "the site has said no since its permit was given", {}};
  if (begun_ >= most)
    return {errc::busy, std::to_string(most) + " requests are in flight, the limit of this node", {}};
  i->second.begun = now;
  ++begun_;
  return {};
}

bool flights::leave(uint64_t permit) {
  std::lock_guard guard{mutex_};
  auto now = clock_();
  auto i = open_.find(permit);
  if (i == open_.end())
    return false;
  auto& x = i->second;
  if (now > x.leave_by || stops_.overtook(x.host, x.given, x.stops_told)) {
    x.kept_back = x.left == mono_time{}; // else it has left before, on a connection that broke
    return false;
  }
  x.left = now;
  if (x.policy.max_in_flight > 1 && !std::exchange(departed_, true) && wake_)
    wake_();
  return true;
}

bool flights::take_departure() {
  std::lock_guard guard{mutex_};
  return std::exchange(departed_, false);
}

void flights::may_leave_later(const std::vector<held_permit>& rows, mono_time until) {
  std::lock_guard guard{mutex_};
  for (const auto& row : rows)
    if (auto i = open_.find(row.id); i != open_.end())
      i->second.leave_by = std::max(i->second.leave_by, until);
}

void flights::land(uint64_t permit, result<http_response> answer) {
  std::lock_guard guard{mutex_};
  auto over = open_.extract(permit);
  if (!over)
    return;
  --begun_;
  auto stop = says_stop(over.mapped(), answer);
  if (stop)
    stops_.said(over.mapped().host, clock_());
  landed_.push_back({permit, std::move(over.mapped()), std::move(answer), stop});
  if (landed_.size() == 1 && wake_)
    wake_();
}

void flights::listen(std::function<void()> wake) {
  std::lock_guard guard{mutex_};
  wake_ = std::move(wake);
}

std::vector<landed_flight> flights::take_landed() {
  std::lock_guard guard{mutex_};
  for (const auto& x : landed_)
    if (x.stop)
      stops_.told(x.what.host, clock_());
  return std::exchange(landed_, {});
}

uint64_t flights::stops_told() const {
  std::lock_guard guard{mutex_};
  return stops_.count();
}

optional<flight> flights::withdraw(uint64_t permit) {
  std::lock_guard guard{mutex_};
  auto i = open_.find(permit);
  if (i == open_.end() || has_begun(i->second))
    return std::nullopt;
  return std::move(open_.extract(i).mapped());
}

std::vector<std::pair<uint64_t, flight>> flights::withdraw_all() {
  std::lock_guard guard{mutex_};
  std::vector<std::pair<uint64_t, flight>> out;
  for (const auto& x : open_)
    if (!has_begun(x.second))
      out.push_back(x);
  for (const auto& [permit, x] : out)
    open_.erase(permit);
  return out;
}

std::vector<held_permit> flights::held(mono_time now) const {
  std::lock_guard guard{mutex_};
  std::vector<held_permit> out;
  for (const auto& [permit, x] : open_)
    out.push_back(row_of(permit, x, now));
  for (const auto& x : landed_)
    out.push_back(row_of(x.permit, x.what, now));
  return out;
}

size_t flights::size() const {
  std::lock_guard guard{mutex_};
  return open_.size() + landed_.size();
}

size_t flights::under_way() const {
  std::lock_guard guard{mutex_};
  return begun_;
}

} // namespace vigie
