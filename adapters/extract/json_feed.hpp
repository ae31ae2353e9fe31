// JSON Feed (jsonfeed.org), read as a tree of elements.
#pragma once

#include <string_view>

#include "adapters/extract/feed_tree.hpp"

namespace vigie {

/// What begins like a JSON object.
bool is_json_feed(std::string_view page);

/// An object is an element whose children have its members' names, an array so many elements of its own name; texts,
/// numbers and booleans are attributes of their object, too, so that attachments[mime_type=image/*]@url is a path. The
/// root is "feed", without a namespace. bad_page for what is no JSON, no JSON Feed ("version" is missing or another),
/// and above the limits. The
/// encoding is chosen as adapters/extract/page_text.hpp says.
result<feed_tree> read_json_feed(std::string_view page, std::string_view content_type = {},
                                 const feed_limits& limits = {});

} // namespace vigie
