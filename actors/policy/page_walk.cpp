#include "actors/policy/page_walk.hpp"

#include <algorithm>

namespace vigie {

page_walk::page_walk(const paging_spec& spec) : spec_(spec) {
  if (spec_.kind == paging_kind::page)
    here_.page = spec_.start;
  if (spec_.kind == paging_kind::offset)
    here_.offset = spec_.start;
}

optional<page_place> page_walk::next(size_t items) {
  bool was_short = items == 0 || items < spec_.page_size;
  if (spec_.kind == paging_kind::none || was_short || here_.number >= std::max(spec_.max_pages, 1u))
    return std::nullopt;
  ++here_.number;
  if (spec_.kind == paging_kind::page)
    ++here_.page;
  else
    here_.offset += spec_.page_size > 0 ? spec_.page_size : items;
  return here_;
}

} // namespace vigie
