// The sample site's goods: read from a file, made up from a seed, searched, changed at run time.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "adapters/json/json_reader.hpp"
#include "adapters/json/json_writer.hpp"
#include "messages/values/error.hpp"
#include "messages/values/item.hpp"

namespace vigie {

/// {"id","title","price","currency","brand","size","condition","url","photo"}: id and title are needed, null is absent,
/// price is a number with up to two decimals. bad_request with the JSON pointer.
result<item> read_site_item(const json_node& from, const std::string& pointer);

/// An item, an array of items, or NDJSON. `place` = pointer or line.
result<std::vector<item>> read_site_items(std::string_view text);

json_value site_item_json(const item& what, const std::string& base_url);

/// The same seed gives the same items on every machine.
std::vector<item> generate_site_items(uint32_t count, uint64_t seed);

struct site_page {
  std::vector<const item*> items;
  size_t total = 0;
  size_t pages = 0;
};

/// Newest first: what was added last is on the first page. Not thread-safe.
class site_shelf {
public:
  void put(item what); ///< a known id is replaced in its place
  size_t size() const { return items_.size(); }
  const item* find(const std::string& id) const;
  bool has(const std::string& id) const { return by_id_.contains(id); }
  /// Items whose title has each word of `query` in it, compared without case. `page` counts from 1.
  site_page search(std::string_view query, size_t page, size_t per_page) const;

private:
  std::vector<item> items_;
  std::vector<std::string> folded_; // titles
  std::unordered_map<std::string, size_t> by_id_;
};

} // namespace vigie
