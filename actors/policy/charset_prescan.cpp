// The HTML Standard's prescan of a byte stream to determine its encoding.
#include <algorithm>
#include <utility>

#include "actors/policy/ascii.hpp"
#include "actors/policy/charset.hpp"

namespace vigie {

namespace {

struct attribute {
  std::string_view name;
  std::string_view value;
};

/// Takes the next attribute of a tag off the front; false at the tag's end, or where the bytes end within.
bool take_attribute(std::string_view& rest, attribute& out) {
  auto skip = [&](auto&& what) {
    while (!rest.empty() && what(rest.front()))
      rest.remove_prefix(1);
  };
  out = {};
  skip([](char c) { return is_html_blank(c) || c == '/'; });
  if (rest.empty() || rest.front() == '>')
    return false;
  size_t end = 0;
  while (end < rest.size() && !is_html_blank(rest[end]) && rest[end] != '/' && rest[end] != '>' &&
         (rest[end] != '=' || end == 0))
    ++end;
  out.name = rest.substr(0, end);
  rest.remove_prefix(end);
  skip(is_html_blank);
  if (rest.empty() || rest.front() != '=')
    return !rest.empty();
  rest.remove_prefix(1);
  skip(is_html_blank);
  if (rest.empty())
    return false;
  if (auto quote = rest.front(); quote == '"' || quote == '\'') {
    end = rest.find(quote, 1);
    if (end == rest.npos)
      return false;
    out.value = rest.substr(1, end - 1);
    rest.remove_prefix(end + 1);
    return true;
  }
  end = 0;
  while (end < rest.size() && !is_html_blank(rest[end]) && rest[end] != '>')
    ++end;
  out.value = rest.substr(0, end);
  rest.remove_prefix(end);
  return !rest.empty();
}

/// The label behind "charset=" in a content="text/html; charset=x".
std::string_view label_in_content(std::string_view text) {
  constexpr std::string_view word = "charset";
  for (;;) {
    auto found =
        std::search(text.begin(), text.end(), word.begin(), word.end(), [](char a, char b) { return lower(a) == b; });
    if (found == text.end())
      return {};
    text.remove_prefix(static_cast<size_t>(found - text.begin()) + word.size());
    auto rest = text;
    while (!rest.empty() && is_html_blank(rest.front()))
      rest.remove_prefix(1);
    if (!rest.starts_with('='))
      continue;
    rest.remove_prefix(1);
    while (!rest.empty() && is_html_blank(rest.front()))
      rest.remove_prefix(1);
    if (rest.empty())
      return {};
    if (auto quote = rest.front(); quote == '"' || quote == '\'') {
      auto end = rest.find(quote, 1);
      return end == rest.npos ? std::string_view{} : rest.substr(1, end - 1);
    }
    auto end = std::find_if(rest.begin(), rest.end(), [](char c) { return is_html_blank(c) || c == ';'; });
    return rest.substr(0, static_cast<size_t>(end - rest.begin()));
  }
}

/// What a <meta> means that a browser could read.
charset as_meta(charset x) {
  if (x == charset::utf_16le || x == charset::utf_16be)
    return charset::utf_8;
  return x == charset::x_user_defined ? charset::windows_1252 : x;
}

/// `rest` stands behind "<meta" and is behind the tag's attributes afterwards.
meta_charset read_meta(std::string_view& rest) {
  meta_charset out;
  bool pragma = false, asks_pragma = false;
  bool seen_equiv = false, seen_charset = false, seen_content = false;
  // Of equal names the first counts.
  for (attribute x; take_attribute(rest, x);) {
    auto first = [&](std::string_view name, bool& seen) {
      return equal_ignoring_case(x.name, name) && !std::exchange(seen, true);
    };
    if (first("http-equiv", seen_equiv)) {
      pragma = equal_ignoring_case(x.value, "content-type");
    } else if (first("charset", seen_charset)) {
      out.said = as_meta(charset_named(x.value));
      asks_pragma = false;
    } else if (first("content", seen_content) && !seen_charset) {
      out.said = as_meta(charset_named(label_in_content(x.value)));
      asks_pragma = out.said != charset::none;
    }
  }
  if (asks_pragma && !pragma)
    out.hint = std::exchange(out.said, charset::none);
  return out;
}

} // namespace

meta_charset prescan_meta(std::string_view page) {
  meta_charset out;
  auto skip_to = [&](size_t end) { page.remove_prefix(end == page.npos ? page.size() : end); };
  for (;;) {
    skip_to(page.find('<'));
    if (page.size() < 2)
      return out;
    auto behind = page.size() > 5 ? page[5] : 'x';
    if (page.starts_with("<!--")) {
      auto end = page.find("-->", 2);
      skip_to(end == page.npos ? end : end + 3);
    } else if (equal_ignoring_case(page.substr(0, 5), "<meta") && (is_html_blank(behind) || behind == '/')) {
      page.remove_prefix(5);
      auto found = read_meta(page);
      if (found.said != charset::none)
        return {found.said, charset::none};
      if (out.hint == charset::none)
        out.hint = found.hint;
    } else if (is_letter(page[1]) || (page[1] == '/' && page.size() > 2 && is_letter(page[2]))) {
      // Attributes may hold what looks like a tag.
      skip_to(std::min(page.find('>'), page.find_first_of(" \t\n\f\r")));
      for (attribute x; take_attribute(page, x);)
        continue;
    } else if (page[1] == '!' || page[1] == '/' || page[1] == '?') {
      skip_to(page.find('>'));
    } else {
      page.remove_prefix(1);
    }
  }
}

} // namespace vigie
