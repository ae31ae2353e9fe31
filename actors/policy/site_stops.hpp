// Which permits a site's word has overtaken: a site that refused (403) or limits (429) is not asked on a permit that
// main gave before it heard of that.
//
//   said ──▶ told ──▶ main has heard
//   every permit      permits asked for before it was told, and given until main must have heard of it
#pragma once

#include <cstdint>
#include <map>

#include "messages/values/ids.hpp"
#include "messages/values/optional.hpp"
#include "messages/values/time.hpp"

namespace vigie {

/// Pure; not thread-safe.
class site_stops {
public:
  /// Main has heard of it so long after it was told, unless the link stalls; then the permits stall as well.
  static constexpr duration heard_within{500};
  /// No permit is unused for so long.
  static constexpr duration kept{600000};

  /// The site has answered so; main does not know.
  void said(const host_key& host, mono_time now);
  /// Main is told before it is asked for anything more.
  void told(const host_key& host, mono_time now);
  /// How many were told: what a permit is asked for with.
  uint64_t count() const { return count_; }
  /// Whether main gave a permit for this host, at about `given`, without knowing. `count`: as it was when it was asked.
  bool overtook(const host_key& host, mono_time given, uint64_t count) const;

  size_t size() const { return all_.size(); }

private:
  struct stop {
    mono_time since;             ///< said or told
    optional<uint64_t> number{}; ///< told
  };

  std::map<host_key, stop> all_;
  uint64_t count_ = 0;
};

} // namespace vigie
