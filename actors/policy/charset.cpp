#include "actors/policy/charset.hpp"

#include <algorithm>

#include "actors/policy/ascii.hpp"

namespace vigie {

namespace {

/// What is looked at: the standard asks for 1024 bytes at least; some pages have a long head.
constexpr size_t looked_at = 4096;

/// A page whose declaration could be read byte by byte is in no encoding of two bytes.
charset readable(charset x) {
  return x == charset::utf_16le || x == charset::utf_16be ? charset::utf_8 : x;
}

charset_choice by_mark(std::string_view page) {
  if (page.starts_with("\xEF\xBB\xBF"))
    return {charset::utf_8, 3};
  if (page.starts_with("\xFE\xFF"))
    return {charset::utf_16be, 2};
  if (page.starts_with("\xFF\xFE"))
    return {charset::utf_16le, 2};
  return {};
}

/// What the first character of a page gives away that has two bytes for each.
charset by_zero_bytes(std::string_view page, page_form form) {
  if (page.size() < 4)
    return charset::none;
  // The HTML Standard knows this of an XML declaration only.
  if (form == page_form::html && !page.starts_with(std::string_view{"<\0?\0x\0", 6}) &&
      !page.starts_with(std::string_view{"\0<\0?\0x", 6}))
    return charset::none;
  if (page[0] != '\0' && page[1] == '\0' && page[2] != '\0')
    return charset::utf_16le;
  if (page[0] == '\0' && page[1] != '\0' && page[2] == '\0')
    return charset::utf_16be;
  return charset::none;
}

/// Without what must not precede a declaration but does: blanks, control characters, comments, more marks.
std::string_view from_declaration(std::string_view page) {
  constexpr std::string_view mark = "\xEF\xBB\xBF";
  while (!page.empty()) {
    if (static_cast<unsigned char>(page.front()) <= 0x20)
      page.remove_prefix(1);
    else if (page.starts_with(mark))
      page.remove_prefix(mark.size());
    else if (auto end = page.find("-->"); page.starts_with("<!--") && end != page.npos)
      page.remove_prefix(end + 3);
    else
      break;
  }
  return page;
}

/// The label in <?xml version="1.0" encoding="x"?>.
std::string_view declared_label(std::string_view page) {
  page = from_declaration(page.substr(0, looked_at));
  if (!page.starts_with("<?xml") || page.size() < 6 || !is_html_blank(page[5]))
    return {};
  page = page.substr(0, page.find('>'));
  constexpr std::string_view name = "encoding";
  auto at = page.find(name);
  if (at == page.npos)
    return {};
  auto rest = trimmed(page.substr(at + name.size()), is_html_blank);
  if (!rest.starts_with('='))
    return {};
  rest = trimmed(rest.substr(1), is_html_blank);
  if (rest.empty() || (rest[0] != '"' && rest[0] != '\''))
    return {};
  auto end = rest.find(rest[0], 1);
  return end == rest.npos ? std::string_view{} : rest.substr(1, end - 1);
}

} // namespace

std::string_view charset_label(std::string_view content_type) {
  auto rest = content_type;
  for (auto semicolon = rest.find(';'); semicolon != rest.npos; semicolon = rest.find(';')) {
    rest.remove_prefix(semicolon + 1);
    auto parameter = rest.substr(0, rest.find(';'));
    auto equals = parameter.find('=');
    if (equals == parameter.npos ||
        !equal_ignoring_case(trimmed(parameter.substr(0, equals), is_html_blank), "charset"))
      continue;
    auto is_quote = [](char c) { return c == '"' || c == '\''; };
    return trimmed(trimmed(parameter.substr(equals + 1), is_html_blank), is_quote);
  }
  return {};
}

charset_choice choose_charset(std::string_view page, std::string_view content_type, page_form form) {
  auto out = by_mark(page);
  if (out.said != charset::none)
    return out;
  out.said = charset_named(charset_label(content_type));
  if (out.said != charset::none)
    return out;
  out.said = by_zero_bytes(page, form);
  if (out.said != charset::none || form == page_form::json)
    return out;
  if (form == page_form::html) {
    auto meta = prescan_meta(page.substr(0, looked_at));
    out.said = meta.said;
    out.hint = meta.hint;
    if (out.said != charset::none)
      return out;
  }
  auto label = declared_label(page);
  out.said = readable(charset_named(label));
  if (out.said == charset::none)
    out.unknown = label;
  return out;
}

} // namespace vigie
