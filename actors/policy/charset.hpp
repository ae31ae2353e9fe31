// Which encoding a page is in, by its bytes and its Content-Type: one order for every format. Pure.
//
// A byte order mark, the header, then what the page says of itself: HTML a <meta> (by the HTML Standard's prescan) or
// an XML declaration, XML its declaration. Labels and what they mean are those of the Encoding Standard.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace vigie {

/// The encodings of the Encoding Standard. `none`: nothing says it.
enum class charset : uint8_t {
  none,
  utf_8,
  ibm866,
  iso_8859_2,
  iso_8859_3,
  iso_8859_4,
  iso_8859_5,
  iso_8859_6,
  iso_8859_7,
  iso_8859_8,
  iso_8859_8_i,
  iso_8859_10,
  iso_8859_13,
  iso_8859_14,
  iso_8859_15,
  iso_8859_16,
  koi8_r,
  koi8_u,
  macintosh,
  windows_874,
  windows_1250,
  windows_1251,
  windows_1252,
  windows_1253,
  windows_1254,
  windows_1255,
  windows_1256,
  windows_1257,
  windows_1258,
  x_mac_cyrillic,
  gbk,
  gb18030,
  big5,
  euc_jp,
  iso_2022_jp,
  shift_jis,
  euc_kr,
  replacement, ///< encodings that are no longer read since they could hide markup
  utf_16be,
  utf_16le,
  x_user_defined,
};

/// The standard's name: "Shift_JIS"; "none".
std::string_view to_string(charset x);

/// What a label means: "latin1" is windows-1252. Blanks around it and its case do not matter; `none` for what is no
/// label of the standard.
charset charset_named(std::string_view label);

/// The label in a Content-Type, without quotes; empty without one.
std::string_view charset_label(std::string_view content_type);

enum class page_form : uint8_t { html, xml, json };

struct charset_choice {
  charset said = charset::none;
  size_t mark = 0; ///< bytes of the byte order mark, which are no text
  /// HTML: named by a <meta> that lacks what the standard asks of it, as http-equiv. Better than a guess.
  charset hint = charset::none;
  /// The page's own label, where it is none of the standard. Points into the page.
  std::string_view unknown{};
};

/// Only the first 4096 bytes are looked at. Of JSON, which has no way to say it, also the zero bytes of UTF-16 without
/// a mark.
charset_choice choose_charset(std::string_view page, std::string_view content_type, page_form form);

/// What a <meta> says, by the standard's prescan: not in comments, with http-equiv for a `content`. `hint` as above.
struct meta_charset {
  charset said = charset::none;
  charset hint = charset::none;
};
meta_charset prescan_meta(std::string_view page);

} // namespace vigie
