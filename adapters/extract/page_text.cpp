#include "adapters/extract/page_text.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>

#include <simdjson.h>

#include "actors/policy/page_notes.hpp"
#include "actors/policy/plain_text.hpp"
#include "adapters/extract/charset_decoder.hpp"

namespace vigie {

namespace {

constexpr std::string_view replacement = "\xEF\xBF\xBD";

bool is_utf8(std::string_view text) {
  return simdjson::validate_utf8(text.data(), text.size());
}

bool is_ascii(std::string_view text) {
  return std::none_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) >= 0x80; });
}

/// It was cut or damaged somewhere: of another encoding, letters beyond ASCII hardly ever make a character of UTF-8.
bool is_damaged_utf8(std::string_view text) {
  size_t characters = 0, others = 0;
  for (size_t at = 0; at < text.size();) {
    auto length = utf8_length(text, at);
    characters += length > 1 ? 1 : 0;
    others += length == 0 ? 1 : 0;
    at += std::max<size_t>(length, 1);
  }
  return characters > others;
}

/// A control character other than tab and line ends, or one of the two characters that are none.
bool has_unusable(std::string_view text) {
  auto unusable = [](unsigned char c) { return c < 0x20 && c != '\t' && c != '\n' && c != '\r'; };
  std::array<uint64_t, 4> block{};
  auto rest = text;
  for (; rest.size() >= sizeof block; rest.remove_prefix(sizeof block)) {
    std::memcpy(block.data(), rest.data(), sizeof block);
    uint64_t below = 0; // the high bit of a byte: it is below 0x20, or the one before it is
    for (auto x : block)
      below |= (x - 0x2020202020202020) & ~x & 0x8080808080808080;
    if (below != 0 && std::any_of(rest.begin(), rest.begin() + sizeof block, unusable))
      return true;
  }
  return std::any_of(rest.begin(), rest.end(), unusable) || text.find("\xEF\xBF\xBE") != text.npos ||
         text.find("\xEF\xBF\xBF") != text.npos;
}

/// Of valid UTF-8.
std::string clean(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (size_t at = 0; at < text.size();) {
    auto sequence = text.substr(at, std::max<size_t>(utf8_length(text, at), 1));
    auto c = static_cast<unsigned char>(sequence.front());
    if (sequence == "\xEF\xBF\xBE" || sequence == "\xEF\xBF\xBF")
      out += replacement;
    else if (c < 0x20 && c != '\t' && c != '\n' && c != '\r')
      out += ' ';
    else
      out += sequence;
    at += sequence.size();
  }
  return out;
}

tl::unexpected<error> unreadable(std::string why) {
  return fail(errc::bad_page, std::move(why), "line 1");
}

result<page_text> decode(std::string_view page, charset from, std::string& room) {
  if (from == charset::replacement)
    return unreadable("the page is in an encoding that browsers do not read any more, as hz-gb-2312 or iso-2022-kr");
  std::string decoded;
  if (!decode_charset(page, from, decoded))
    return unreadable("the page is in " + std::string{to_string(from)} +
                      ", of which this machine's iconv has no table");
  room = std::move(decoded);
  bool one_byte_each = from != charset::utf_8 && from != charset::utf_16le && from != charset::utf_16be;
  return page_text{room, from, one_byte_each && !is_ascii(page) && is_utf8(page)};
}

/// By its mark; of XML and JSON also by the zero bytes of the first character.
bool is_utf32(std::string_view page, page_form form) {
  using namespace std::string_view_literals;
  if (page.starts_with("\xFF\xFE\0\0"sv) || page.starts_with("\0\0\xFE\xFF"sv))
    return true;
  if (form == page_form::html || page.size() < 4)
    return false;
  return page.starts_with("\0\0\0"sv) ? page[3] != '\0' : page[0] != '\0' && page.substr(1, 3) == "\0\0\0"sv;
}

result<page_text> read_json(std::string_view page, const charset_choice& choice, std::string& room) {
  auto from = choice.said;
  if (from == charset::none || from == charset::utf_8)
    return page_text{page, charset::utf_8};
  bool two_bytes = from == charset::utf_16le || from == charset::utf_16be;
  return !two_bytes && is_utf8(page) ? page_text{page, charset::utf_8} : decode(page, from, room);
}

result<page_text> read_xml(std::string_view page, const charset_choice& choice, std::string& room) {
  auto from = choice.said == charset::none ? charset::utf_8 : choice.said;
  if (from == charset::utf_8 && is_utf8(page))
    return page_text{page, from};
  if (!choice.unknown.empty())
    return unreadable("the page declares the encoding \"" + clip(strip_control(choice.unknown), 40) +
                      "\", which nobody knows, and it is not UTF-8");
  return decode(page, from, room);
}

result<page_text> read_html(std::string_view page, const charset_choice& choice, std::string& room) {
  auto from = choice.said;
  bool valid = (from == charset::none || from == charset::utf_8) && is_utf8(page);
  if (valid && !has_unusable(page))
    return page_text{page, charset::utf_8};
  if (from == charset::none)
    from = valid                          ? charset::utf_8
           : choice.hint != charset::none ? choice.hint
           : is_damaged_utf8(page)        ? charset::utf_8
                                          : charset::windows_1252;
  auto out = decode(page, from, room);
  if (out && has_unusable(room)) {
    room = clean(room);
    out->text = room;
  }
  return out;
}

enum class text_doubt : uint8_t { none, no_character, control };

/// Where a C1 control character stands; npos = nowhere.
size_t find_control(std::string_view text) {
  auto at = text.find('\xC2');
  while (at != text.npos && (at + 1 == text.size() || static_cast<unsigned char>(text[at + 1]) >= 0xA0))
    at = text.find('\xC2', at + 1);
  return at;
}

/// By what stands first.
text_doubt doubt_of(std::string_view text) {
  auto control = find_control(text), no_character = text.find(replacement);
  if (control == no_character)
    return text_doubt::none;
  return control < no_character ? text_doubt::control : text_doubt::no_character;
}

} // namespace

result<page_text> text_of_page(std::string_view page, std::string_view content_type, page_form form,
                               std::string& room) {
  if (is_utf32(page, form))
    return unreadable("the page is in UTF-32, which no browser reads");
  auto choice = choose_charset(page, content_type, form);
  page.remove_prefix(choice.mark);
  if (form == page_form::json)
    return read_json(page, choice, room);
  return form == page_form::xml ? read_xml(page, choice, room) : read_html(page, choice, room);
}

void note_doubtful_encoding(const page_text& page, std::vector<page_note>& notes) {
  if (page.also_utf8)
    add_note(notes, {"the page is said to be in " + std::string{to_string(page.from)} +
                         ", although all its bytes are UTF-8: its texts are probably wrong",
                     {}});
}

void note_doubtful_titles(extraction& page) {
  for (size_t i = 0; i < page.items.size(); ++i) {
    auto doubt = doubt_of(page.items[i].title);
    if (doubt == text_doubt::none)
      continue;
    auto place = "item " + std::to_string(i + 1);
    if (doubt == text_doubt::no_character)
      add_note(page.page_notes, {"a title has U+FFFD, for bytes that are no character in the page's encoding",
                                 "titles have U+FFFD, for bytes that are no character in the page's encoding", place});
    else
      add_note(page.page_notes,
               {"a title has a control character (C1): the page may be in another encoding than it says",
                "titles have control characters (C1): the page may be in another encoding than it says", place});
  }
}

} // namespace vigie
