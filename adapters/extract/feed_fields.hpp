// How the items of a feed or sitemap are read: the paths that its format has by itself, with those of the source's
// extract.fields in their place.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "adapters/extract/extract_rules.hpp"
#include "adapters/extract/feed_base.hpp"
#include "adapters/extract/feed_path.hpp"
#include "adapters/ports/extractor.hpp"

namespace vigie {

/// A path that a format has by itself; of field "date" the item's date.
struct format_path {
  std::string_view field;
  std::string_view path;
};

class feed_fields {
public:
  /// bad_config with the key's place: a path that makes no sense, what is no field, `items` or a header row, which
  /// these formats do not need.
  static result<feed_fields> compile(const source_spec& source, std::span<const format_path> format);

  /// Puts one item, or leaves it out where it has no id or no title, or gives the error that stops the page. `place` is
  /// the item's: "/rss/channel/item[3]"; `count` is the page's, by `limits`; `base` is what its addresses are relative
  /// to.
  optional<error> read(feed_node from, const std::string& place, extraction& out, item_count& count,
                       const feed_base& base = {}) const;
  const item_limits& limits() const { return limits_; }

private:
  struct rule {
    field_name field;
    feed_path path;
    bool asked = false; ///< the source names it: worth a note where the page lacks it
  };

  struct reading {
    item next{};
    std::string currency_said{}; ///< what the price's text said
    feed_base base{};            ///< of what stands in the item
    optional<error> problem{};   ///< the item cannot be taken: its id or title is too long
  };

  void read_one(const rule& x, feed_node from, const std::string& place, extraction& out, reading& to) const;
  void read_date(const rule& x, feed_node from, const std::string& place, extraction& out) const;

  std::vector<rule> required_; ///< id and title
  std::vector<rule> rules_;    ///< of all other fields
  std::vector<rule> date_;     ///< one at most
  fixed_fields fixed_;
  price_unit unit_ = price_unit::major;
  item_limits limits_;
};

/// "line 57, /rss/channel/item[3]"; without the line where there are none, as in JSON.
std::string feed_place(feed_node at, const std::string& place);

} // namespace vigie
