// Input, a line each: the path of the items, that of a price, how it is framed (a letter), the Content-Type, the page's
// address; the rest is the page.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "adapters/extract/json_extractor.hpp"
#include "tests/fuzz/lines.hpp"
#include "tests/fuzz/must.hpp"
#include "tests/fuzz/must_survey.hpp"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace vigie;
  std::string_view page{reinterpret_cast<const char*>(data), size};
  source_spec source;
  source.extract.items = take_line(page);
  source.extract.fields = {{"id", "id"}, {"title", "title"}, {"price", std::string{take_line(page)}}, {"url", "url"}};
  auto framing = take_line(page);
  source.extract.framing = framing.starts_with('n') ? page_framing::ndjson : page_framing::json;
  source.extract.header_row = framing.ends_with('h');
  if (source.extract.framing == page_framing::json)
    source.extract.empty = "total=0";
  auto from = take_origin(page);
  must_survey(page, from);
  source.sanity.dated = "date";
  source.paging.kind = paging_kind::cursor;
  source.paging.next = "next";
  auto reader = make_json_extractor(source);
  if (!reader) {
    must(reader.error().code == errc::bad_config && !reader.error().detail.empty());
    return 0;
  }
  auto first = (*reader)->extract(page, from);
  auto second = (*reader)->extract(page, from);
  // A page is read in the same way each time, and a bad one says why.
  must(first.has_value() == second.has_value());
  if (!first) {
    must(first.error() == second.error());
    must(first.error().code == errc::bad_page && !first.error().detail.empty());
    return 0;
  }
  must(first->items == second->items);
  must(first->page_notes.size() == second->page_notes.size() && first->left_out.all() == second->left_out.all());
  must(first->next == second->next && first->newest == second->newest);
  for (const auto& x : first->items)
    must(!x.id.value.empty() && !x.title.empty());
  return 0;
}
