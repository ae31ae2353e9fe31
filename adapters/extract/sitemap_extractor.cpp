#include "adapters/extract/sitemap_extractor.hpp"

#include <array>

#include "actors/policy/page_notes.hpp"
#include "adapters/extract/feed_fields.hpp"
#include "adapters/extract/packed_page.hpp"

namespace vigie {

namespace {

constexpr std::array sitemap_paths{
    format_path{"id", "loc"},
    format_path{"title", "loc"},
    format_path{"url", "loc"},
    format_path{"date", "lastmod"},
};

class sitemap_extractor : public extractor {
public:
  sitemap_extractor(feed_fields fields, feed_path loc, const source_spec& source)
      : fields_(std::move(fields)), loc_(std::move(loc)), follows_(source.paging.kind == paging_kind::next_link),
        max_pages_(source.paging.max_pages), packed_{.max_bytes = source.max_body_bytes} {}

  result<extraction> extract(std::string_view body, const page_origin& from) override {
    std::string room;
    auto page = unpack_page(body, packed_, room);
    auto tree = page ? feed_tree::parse(*page, from.content_type) : tl::unexpected<error>(page.error());
    if (!tree)
      return tl::unexpected<error>(tree.error());
    auto root = tree->root();
    extraction out;
    for (const auto& x : tree->notes())
      add_note(out.page_notes, x);
    optional<error> problem;
    if (root.name() == "urlset")
      problem = read_urls(root, feed_base::of(root, from.url), out);
    else if (root.name() == "sitemapindex")
      problem = read_index(root, out);
    else
      problem = error{errc::bad_page, "no sitemap begins with the element " + std::string{root.name()},
                      feed_place(root, "/" + std::string{root.name()})};
    if (problem)
      return tl::unexpected<error>(*problem);
    return out;
  }

private:
  optional<error> read_urls(feed_node root, const feed_base& base, extraction& out) const {
    size_t number = 0;
    item_count count{fields_.limits()};
    for (auto x = root.first(); x; x = x->next())
      if (x->name() == "url")
        if (auto problem = fields_.read(*x, "/urlset/url[" + std::to_string(++number) + "]", out, count, base))
          return problem;
    return count.close(out);
  }

  /// The first max_pages that name an address.
  optional<error> read_index(feed_node root, extraction& out) const {
    if (!follows_)
      return error{
          errc::bad_page,
          "this is an index of sitemaps; write paging.kind = \"next_link\" and a paging.max_pages to walk them",
          feed_place(root, "/sitemapindex")};
    uint32_t number = 0;
    uint32_t named = 0;
    optional<error> odd;
    for (auto x = root.first(); x && named < max_pages_; x = x->next()) {
      if (x->name() != "sitemap")
        continue;
      ++number;
      if (auto loc = loc_.find(*x)) {
        ++named;
        out.next += (out.next.empty() ? "" : "\n") + loc->text;
        continue;
      }
      auto place = feed_place(*x, "/sitemapindex/sitemap[" + std::to_string(number) + "]");
      add_note(out.page_notes,
               {"a sitemap without an address was left out", "sitemaps without an address were left out", place});
      if (!odd)
        odd = error{errc::bad_page, "loc is missing", place};
    }
    return named == 0 ? odd : optional<error>{};
  }

  feed_fields fields_;
  feed_path loc_;
  bool follows_;
  uint32_t max_pages_;
  packed_page_limits packed_;
};

} // namespace

result<std::unique_ptr<extractor>> make_sitemap_extractor(const source_spec& source) {
  auto fields = feed_fields::compile(source, sitemap_paths);
  if (!fields)
    return tl::unexpected<error>(fields.error());
  if (!source.paging.next.empty())
    return fail(errc::bad_config, "an index says itself which sitemaps there are; leave next out", "paging.next");
  return std::make_unique<sitemap_extractor>(std::move(*fields), *feed_path::parse("loc"), source);
}

} // namespace vigie
