// Input, a line each: a path for the title, the Content-Type, the page's address; the rest is a feed and a sitemap.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "adapters/extract/feed_extractor.hpp"
#include "adapters/extract/sitemap_extractor.hpp"
#include "tests/fuzz/lines.hpp"
#include "tests/fuzz/must.hpp"

namespace {

void check(const vigie::result<std::unique_ptr<vigie::extractor>>& reader, std::string_view page,
           const vigie::page_origin& from) {
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
  must(first->items == second->items);
  must(first->next == second->next && first->newest == second->newest);
  for (const auto& x : first->items)
    must(!x.id.value.empty() && !x.title.empty());
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace vigie;
  std::string_view page{reinterpret_cast<const char*>(data), size};
  source_spec source;
  source.extract.framing = page_framing::feed;
  source.paging = {paging_kind::next_link, 1, 0, 5};
  if (auto path = take_line(page); !path.empty())
    source.extract.fields["title"] = path;
  auto from = take_origin(page);
  check(make_feed_extractor(source), page, from);
  source.extract.framing = page_framing::sitemap;
  check(make_sitemap_extractor(source), page, from);
  return 0;
}
