// The characters of a page, whatever its encoding.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "actors/policy/charset.hpp"
#include "adapters/ports/extractor.hpp"
#include "messages/values/error.hpp"

namespace vigie {

struct page_text {
  std::string_view text; ///< without a byte order mark: the page itself where nothing had to be changed, else `room`
  charset from = charset::utf_8;
  bool also_utf8 = false; ///< it is said to be in another encoding, although all its bytes are UTF-8
};

/// The encoding is what actors/policy/charset.hpp chooses. Where nothing says it: HTML is UTF-8 if its bytes are that,
/// or more of them are characters of it than are none, else windows-1252; XML is UTF-8. JSON is UTF-8 whatever the
/// header says, if its bytes are that (RFC 8259, 8.1).
///
/// HTML and XML come out as valid UTF-8: what is no character becomes U+FFFD. HTML has no control character but tab and
/// line ends either, each is a blank. JSON in UTF-8 is left as it is, its parser says where it is not.
///
/// bad_page: an encoding that is not read (the standard's "replacement", UTF-32, what this machine has no table for),
/// or XML in an encoding that nobody knows.
result<page_text> text_of_page(std::string_view page, std::string_view content_type, page_form form, std::string& room);

/// A note where what is said of the page's encoding is probably wrong. It is believed all the same.
void note_doubtful_encoding(const page_text& page, std::vector<page_note>& notes);

/// A note where titles have U+FFFD or C1 control characters: they were probably read in a wrong encoding.
void note_doubtful_titles(extraction& page);

} // namespace vigie
