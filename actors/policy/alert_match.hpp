// Which alerts does an item meet? Many alerts are looked up by a word they need, not tried one after another. Pure.
//
// Rules (also in tests/acceptance/brute_force.py, which shares no code with this):
//  - A word is a maximal run of letters (Unicode category L*), decimal digits (Nd), '-' and '\'' of the title after
//  full
//    case folding; anything else separates, no-break spaces and combining marks included.
//  - A keyword is its words in a row: "iphone 15" is not found in "iphone pro 15". "~kw" is a substring of the folded
//    title, "~" itself left out. A keyword without any word, or "~" alone, is found nowhere.
//  - `all`: every one is found; `any`: at least one, if the list is not empty; `none`: not one.
//  - Accents count unless the alert says fold_accents: then title and keywords lose their nonspacing marks (canonical
//    decomposition, category Mn) after folding and before the words are taken.
//  - Conditions, brands, sizes: the item's equals one of the list after case folding, blanks at the ends left out.
//  - Price bounds are inclusive. A currency, when the alert has one, is the item's, byte for byte.
//  - What the item lacks fails a condition on it.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "actors/policy/keywords.hpp"
#include "messages/values/alert.hpp"
#include "messages/values/item.hpp"

namespace vigie {

/// What matching one item after another works with, so that not every item asks for memory. Each thread needs its own.
struct match_room {
  read_title title;
  std::vector<word_number> words;
  std::vector<size_t> found;
};

/// Immutable once built; const calls may run side by side. An alert's `enabled` is not looked at.
class alert_matcher {
public:
  explicit alert_matcher(const std::vector<alert>& alerts);
  ~alert_matcher();
  alert_matcher(alert_matcher&&) noexcept;
  alert_matcher& operator=(alert_matcher&&) noexcept;

  /// Places in the vector it was built from, ascending.
  std::vector<size_t> match(const item& what) const;
  /// The same, in the room's memory: good until the room is used again.
  const std::vector<size_t>& match(const item& what, match_room& room) const;
  size_t size() const;

private:
  struct impl;
  std::unique_ptr<impl> impl_;
};

} // namespace vigie
