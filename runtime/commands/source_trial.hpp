// One page read as a source reads it, and what is said of it to people who try a source out.
#pragma once

#include <ostream>
#include <string>
#include <string_view>

#include "adapters/json/json_writer.hpp"
#include "adapters/ports/extractor.hpp"
#include "runtime/commands/terminal.hpp"

namespace vigie {

/// What is said of one page.
struct source_trial {
  std::string source;
  std::string query{};
  std::string url; ///< empty: a file
  int32_t status = 0;
  size_t bytes = 0;
  extraction page;
  std::string next;     ///< the address of the page behind this one; empty: there is none
  error next_problem{}; ///< why a search could not go on
  error problem;        ///< why there is no page, or no item
  error sanity;

  /// Items were read, and the page is to be believed.
  bool good() const { return problem.code == errc::none && sanity.code == errc::none && !page.items.empty(); }
};

/// As a worker reads it: what takes longer than `page_time` is given up, and is read to its end by a thread that is
/// left behind.
result<extraction> read_in_time(const source_spec& spec, std::string body, page_origin from, duration page_time);

/// Fills in all but source, query, url and status. `link`: the header of that name.
void read_page(source_trial& trial, const source_spec& spec, std::string body, const page_origin& from,
               duration page_time, std::string_view link = {});

/// The first `limit` items (0 = all), then a line for each field: how many items have it, and what could not be read.
void print_trial(const source_trial& trial, const source_spec& spec, uint32_t limit, const output_style& style,
                 std::ostream& out);
/// All items, and of each field what was not read.
json_value trial_json(const source_trial& trial, const source_spec& spec);

} // namespace vigie
