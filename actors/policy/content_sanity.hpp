// Whether what a whole walk read looks like the source it is meant to be. A page that changed its shape, or a site that
// answers with an empty list instead of an error, reads like a market on which nothing is offered. Pure.
//
//   fewer items than min_items                              suspicious_empty
//   fewer items with a required field than required_percent suspicious_schema
//   more items with the id of another than same_id_percent  suspicious_schema
//   the newest item older than max_age, or none dated       suspicious_stale
//
// The first that holds is the verdict.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "messages/values/fetch.hpp"
#include "messages/values/item.hpp"

namespace vigie {

/// bad_config for a required field that items do not have, percentages above 100, a negative age.
error validate(const sanity_rules& rules);

/// The item has that field ("id", "price", "brand", …), and it is not empty. False for what is no field.
bool has_field(const item& x, std::string_view field);

class content_sanity {
public:
  explicit content_sanity(sanity_rules rules) : rules_(std::move(rules)) {}

  /// An item of the walk; whoever drops repeated items says it of the first one only.
  void saw(const item& x);
  /// Entries that became no items because they have no id, or an id and no title.
  void saw_left_out(uint64_t without_id, uint64_t without_title);
  /// Items that were dropped because another one of their page has their id.
  void saw_same_ids(uint64_t items) { same_ids_ += items; }
  /// A page that is as it was (304): its items count, their fields are not known again.
  void saw_unchanged(uint64_t items) { items_ += items; }
  /// The newest date on a page.
  void saw_date(wall_time newest);

  /// errc::none: to be believed.
  error verdict(wall_time now) const;

private:
  error judge_fields() const;
  error judge_ids() const;
  error judge_age(wall_time now) const;

  sanity_rules rules_;
  uint64_t items_ = 0;
  uint64_t read_ = 0; ///< of them, those whose fields were seen
  uint64_t without_id_ = 0;
  uint64_t without_title_ = 0;
  uint64_t same_ids_ = 0;
  std::map<std::string, uint64_t> missing_;
  optional<wall_time> newest_{};
};

} // namespace vigie
