// The extractor port for feeds: RSS 0.9x and 2.0, RDF (RSS 0.90 and 1.0), Atom 1.0 and 0.3, JSON Feed 1.0 and 1.1.
#pragma once

#include <memory>

#include "adapters/ports/extractor.hpp"

namespace vigie {

/// Compiles the source. What a feed's items are is known without `fields`; those that are named there go before these:
///
///   field      RSS, RDF                                              Atom
///   id         guid, g:id, atom:id, rdf:about, the url               id, g:id, link
///   title      title, g:title, dc:title, media:title, description    title, g:title, dc:title, media:title, summary,
///                                                                    content
///   url        link, atom:link (alternate, or without rel), g:link,  link (alternate, or without rel), content's src,
///              rdf:about, a guid that is a URL                       g:link
///   price      g:sale_price, g:price                                 the same
///   brand, size, condition                                           g:brand, g:size, g:condition
///   photo      g:image_link, media:thumbnail, media:content or enclosure if it is an image
///   date       pubDate, dc:date, dcterms:modified, atom:updated,     updated, modified, published, issued
///              atom:published
///
/// JSON Feed (adapters/extract/json_feed.hpp): id or url or external_url; title, summary, content_text or content_html;
/// url or external_url; image, banner_image or an attachment that is an image; date_modified or date_published.
///
/// Markup in titles is taken out; addresses are absolute: relative to the xml:base around them and the feed's own
/// address. `next` is the feed's link rel="next" (RFC 5005), its next_url, or what paging.next finds in the head of the
/// feed (channel, or feed).
/// What is nearly well-formed is mended (feed_mending.hpp), a gzip file is unpacked (packed_page.hpp). Paths are those
/// of adapters/extract/feed_path.hpp. bad_config as feed_fields::compile says; bad_page for what is no feed, and
/// where no entry has id and title. Where entries share an id though their addresses differ, these are their ids.
result<std::unique_ptr<extractor>> make_feed_extractor(const source_spec& source);

} // namespace vigie
