// Input, a line each: a selector of items, one of titles, the Content-Type, the page's address; the rest is the page:
// read by the stream where it can, as a tree of HTML, and as XML.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "adapters/extract/html_extractor.hpp"
#include "tests/fuzz/lines.hpp"
#include "tests/fuzz/must.hpp"
#include "tests/fuzz/must_survey.hpp"

namespace {

using made_reader = vigie::result<std::unique_ptr<vigie::extractor>>;

void check(const made_reader& reader, std::string_view page, const vigie::page_origin& from) {
  using namespace vigie;
  if (!reader) {
    must(reader.error().code == errc::bad_config && !reader.error().detail.empty());
    return;
  }
  auto first = (*reader)->extract(page, from);
  auto second = (*reader)->extract(page, from);
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

/// What the stream reads is what the tree reads.
void must_agree(const made_reader& quick, const made_reader& tree, std::string_view page,
                const vigie::page_origin& from) {
  must(quick.has_value() == tree.has_value());
  if (!quick)
    return;
  auto a = (*quick)->extract(page, from);
  auto b = (*tree)->extract(page, from);
  must(a.has_value() == b.has_value());
  must(!a || (a->items == b->items && a->next == b->next));
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace vigie;
  std::string_view page{reinterpret_cast<const char*>(data), size};
  source_spec source;
  source.extract.framing = page_framing::html;
  source.extract.items = take_line(page);
  auto title = std::string{take_line(page)};
  auto from = take_origin(page);
  must_survey(page, from);
  source.extract.fields = {{"id", title}, {"title", title}, {"price", "span.price"}, {"url", "a::attr(href)"}};
  source.extract.empty = title;
  check(make_html_extractor(source), page, from);
  check(make_html_extractor(source, markup_path::tree), page, from);
  must_agree(make_html_extractor(source), make_html_extractor(source, markup_path::tree), page, from);
  source.extract.selectors = selector_kind::xpath;
  check(make_html_extractor(source), page, from);
  source.extract.framing = page_framing::xml;
  check(make_xml_extractor(source), page, from);
  return 0;
}
