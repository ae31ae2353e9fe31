#include "actors/policy/content_sanity.hpp"

#include <algorithm>
#include <array>

namespace vigie {

namespace {

constexpr std::array<std::string_view, 9> item_fields{"id",   "title",     "price", "currency", "brand",
                                                      "size", "condition", "url",   "photo"};

std::string in_hours(duration x) {
  auto hours = std::chrono::duration_cast<std::chrono::hours>(x).count();
  if (hours >= 48)
    return std::to_string(hours / 24) + " days";
  if (hours >= 2)
    return std::to_string(hours) + " hours";
  return std::to_string(std::chrono::duration_cast<std::chrono::minutes>(x).count()) + " min";
}

} // namespace

error validate(const sanity_rules& rules) {
  for (const auto& name : rules.required)
    if (std::find(item_fields.begin(), item_fields.end(), name) == item_fields.end())
      return {errc::bad_config, "\"" + name + "\" is no field of an item", "sanity.required"};
  if (rules.required_percent == 0 || rules.required_percent > 100)
    return {errc::bad_config, "a percentage is from 1 to 100", "sanity.required_percent"};
  if (rules.same_id_percent > 100)
    return {errc::bad_config, "a percentage is at most 100", "sanity.same_id_percent"};
  if (rules.max_age < duration{0})
    return {errc::bad_config, "an age is not negative", "sanity.max_age"};
  return {};
}

bool has_field(const item& x, std::string_view field) {
  auto filled = [](const optional<std::string>& text) { return text && !text->empty(); };
  if (field == "id")
    return !x.id.value.empty();
  if (field == "title")
    return !x.title.empty();
  if (field == "price")
    return x.price.has_value();
  if (field == "currency")
    return filled(x.currency);
  if (field == "brand")
    return filled(x.brand);
  if (field == "size")
    return filled(x.size);
  if (field == "condition")
    return filled(x.condition);
  if (field == "url")
    return filled(x.url);
  return field == "photo" && filled(x.photo);
}

void content_sanity::saw(const item& x) {
  ++items_;
  ++read_;
  for (const auto& field : rules_.required)
    if (!has_field(x, field))
      ++missing_[field];
}

void content_sanity::saw_left_out(uint64_t without_id, uint64_t without_title) {
  without_id_ += without_id;
  without_title_ += without_title;
}

void content_sanity::saw_date(wall_time newest) {
  newest_ = newest_ ? std::max(*newest_, newest) : newest;
}

error content_sanity::judge_fields() const {
  for (const auto& field : rules_.required) {
    auto found = missing_.find(field);
    auto there = read_ - (found == missing_.end() ? 0 : found->second);
    auto all = read_;
    // What lacks these is not among the items.
    if (field == "id")
      all += without_id_;
    if (field == "title")
      all += without_title_;
    if (there * 100 < all * rules_.required_percent)
      return {errc::suspicious_schema,
              std::to_string(there) + " of " + std::to_string(all) + " items have " + field + ", " +
                  std::to_string(rules_.required_percent) + " % are expected",
              {}};
  }
  return {};
}

error content_sanity::judge_ids() const {
  auto all = read_ + same_ids_;
  if (same_ids_ * 100 <= all * rules_.same_id_percent)
    return {};
  return {errc::suspicious_schema,
          std::to_string(same_ids_) + " of " + std::to_string(all) +
              " items have the id of another one on their page, " + std::to_string(rules_.same_id_percent) +
              " % at most are expected",
          {}};
}

error content_sanity::judge_age(wall_time now) const {
  if (rules_.max_age == duration{0} || items_ == 0)
    return {};
  if (!newest_)
    return {errc::suspicious_stale, "no item has a date that can be read", {}};
  if (now - *newest_ > rules_.max_age)
    return {errc::suspicious_stale,
            "the newest item is of " + to_rfc3339(*newest_) + ", " + in_hours(now - *newest_) + " ago; at most " +
                in_hours(rules_.max_age) + " are expected",
            {}};
  return {};
}

error content_sanity::verdict(wall_time now) const {
  if (items_ < rules_.min_items)
    return {errc::suspicious_empty,
            std::to_string(items_) + " items, at least " + std::to_string(rules_.min_items) + " are expected",
            {}};
  for (auto problem : {judge_fields(), judge_ids(), judge_age(now)})
    if (problem.code != errc::none)
      return problem;
  return {};
}

} // namespace vigie
