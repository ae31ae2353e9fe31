// Input: a selector of items, a line feed, one of titles, a line feed, and the rest is the page: read by the stream
// where it can, as a tree of HTML, and as XML.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "adapters/extract/html_extractor.hpp"
#include "tests/fuzz/must.hpp"

namespace {

std::string_view take_line(std::string_view& text) {
  auto end = text.find('\n');
  auto out = text.substr(0, end);
  text.remove_prefix(end == text.npos ? text.size() : end + 1);
  return out;
}

void check(const vigie::result<std::unique_ptr<vigie::extractor>>& reader, std::string_view page) {
  using namespace vigie;
  if (!reader) {
    must(reader.error().code == errc::bad_config && !reader.error().detail.empty());
    return;
  }
  auto first = (*reader)->extract(page);
  auto second = (*reader)->extract(page);
  must(first.has_value() == second.has_value());
  if (!first) {
    must(first.error().code == errc::bad_page && !first.error().detail.empty());
    return;
  }
  must(first->items == second->items && first->next == second->next);
  must(first->page_notes.size() == second->page_notes.size() && first->left_out.all() == second->left_out.all());
  for (const auto& x : first->items)
    must(!x.id.value.empty() && !x.title.empty());
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace vigie;
  std::string_view page{reinterpret_cast<const char*>(data), size};
  source_spec source;
  source.extract.framing = page_framing::html;
  source.extract.items = take_line(page);
  auto title = std::string{take_line(page)};
  source.extract.fields = {{"id", title}, {"title", title}, {"price", "span.price"}, {"url", "a::attr(href)"}};
  source.extract.empty = title;
  check(make_html_extractor(source), page);
  check(make_html_extractor(source, markup_path::tree), page);
  source.extract.selectors = selector_kind::xpath;
  check(make_html_extractor(source), page);
  source.extract.framing = page_framing::xml;
  check(make_xml_extractor(source), page);
  return 0;
}
