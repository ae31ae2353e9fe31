#include "actors/policy/report_book.hpp"

#include <algorithm>
#include <tuple>

namespace vigie {

namespace {

/// 2: the site wants something of the whole fleet; 1: it was asked; 0: it was not.
int weight(const permit_release& what) {
  if (what.refused || what.report.kind == answer_kind::rate_limited)
    return 2;
  return what.report.kind == answer_kind::none_asked ? 0 : 1;
}

} // namespace

error validate(const report_book_config& config) {
  if (config.max_reports == 0 || config.keep_for <= duration{0} || config.again_after <= duration{0})
    return {errc::bad_config, "the limits of reports must be positive", {}};
  return {};
}

void report_book::keep(permit_release what, mono_time now) {
  if (all_.size() >= config_.max_reports)
    drop_one();
  auto id = what.id;
  all_.insert_or_assign(id, report{std::move(what), now, now, false});
}

void report_book::drop_one() {
  auto order = [](const auto& x) { return std::tuple{weight(x.second.what), x.second.since, x.first}; };
  auto least =
      std::min_element(all_.begin(), all_.end(), [&](const auto& a, const auto& b) { return order(a) < order(b); });
  all_.erase(least);
  ++dropped_;
}

std::vector<permit_release> report_book::take_due(mono_time now, bool all) {
  dropped_ += std::erase_if(all_, [&](const auto& x) {
    auto wanted = x.second.what.report.retry_after.value_or(duration{0});
    return now - x.second.since > std::max(wanted, config_.keep_for);
  });
  std::vector<permit_release> out;
  for (auto& [id, x] : all_) {
    if (x.being_told || (x.due > now && !all))
      continue;
    x.being_told = true;
    auto& said = out.emplace_back(x.what);
    auto ago = std::chrono::duration_cast<duration>(now - x.since);
    said.age += ago;
    if (said.report.retry_after)
      *said.report.retry_after = std::max(*said.report.retry_after - ago, duration{0});
    if (said.report.kind != answer_kind::none_asked)
      said.report.took += ago;
  }
  return out;
}

void report_book::not_heard(uint64_t permit, mono_time now) {
  if (auto i = all_.find(permit); i != all_.end()) {
    i->second.being_told = false;
    i->second.due = now + config_.again_after;
  }
}

void report_book::nobody_tells() {
  for (auto& [id, x] : all_)
    x.being_told = false;
}

std::vector<uint64_t> report_book::permits() const {
  std::vector<uint64_t> out;
  for (const auto& [id, x] : all_)
    out.push_back(id);
  return out;
}

} // namespace vigie
