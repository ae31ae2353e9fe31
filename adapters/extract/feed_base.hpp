// What the addresses in a feed are relative to: its own address, and the xml:base attributes around them.
#pragma once

#include <string>

#include "actors/policy/address_base.hpp"
#include "adapters/extract/feed_tree.hpp"

namespace vigie {

/// Each xml:base is relative to those around it, the outermost to the feed's own address. One that is longer than 4 KiB
/// is passed over.
class feed_base {
public:
  /// Nothing is known.
  feed_base() = default;
  explicit feed_base(address_base base) : base_(std::move(base)) {}

  /// Of what stands in `x` and in all that is around it, in a feed at `url`, which may be empty.
  static feed_base of(feed_node x, std::string_view url);
  /// Of what stands in `x`, where this one is the base of `outer`, which is around it.
  feed_base within(feed_node x, feed_node outer) const;

  std::string absolute(std::string_view address) const { return base_.absolute(address); }

private:
  void enter(feed_node x);

  address_base base_;
};

} // namespace vigie
