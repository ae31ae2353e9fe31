#include "actors/source_ways.hpp"

#include <utility>

#include "actors/policy/url_template.hpp"

namespace vigie {

namespace {

/// A proxy is there so that the site does not see this worker; a direct request would tell.
int weight(const source_way& x) {
  return (x.proxy.empty() ? 0 : 2) + (x.ca_pem.empty() ? 0 : 1);
}

} // namespace

void source_ways::know(const std::vector<source_spec>& sources) {
  std::map<host_key, source_way> known;
  for (const auto& x : sources) {
    auto url = url_template::parse(x.url);
    if (!url)
      continue;
    source_way way{x.id, x.gate, x.proxy, x.ca_pem};
    auto [place, is_new] = known.try_emplace(url->host(), way);
    if (!is_new && weight(way) > weight(place->second))
      place->second = std::move(way);
  }
  std::lock_guard guard{mutex_};
  ways_ = std::move(known);
}

optional<source_way> source_ways::to(const host_key& host) const {
  std::lock_guard guard{mutex_};
  auto i = ways_.find(host);
  return i == ways_.end() ? optional<source_way>{} : optional<source_way>{i->second};
}

} // namespace vigie
