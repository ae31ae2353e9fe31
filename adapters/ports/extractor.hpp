// Port: from a page's bytes to items.
#pragma once

#include <functional>
#include <memory>
#include <string_view>
#include <vector>

#include "messages/values/fetch.hpp"
#include "messages/values/item.hpp"
#include "messages/values/page_note.hpp"
#include "messages/values/time.hpp"

namespace vigie {

/// One field that a page lacks or has in a wrong shape, for `vigie source test` and the log; never an error by itself
/// unless the field is `id` or `title`.
struct field_note {
  size_t item = 0;
  std::string field;
  std::string reason;
  std::string place;  ///< "/results/3/price"
  std::string read{}; ///< what was read there and is not taken: "0.00"
  std::string text{}; ///< of a price that could not be read: what stands there, or its beginning
};

/// What HTTP says of a page. Nothing of it: the bytes come from a file.
struct page_origin {
  std::string url{};          ///< that answered, after redirects; addresses in the page are relative to it
  std::string content_type{}; ///< the header's value: "text/html; charset=iso-8859-2"
};

/// Entries of a page that became no items.
struct left_out_entries {
  uint64_t without_id = 0;
  uint64_t without_title = 0; ///< but with an id
  uint64_t others = 0;        ///< not even the shape of an item
  uint64_t all() const { return without_id + without_title + others; }
};

struct extraction {
  std::vector<item> items;
  std::vector<field_note> notes; ///< in the order of the items
  uint64_t notes_cut = 0;        ///< that came behind these, and are not kept
  std::vector<page_note>
      page_notes{}; ///< what was left out or mended; filled by add_note (actors/policy/page_notes.hpp)
  left_out_entries left_out{};
  optional<wall_time> newest{}; ///< of the items' dates, where sanity.dated names them or the page's format has them
  /// What paging.next finds: the cursor, or the next page's URL as the page writes it. Empty: this page is the last. A
  /// page that lists several (an index of sitemaps) gives one a line.
  std::string next{};
};

/// Reads items by one source's extract_spec; `paging.next` and `sanity.dated` are paths like those of its fields. Not
/// thread-safe: one instance per scraper.
///
/// Path grammar: keys joined by '.', `[3]` an index, `[key=value]` the first array element whose `key` is `value`,
/// `[*]` every element: of a field counts the first that has a value; of `items` all, arrays as lists of items and
/// objects as items.
/// With header_row a path is a column's name. A page that is not what the spec describes (not JSON, the items path is
/// missing or no array, no entry with id and title, a truncated line) is errc::bad_page with its place: a JSON pointer
/// and, for NDJSON, the line number. It is never an empty list, unless it has what the spec's `empty` names. Among
/// items, an entry without id or title is left out, with a note.
///
/// Prices: numbers, or text such as "$1,199.99", "142,99 €", "$142.99,$239.00" (a range counts as its lowest). Empty
/// text or null = no price. An amount of 0 or less, and a text that can be read as several, are a note and no price. A
/// currency sign or code in the text fills `currency` unless the source names one.
class extractor {
public:
  virtual ~extractor() = default;

  virtual result<extraction> extract(std::string_view page, const page_origin& from = {}) = 0;
};

using extractor_factory = std::function<result<std::unique_ptr<extractor>>(const source_spec&)>;

} // namespace vigie
