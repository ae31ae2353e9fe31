// Character references as the HTML standard resolves them (13.2.5.72 and what follows).
#pragma once

#include <string>
#include <string_view>

namespace vigie {

/// Where a reference stands: in an attribute's value "&copy=" and "&copyright" are none, because addresses have such.
enum class reference_place { text, attribute };

/// Appends what the reference that `text` begins with stands for and says how long it is; 0 = it begins with none. A
/// control character becomes a blank, what is no character U+FFFD.
size_t append_html_reference(std::string_view text, reference_place place, std::string& out);

/// Text with all its references written out, behind what `out` holds.
void append_html_text(std::string_view raw, reference_place place, std::string& out);
std::string without_html_references(std::string_view raw);

/// What an XML page that is HTML by its document type means by "&name;": false = nothing.
bool append_html_name(std::string_view name, std::string& out);

/// An HTML page in which libxml2, which knows HTML 4 only, reads the same as the standard: its references in text and
/// in attributes are written out. It is the page itself if nothing else can be read there, otherwise `room`.
std::string_view with_plain_references(std::string_view page, std::string& room);

} // namespace vigie
