#include "adapters/extract/html_references.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <utility>
#include <vector>

#include "actors/policy/ascii.hpp"
#include "actors/policy/unicode.hpp"
#include "adapters/extract/html_reference_names.hpp"
#include "adapters/extract/html_scanner.hpp"
#include "adapters/extract/markup_rows.hpp"

namespace vigie {

namespace {

struct reference {
  std::string_view name;
  std::string_view points; ///< "223E+333"
  bool bare = false;       ///< one without a semicolon, too
};

/// Nearly all that pages use.
constexpr std::pair<std::string_view, std::string_view> frequent[] = {
    {"amp", "&"}, {"nbsp", "\u00a0"}, {"quot", "\""}, {"lt", "<"}, {"gt", ">"}, {"euro", "€"}, {"apos", "'"}};

/// By name.
const std::vector<reference>& references() {
  static const std::vector<reference> all = [] {
    std::vector<reference> out;
    for (auto rest = html_reference_names; !rest.empty();) {
      auto entry = rest.substr(0, rest.find(','));
      rest.remove_prefix(std::min(entry.size() + 2, rest.size()));
      auto blank = entry.find(' ');
      if (blank == entry.npos)
        break;
      bool bare = entry[blank - 1] == '*';
      out.push_back({entry.substr(0, blank - (bare ? 1 : 0)), entry.substr(blank + 1), bare});
    }
    std::sort(out.begin(), out.end(), [](const reference& a, const reference& b) { return a.name < b.name; });
    return out;
  }();
  return all;
}

const reference* find_reference(std::string_view name) {
  const auto& all = references();
  auto i =
      std::lower_bound(all.begin(), all.end(), name, [](const reference& a, std::string_view b) { return a.name < b; });
  return i != all.end() && i->name == name ? &*i : nullptr;
}

void append_points(std::string_view points, std::string& out) {
  char32_t point = 0;
  for (char c : points) {
    if (c == '+')
      append_utf8(out, std::exchange(point, 0));
    else
      point = point * 16 + static_cast<char32_t>(hex_digit(c));
  }
  append_utf8(out, point);
}

/// Numbers of windows-1252 are what they are there; what is no character, and control characters, as in the page
/// itself.
char32_t character_of(uint32_t number) {
  constexpr std::array<char16_t, 32> windows_1252{0x20AC, 0x81,   0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021,
                                                  0x02C6, 0x2030, 0x0160, 0x2039, 0x0152, 0x8D,   0x017D, 0x8F,
                                                  0x90,   0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014,
                                                  0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0x9D,   0x017E, 0x0178};
  if (number >= 0x80 && number < 0xA0)
    return windows_1252[number - 0x80];
  bool surrogate = number >= 0xD800 && number < 0xE000;
  if (number == 0 || number > 0x10FFFF || surrogate || (number & 0xFFFE) == 0xFFFE)
    return 0xFFFD;
  return number < 0x20 || number == 0x7F ? (number == '\t' || number == '\n' ? number : ' ') : number;
}

/// "&#8364;", "&#x20AC;", with or without the semicolon.
size_t append_number(std::string_view text, std::string& out) {
  bool hex = text.size() > 2 && (text[2] | 0x20) == 'x';
  size_t begin = hex ? 3 : 2;
  auto at = begin;
  uint32_t number = 0;
  for (; at < text.size(); ++at) {
    int digit = hex || is_digit(text[at]) ? hex_digit(text[at]) : -1;
    if (digit < 0)
      break;
    number = std::min<uint32_t>(number * (hex ? 16 : 10) + static_cast<uint32_t>(digit), 0x110000);
  }
  if (at == begin)
    return 0;
  append_utf8(out, character_of(number));
  return at + (at < text.size() && text[at] == ';' ? 1 : 0);
}

} // namespace

bool append_html_name(std::string_view name, std::string& out) {
  for (const auto& [known, is] : frequent)
    if (known == name) {
      out += is;
      return true;
    }
  auto found = find_reference(name);
  if (found)
    append_points(found->points, out);
  return found != nullptr;
}

size_t append_html_reference(std::string_view text, reference_place place, std::string& out) {
  constexpr size_t longest_bare = 6, longest_name = 31;
  if (text.size() < 2 || text[0] != '&')
    return 0;
  if (text[1] == '#')
    return append_number(text, out);
  size_t length = 1;
  while (length < text.size() && length <= longest_name + 1 && is_alphanumeric(text[length]))
    ++length;
  if (length < text.size() && text[length] == ';' && append_html_name(text.substr(1, length - 1), out))
    return length + 1;
  for (auto size = std::min(length - 1, longest_bare); size > 1; --size) {
    auto found = find_reference(text.substr(1, size));
    if (!found || !found->bare)
      continue;
    auto next = size + 1 < text.size() ? text[size + 1] : '\0';
    if (place == reference_place::attribute && (next == '=' || is_alphanumeric(next)))
      return 0;
    append_points(found->points, out);
    return size + 1;
  }
  return 0;
}

void append_html_text(std::string_view raw, reference_place place, std::string& out) {
  for (;;) {
    auto at = raw.find('&');
    out += raw.substr(0, at);
    if (at == raw.npos)
      return;
    raw.remove_prefix(at);
    auto size = append_html_reference(raw, place, out);
    if (size == 0)
      out += raw[0];
    raw.remove_prefix(std::max<size_t>(size, 1));
  }
}

std::string without_html_references(std::string_view raw) {
  std::string out;
  append_html_text(raw, reference_place::text, out);
  return out;
}

namespace {

/// "#39;", the number of what is seen, or of a no-break space.
bool is_plain_number(std::string_view x) {
  constexpr size_t most_digits = 4;
  uint32_t number = 0;
  size_t at = 1;
  for (; at < x.size() && at <= most_digits && is_digit(x[at]); ++at)
    number = number * 10 + static_cast<uint32_t>(x[at] - '0');
  return x.starts_with('#') && at < x.size() && x[at] == ';' && ((number > ' ' && number < 0x7F) || number >= 0xA0);
}

/// libxml2 reads all of the page's references as the standard does.
bool all_plain(std::string_view page) {
  for (auto at = page.find('&'); at != page.npos; at = page.find('&', at + 1)) {
    auto rest = page.substr(at + 1, 6);
    bool plain = rest.empty() || !(is_alphanumeric(rest[0]) || rest[0] == '#') || is_plain_number(rest);
    for (const auto& [name, is] : frequent)
      plain = plain || (rest.starts_with(name) && rest.size() > name.size() && rest[name.size()] == ';');
    if (!plain)
      return false;
  }
  return true;
}

/// Goes through a page's text, tags and what is neither, and writes it anew.
class reference_writer {
public:
  reference_writer(std::string_view page, std::string& out) : rest_(page), out_(out) {}

