// The extractor port for HTML and XML pages.
#pragma once

#include <memory>

#include "adapters/ports/extractor.hpp"

namespace vigie {

/// automatic: what a stream can answer is read by one, page by page, and everything else as a tree.
enum class markup_path : uint8_t { automatic, tree };

/// `items` selects the elements that are items, each field is asked of its item's element. Selectors are CSS
/// (actors/policy/css_selector.hpp) or XPath 1.0; the first thing that one selects counts, and an XPath field may also
/// be a text, a number or a truth. bad_config, with the key's path as its place, for a selector that is none.
///
/// Text has its blanks run together; no text at all is absent without a note. The url, the photo and a
/// paging.next that is a link are absolute: relative to the page's address, to <base href>, in XML to the xml:base
/// around them. What is no http(s) address, or relative to nothing that is known, stays as the page has it.
///
/// Of a title's selector the first thing with text counts. An entry without id or title is left out, with a note.
///
/// bad_page: no item at all. Where the items' CSS selector has an element around the item ("ul.found > li"), an empty
/// list is one in which that is there; anywhere, one on whose page extract.empty selects something. Of XML also
/// everything that is not well-formed, with "line:column" as its place. HTML is mended as far as it needs to be.
result<std::unique_ptr<extractor>> make_html_extractor(const source_spec& source,
                                                       markup_path path = markup_path::automatic);

/// The same for XML. CSS types match in any namespace; `namespaces` are the prefixes that selectors may use. Entities
/// other than XML's five are an error, wherever they are declared: nothing that a page declares is opened or expanded.
result<std::unique_ptr<extractor>> make_xml_extractor(const source_spec& source);

} // namespace vigie
