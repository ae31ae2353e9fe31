// Strong identifiers: a worker's name cannot be passed where a host's is meant.
#pragma once

#include <compare>
#include <cstdint>
#include <functional>
#include <string>
#include <utility>

namespace vigie {

/// A value of `Rep` that only mixes with ids of the same `Tag`. Copyable, comparable, hashable.
template <class Tag, class Rep = std::string>
struct strong_id {
  using rep = Rep;

  strong_id() = default;
  explicit strong_id(Rep x) : value(std::move(x)) {}

  friend auto operator<=>(const strong_id&, const strong_id&) = default;

  Rep value{};
};

using alert_id = strong_id<struct alert_id_tag, int64_t>;
using run_id = strong_id<struct run_id_tag, int64_t>;
/// One hand-out of plans to one worker; unique over the store's life.
using assignment_id = strong_id<struct assignment_id_tag, int64_t>;
/// Fencing token of one attempt at one alert: later attempts have larger tokens (Kleppmann 2016).
using fencing_token = strong_id<struct fencing_token_tag, int64_t>;
using outbox_id = strong_id<struct outbox_id_tag, int64_t>;
/// As the source names it; unique within a source.
using item_id = strong_id<struct item_id_tag>;
using worker_id = strong_id<struct worker_id_tag>;
using source_id = strong_id<struct source_id_tag>;
using channel_id = strong_id<struct channel_id_tag>;
/// Politeness key of a server: "host" or "host:port", lower case.
using host_key = strong_id<struct host_key_tag>;
/// 16 hex digits that follow one piece of work through every node's log.
using trace_id = strong_id<struct trace_id_tag>;

} // namespace vigie

template <class Tag, class Rep>
struct std::hash<vigie::strong_id<Tag, Rep>> {
  size_t operator()(const vigie::strong_id<Tag, Rep>& x) const { return std::hash<Rep>{}(x.value); }
};