  void write() {
    while (!rest_.empty()) {
      auto text = std::min(rest_.find('<'), rest_.size());
      put(rest_.substr(0, text), reference_place::text);
      rest_.remove_prefix(text);
      if (rest_.starts_with("<!--"))
        copy(past("-->", 4));
      else if (rest_.starts_with("<!") || rest_.starts_with("<?"))
        copy(past(">", 2));
      else if (rest_.size() > 1 && (rest_[1] == '/' || is_letter(rest_[1])))
        write_tag();
      else
        copy(std::min<size_t>(rest_.size(), 1));
    }
  }

private:
  size_t past(std::string_view end, size_t from) const {
    auto at = rest_.find(end, from);
    return at == rest_.npos ? rest_.size() : at + end.size();
  }

  void copy(size_t size) {
    out_ += rest_.substr(0, size);
    rest_.remove_prefix(size);
  }

  void write_tag() {
    auto raw = raw_name();
    copy(1);
    bool value = false; // an attribute's value begins here
    while (!rest_.empty() && rest_[0] != '>') {
      auto c = rest_[0];
      if (value && (c == '"' || c == '\'')) {
        copy(1);
        put_value(std::min(rest_.find(c), rest_.size()));
        copy(std::min<size_t>(rest_.size(), 1));
      } else if (value && !is_markup_blank(c)) {
        auto end = std::find_if(rest_.begin(), rest_.end(), [](char x) { return x == '>' || is_markup_blank(x); });
        put_value(static_cast<size_t>(end - rest_.begin()));
      } else {
        copy(1);
      }
      value = c == '=' && !value ? true : value && is_markup_blank(c);
    }
    copy(std::min<size_t>(rest_.size(), 1));
    if (raw.empty() || out_.ends_with("/>"))
      return;
    for (auto end = rest_.find("</"); end != rest_.npos; end = rest_.find("</", end + 1))
      if (same_html_name(rest_.substr(end + 2, raw.size()), raw))
        return copy(end);
    copy(rest_.size());
  }

  /// Of an element whose content is no markup.
  std::string_view raw_name() const {
    for (std::string_view x : {"script", "style"})
      if (same_html_name(rest_.substr(1, x.size()), x) && rest_.size() > x.size() + 1 &&
          !is_alphanumeric(rest_[x.size() + 1]))
        return x;
    return {};
  }

  void put_value(size_t size) {
    put(rest_.substr(0, size), reference_place::attribute);
    rest_.remove_prefix(size);
  }

  void put(std::string_view raw, reference_place place) {
    for (;;) {
      auto at = raw.find('&');
      out_ += raw.substr(0, at);
      if (at == raw.npos)
        return;
      raw.remove_prefix(at);
      room_.clear();
      auto size = append_html_reference(raw, place, room_);
      raw.remove_prefix(std::max<size_t>(size, 1));
      put_safe(size == 0 ? "&" : std::string_view{room_}, place);
    }
  }

  void put_safe(std::string_view characters, reference_place place) {
    for (char c : characters)
      if (std::string_view{"&<>\"'"}.find(c) != std::string_view::npos ||
          (place == reference_place::attribute && is_markup_blank(c)))
        out_ += "&#" + std::to_string(static_cast<int>(c)) + ";";
      else
        out_ += c;
  }

  std::string_view rest_;
  std::string& out_;
  std::string room_;
};

} // namespace

std::string_view with_plain_references(std::string_view page, std::string& room) {
  if (all_plain(page))
    return page;
  room.clear();
  room.reserve(page.size());
  reference_writer{page, room}.write();
  return room;
}

} // namespace vigie
