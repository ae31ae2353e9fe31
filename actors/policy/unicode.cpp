#include "actors/policy/unicode.hpp"

#include <algorithm>
#include <cstdint>
#include <cstring>

#include "actors/policy/unicode_tables.hpp"

namespace vigie {

namespace {

using namespace unicode_tables;

constexpr char32_t replacement_character = 0xFFFD;
constexpr char32_t no_break_space = 0xA0;

/// The last row whose `first` is not above `c`.
template <class T>
const T* row_of(const table<T>& rows, char32_t c) {
  auto i = std::upper_bound(rows.begin(), rows.end(), c, [](char32_t x, const T& row) { return x < row.first; });
  return i == rows.begin() ? nullptr : i - 1;
}

bool contains(const table<range>& rows, char32_t c) {
  const auto* row = row_of(rows, c);
  return row && c <= row->last;
}

bool append_expansion(const table<expansion>& rows, char32_t c, std::string& out) {
  const auto* i =
      std::lower_bound(rows.begin(), rows.end(), c, [](const expansion& row, char32_t x) { return row.from < x; });
  if (i == rows.end() || i->from != c)
    return false;
  for (auto x : i->to)
    if (x != 0)
      append_utf8(out, x);
  return true;
}

void append_folded(std::string& out, char32_t c) {
  if (c == no_break_space) {
    out += ' ';
    return;
  }
  if (append_expansion(fold_expansions, c, out))
    return;
  const auto* row = row_of(fold_shifts, c);
  if (row && c <= row->last && (c - row->first) % row->stride == 0)
    c = static_cast<char32_t>(static_cast<int64_t>(c) + row->delta);
  append_utf8(out, c);
}

/// Folds the front of `text` as long as nothing gets longer or shorter: ASCII, eight bytes at a time, and the letters
/// of Latin-1 (U+00C0 to U+00FF without the sharp s). Returns how many bytes that was.
size_t fold_in_place(std::string_view text, char* out) {
  constexpr uint64_t each = 0x0101010101010101, high = 0x80 * each;
  constexpr unsigned char latin = 0xC3, sharp_s = 0x9F, last_capital = 0x9E, times = 0x97;
  size_t at = 0;
  while (at < text.size()) {
    uint64_t block = 0;
    if (at + sizeof block <= text.size()) {
      std::memcpy(&block, text.data() + at, sizeof block);
      if ((block & high) == 0) {
        // The high bit of a byte of the first sum says "at least A", of the second "beyond Z".
        auto capitals = ((block + (0x80 - 'A') * each) ^ (block + (0x80 - 'Z' - 1) * each)) & high;
        block += capitals >> 2;
        std::memcpy(out + at, &block, sizeof block);
        at += sizeof block;
        continue;
      }
    }
    auto c = static_cast<unsigned char>(text[at]);
    if (c < 0x80) {
      out[at++] = static_cast<char>(c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c);
      continue;
    }
    auto next = at + 1 < text.size() ? static_cast<unsigned char>(text[at + 1]) : 0;
    if (c != latin || (next & 0xC0) != 0x80 || next == sharp_s)
      break;
    out[at] = static_cast<char>(c);
    out[at + 1] = static_cast<char>(next <= last_capital && next != times ? next + 0x20 : next);
    at += 2;
  }
  return at;
}

/// Unicode 3.12: syllables decompose by arithmetic.
bool append_jamo(std::string& out, char32_t c) {
  constexpr char32_t first = 0xAC00, last = 0xD7A3, vowels = 21, tails = 28;
  if (c < first || c > last)
    return false;
  auto i = c - first;
  append_utf8(out, 0x1100 + i / (vowels * tails));
  append_utf8(out, 0x1161 + i % (vowels * tails) / tails);
  if (i % tails != 0)
    append_utf8(out, 0x11A7 + i % tails);
  return true;
}

void append_bare(std::string& out, char32_t c) {
  if (contains(marks, c) || append_jamo(out, c) || append_expansion(bare_expansions, c, out))
    return;
  const auto* row = row_of(bare_letters, c);
  append_utf8(out, row && c - row->first < row->size ? row->to[c - row->first] : c);
}

struct sequence_form {
  size_t size;
  char32_t smallest; ///< a smaller one has a shorter form: not well-formed
  unsigned char bits;
};

sequence_form form_of(unsigned char lead) {
  if (lead >= 0xC2 && lead <= 0xDF)
    return {2, 0x80, 0x1F};
  if (lead >= 0xE0 && lead <= 0xEF)
    return {3, 0x800, 0x0F};
  if (lead >= 0xF0 && lead <= 0xF4)
    return {4, 0x10000, 0x07};
  return {0, 0, 0};
}

} // namespace

char32_t take_code_point(std::string_view& text) {
  auto lead = static_cast<unsigned char>(text.front());
  auto form = form_of(lead);
  if (lead < 0x80 || form.size == 0 || text.size() < form.size) {
    text.remove_prefix(1);
    return lead < 0x80 ? lead : replacement_character;
  }
  char32_t c = lead & form.bits;
  for (size_t i = 1; i < form.size; ++i) {
    auto next = static_cast<unsigned char>(text[i]);
    if ((next & 0xC0) != 0x80) {
      text.remove_prefix(1);
      return replacement_character;
    }
    c = (c << 6) | (next & 0x3F);
  }
  bool well_formed = c >= form.smallest && c <= 0x10FFFF && !(c >= 0xD800 && c <= 0xDFFF);
  text.remove_prefix(well_formed ? form.size : 1);
  return well_formed ? c : replacement_character;
}

void append_utf8(std::string& out, char32_t c) {
  if (c < 0x80) {
    out += static_cast<char>(c);
  } else if (c < 0x800) {
    out += static_cast<char>(0xC0 | (c >> 6));
    out += static_cast<char>(0x80 | (c & 0x3F));
  } else if (c < 0x10000) {
    out += static_cast<char>(0xE0 | (c >> 12));
    out += static_cast<char>(0x80 | ((c >> 6) & 0x3F));
    out += static_cast<char>(0x80 | (c & 0x3F));
  } else {
    out += static_cast<char>(0xF0 | (c >> 18));
    out += static_cast<char>(0x80 | ((c >> 12) & 0x3F));
    out += static_cast<char>(0x80 | ((c >> 6) & 0x3F));
    out += static_cast<char>(0x80 | (c & 0x3F));
  }
}

std::string case_fold(std::string_view text) {
  std::string out;
  case_fold(text, out);
  return out;
}

void case_fold(std::string_view text, std::string& out) {
  out.resize(text.size());
  auto done = fold_in_place(text, out.data());
  out.resize(done);
  text.remove_prefix(done);
  while (!text.empty()) {
    auto c = take_code_point(text);
    if (c < 0x80)
      out += static_cast<char>(c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c);
    else
      append_folded(out, c);
  }
}

std::string strip_accents(std::string_view folded) {
  std::string out;
  out.reserve(folded.size());
  while (!folded.empty()) {
    auto c = take_code_point(folded);
    if (c < 0x80)
      out += static_cast<char>(c);
    else
      append_bare(out, c);
  }
  return out;
}

bool is_word_character(char32_t c) {
  if (c < 0x80)
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '\'' || (c >= 'A' && c <= 'Z');
  return contains(word_characters, c);
}

std::vector<std::string_view> words(std::string_view folded) {
  std::vector<std::string_view> out;
  const char* begin = nullptr;
  auto rest = folded;
  while (!rest.empty()) {
    const char* here = rest.data();
    auto c = static_cast<unsigned char>(*here);
    if (c < 0x80)
      rest.remove_prefix(1);
    bool inside = is_word_character(c < 0x80 ? c : take_code_point(rest));
    if (inside && !begin)
      begin = here;
    if (!inside && begin)
      out.emplace_back(begin, static_cast<size_t>(here - begin));
    if (!inside)
      begin = nullptr;
  }
  if (begin)
    out.emplace_back(begin, static_cast<size_t>(folded.data() + folded.size() - begin));
  return out;
}

std::string_view trim_blanks(std::string_view text) {
  constexpr std::string_view blanks = " \t\r\n\v\f", no_break = "\xC2\xA0";
  while (!text.empty()) {
    if (blanks.find(text.front()) != blanks.npos)
      text.remove_prefix(1);
    else if (text.starts_with(no_break))
      text.remove_prefix(no_break.size());
    else if (blanks.find(text.back()) != blanks.npos)
      text.remove_suffix(1);
    else if (text.ends_with(no_break))
      text.remove_suffix(no_break.size());
    else
      break;
  }
  return text;
}

} // namespace vigie
