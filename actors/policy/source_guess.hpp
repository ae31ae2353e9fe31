// What a page that nobody has described yet probably lists, for a first draft of its source. Pure.
//
// A list that is there is never missed for its language: what decides is how values look and differ from entry to
// entry; what the page calls them only breaks ties and finds what looks like nothing in particular.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace vigie {

/// Something that the entries of a list have, or some of them.
struct listed_value {
  enum class form : uint8_t { text, number, link, picture };

  std::string path; ///< as extract.fields takes it
  std::string name; ///< what the page calls it: the keys on the way, or element, class and itemprop
  form looks = form::text;
  bool whole = false;               ///< an element with others in it: its text is also theirs
  std::vector<std::string> samples; ///< one an entry; empty where it has none
};

/// A list of a page, entry by entry.
struct listed_entries {
  std::string items;                ///< as extract.items takes it
  uint64_t count = 0;               ///< all entries; samples are of the first of them
  bool at_edge = false;             ///< in what stands around a page: its navigation, head or foot
  std::vector<listed_value> values; ///< in the order of the page
};

struct list_guess {
  std::string items;
  std::map<std::string, std::string> fields; ///< by item field: "price" is "span.price"; always has id and title
  uint64_t count = 0;
  double weight = 0; ///< compares guesses of one page
};

/// Best first; equal ones in the order of the page. A list whose entries nothing tells apart, or nothing names, is
/// none.
std::vector<list_guess> guess_lists(const std::vector<listed_entries>& lists);

/// An address as the template of a source, as far as its parameters say: what was searched for becomes {query}, a
/// number of a page {page}.
struct address_guess {
  std::string url;   ///< a template
  std::string query; ///< what stood where {query} stands now, decoded
  bool has_query = false;
  bool has_page = false;
  uint32_t page = 1;
  uint32_t page_size = 0; ///< 0 = the address does not say
};
address_guess guess_address(const std::string& url);

/// A name for the source of a host: "shop" of "www.shop.example"; "site" where the host is an address or has no name.
std::string guess_source_name(const std::string& url);

} // namespace vigie
