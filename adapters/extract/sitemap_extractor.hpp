// The extractor port for sitemaps and indexes of sitemaps (sitemaps.org).
#pragma once

#include <memory>

#include "adapters/ports/extractor.hpp"

namespace vigie {

/// A urlset's items: id, title and url are its loc, the date its lastmod; a source's `fields` go before these, with the
/// paths of adapters/extract/feed_path.hpp ("news:news/news:title", "image:image/image:loc").
///
/// A sitemapindex has no items: its sitemaps are `next`, one a line and at most paging.max_pages of them, so that
/// paging.kind = "next_link" walks them in their order. Without that it is bad_page, not an empty list.
result<std::unique_ptr<extractor>> make_sitemap_extractor(const source_spec& source);

} // namespace vigie
