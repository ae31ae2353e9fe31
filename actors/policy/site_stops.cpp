#include "actors/policy/site_stops.hpp"

namespace vigie {

void site_stops::said(const host_key& host, mono_time now) {
  std::erase_if(all_, [&](const auto& x) { return now - x.second.since > kept; });
  all_.insert_or_assign(host, stop{now, {}});
}

void site_stops::told(const host_key& host, mono_time now) {
  if (auto i = all_.find(host); i != all_.end())
    i->second = {now, ++count_};
}

bool site_stops::overtook(const host_key& host, mono_time given, uint64_t count) const {
  auto i = all_.find(host);
  if (i == all_.end())
    return false;
  const auto& x = i->second;
  return !x.number || (count < *x.number && given <= x.since + heard_within);
}

} // namespace vigie
