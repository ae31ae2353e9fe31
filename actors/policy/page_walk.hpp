// Which page of a search comes next. Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <set>
#include <string>
#include <string_view>

#include "actors/policy/url_template.hpp"
#include "messages/values/fetch.hpp"
#include "messages/values/optional.hpp"

namespace vigie {

/// What fills {page}, {offset} and {cursor} of the URL template, or the URL that takes its place.
struct page_place {
  uint32_t number = 1; ///< counts from 1, whatever the source's own numbers are
  uint64_t page = 1;
  uint64_t offset = 0;
  std::string cursor{}; ///< empty on the first page
  std::string url{};    ///< not empty: absolute, of a next link; the template is not used

  friend bool operator==(const page_place&, const page_place&) = default;
};

/// Where a walk goes from a page.
struct page_turn {
  optional<page_place> to; ///< nothing: that page was the last, or `problem` says why the walk cannot go on
  error problem{};
};

/// Walks a search page by page. Every walk ends with max_pages; besides that,
///   page, offset   with an empty page, or one shorter than page_size (0 = unknown: only an empty page is short)
///   cursor         with a page that names no cursor
///   next_link      when every link that was found has been followed. A page may list several (an index of sitemaps)
///
/// bad_page, because no good page does that: a cursor or URL for the second time, and a link that is none, that leads
/// to another host than the source's, or from https to http.
class page_walk {
public:
  /// `host` is the source's, for next links.
  explicit page_walk(const paging_spec& spec, host_key host = {});

  const page_place& here() const { return here_; }
  /// The page at `here`, which was fetched from `url`, had this many items and names `next` as what comes behind it: a
  /// cursor, or URLs as it writes them, one a line.
  page_turn next(size_t items, std::string_view next = {}, std::string_view url = {});

private:
  page_turn by_cursor(std::string_view next);
  page_turn by_link(std::string_view next, std::string_view url);
  error take_link(const parsed_url& base, std::string_view link);

  paging_spec spec_;
  host_key host_;
  page_place here_;
  std::set<std::string> visited_; ///< cursors, or URLs
  std::deque<std::string> ahead_; ///< next links that wait
};

/// What a page names as the next: what the extractor found there or, where paging.next is empty, the answer's Link
/// header. Empty for the kinds of paging that do not go by it.
std::string named_next(const paging_spec& spec, std::string_view found, std::string_view link_header);

/// The target of the first link with rel="next" in a Link header (RFC 8288); empty if there is none.
std::string link_next(std::string_view header);

} // namespace vigie
