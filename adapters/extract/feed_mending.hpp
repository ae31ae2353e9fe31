// XML that is nearly well-formed, as feeds often are, mended where only one thing can have been meant.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "messages/values/page_note.hpp"

namespace vigie {

struct mended_page {
  std::string text; ///< line feeds stand where they stood
  std::vector<page_note> notes;
};

/// For a page that a parser refused:
///
///   blanks, comments and byte order marks before the XML declaration   stand behind it
///   any other text before it, within 16 KiB; anything behind the end   left out
///   characters that XML does not have (U+0008), and references to them   left out
///   &nbsp; and HTML's other names, where nothing declares them         the characters
///   any other & that begins no reference: "AT&T", "&more;"             an &
///   a < that begins no tag: "< 3 kg", "<3"                             a <
///   a comment with -- in it                                            left out
///   a document type that declares entities by HTML's names, no others  left out: the names mean what HTML means
///
/// CDATA has only its characters looked at. Nothing is closed that the page leaves open: what is cut stays cut. The
/// page is UTF-8 without its byte order mark. Nothing: there is nothing of these to mend, or the text would have more
/// than `max_bytes`.
std::optional<mended_page> mend_xml(std::string_view page, size_t max_bytes);

} // namespace vigie
