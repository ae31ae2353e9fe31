// What the addresses in a feed are relative to: the xml:base attributes around them.
#pragma once

#include <optional>
#include <string>

#include "actors/policy/url_template.hpp"
#include "adapters/extract/feed_tree.hpp"

namespace vigie {

/// Each xml:base is relative to those around it; without an absolute one nothing is known, as the page's own address is
/// not known here. One that is longer than 4 KiB is passed over.
class feed_base {
public:
  /// Nothing is known.
  feed_base() = default;

  /// Of what stands in `x` and in all that is around it.
  static feed_base of(feed_node x);
  /// Of what stands in `x`, where this one is the base of `outer`, which is around it.
  feed_base within(feed_node x, feed_node outer) const;

  /// As it is where it is absolute by itself, or where nothing is known.
  std::string absolute(std::string address) const;

private:
  void enter(feed_node x);

  std::optional<parsed_url> url_;
};

} // namespace vigie
