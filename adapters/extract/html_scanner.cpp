#include "adapters/extract/html_scanner.hpp"

#include <algorithm>
#include <array>
#include <cstring>

namespace vigie {

namespace {

constexpr size_t longest_name = 98; ///< libxml2 cuts longer ones
constexpr size_t most_attributes =
    256; ///< of one tag; what has more is not for a reader that looks through all of them

enum : uint8_t { name_start = 1, name_part = 2, blank = 4, unsafe_unquoted = 8 };

constexpr std::array<uint8_t, 256> classes = [] {
  std::array<uint8_t, 256> out{};
  for (int c = 'a'; c <= 'z'; ++c)
    out[c] = out[c - 'a' + 'A'] = name_start | name_part;
  for (int c = '0'; c <= '9'; ++c)
    out[c] = name_part;
  for (char c : {'-', '_', '.', ':'})
    out[static_cast<uint8_t>(c)] = name_part;
  for (char c : {' ', '\t', '\n', '\r'})
    out[static_cast<uint8_t>(c)] = blank;
  for (char c : {'"', '\'', '<', '=', '`'})
    out[static_cast<uint8_t>(c)] = unsafe_unquoted;
  return out;
}();

bool is(char c, uint8_t what) {
  return (classes[static_cast<uint8_t>(c)] & what) != 0;
}

const char* find(const char* from, const char* end, char c) {
  auto found = static_cast<const char*>(std::memchr(from, c, static_cast<size_t>(end - from)));
  return found ? found : end;
}

} // namespace

bool same_html_name(std::string_view x, std::string_view lower) {
  if (x.size() != lower.size())
    return false;
  if (std::memcmp(x.data(), lower.data(), x.size()) == 0)
    return true;
  return std::equal(x.begin(), x.end(), lower.begin(),
                    [](char a, char b) { return (a >= 'A' && a <= 'Z' ? a + ('a' - 'A') : a) == b; });
}

const html_attribute* html_scanner::attribute(std::string_view name) const {
  for (const auto& x : attributes_)
    if (same_html_name(x.name, name))
      return &x;
  return nullptr;
}

void html_scanner::skip_blanks() {
  while (at_ < end_ && is(*at_, blank))
    ++at_;
}

html_scanner::token html_scanner::next() {
  if (!raw_.empty())
    return read_raw_text();
  for (;;) {
    if (at_ >= end_)
      return token::end;
    if (*at_ != '<') {
      auto stop = find(at_, end_, '<');
      text_ = {at_, static_cast<size_t>(stop - at_)};
      at_ = stop;
      return token::text;
    }
    ++at_;
    if (at_ >= end_)
      return token::repair;
    if (is(*at_, name_start))
      return read_open();
    if (*at_ == '/')
      return read_close();
    if (!skip_declaration())
      return token::repair;
  }
}

html_scanner::token html_scanner::read_raw_text() {
  auto begin = at_;
  for (auto x = find(at_, end_, '<'); x < end_; x = find(x + 1, end_, '<')) {
    auto rest = static_cast<size_t>(end_ - x);
    if (rest > raw_.size() + 2 && x[1] == '/' && same_html_name({x + 2, raw_.size()}, raw_)) {
      text_ = {begin, static_cast<size_t>(x - begin)};
      at_ = x;
      raw_ = {};
      return token::raw_text;
    }
  }
  return token::repair;
}

bool html_scanner::skip_declaration() {
  std::string_view rest{at_, static_cast<size_t>(end_ - at_)};
  if (rest.starts_with("!--")) {
    auto body = rest.substr(3);
    if (body.starts_with('>') || body.starts_with("->"))
      return false;
    auto close = body.find("--");
    while (close != body.npos && !(close + 2 < body.size() && body[close + 2] == '>')) {
      if (close + 2 < body.size() && body[close + 2] == '!')
        return false;
      close = body.find("--", close + 1);
    }
    if (close == body.npos)
      return false;
    at_ += 3 + close + 3;
    return true;
  }
  constexpr std::string_view doctype = "!doctype";
  if (opened_ || !same_html_name(rest.substr(0, doctype.size()), doctype))
    return false;
  auto close = rest.find('>');
  if (close == rest.npos || rest.substr(0, close).find_first_of("<[") != rest.npos)
    return false;
  at_ += close + 1;
  return true;
}

bool html_scanner::read_name(std::string_view& out) {
  auto begin = at_;
  if (at_ >= end_ || !is(*at_, name_start))
    return false;
  while (at_ < end_ && is(*at_, name_part))
    ++at_;
  out = {begin, static_cast<size_t>(at_ - begin)};
  return out.size() <= longest_name;
}

html_scanner::token html_scanner::read_open() {
  attributes_.clear();
  self_closing_ = false;
  opened_ = true;
  if (!read_name(name_) || name_.find(':') != name_.npos)
    return token::repair;
  for (;;) {
    auto before = at_;
    skip_blanks();
    if (at_ >= end_)
      return token::repair;
    if (*at_ == '>')
      break;
    if (*at_ == '/') {
      self_closing_ = true;
      if (++at_ >= end_ || *at_ != '>')
        return token::repair;
      break;
    }
    if (before == at_ || !read_attribute())
      return token::repair;
  }
  ++at_;
  if (!self_closing_)
    for (std::string_view x : {"script", "style"})
      if (same_html_name(name_, x))
        raw_ = x;
  return token::open;
}

bool html_scanner::read_attribute() {
  html_attribute out;
  if (attributes_.size() == most_attributes || !read_name(out.name))
    return false;
  if (at_ < end_ && is(*at_, blank)) {
    auto behind = at_;
    skip_blanks();
    if (at_ < end_ && *at_ != '=')
      at_ = behind;
  }
  if (at_ < end_ && *at_ == '=') {
    ++at_;
    skip_blanks();
    if (at_ >= end_)
      return false;
    out.valued = true;
    if (*at_ == '"' || *at_ == '\'') {
      auto quote = *at_++;
      auto close = find(at_, end_, quote);
      out.value = {at_, static_cast<size_t>(close - at_)};
      at_ = std::min(close + 1, end_);
      if (close == end_)
        return false;
    } else {
      auto begin = at_;
      while (at_ < end_ && *at_ != '>' && !is(*at_, blank | unsafe_unquoted))
        ++at_;
      out.value = {begin, static_cast<size_t>(at_ - begin)};
      if (out.value.empty() || (at_ < end_ && is(*at_, unsafe_unquoted)))
        return false;
    }
  } else if (at_ < end_ && !is(*at_, blank) && *at_ != '>' && *at_ != '/') {
    return false;
  }
  attributes_.push_back(out);
  return true;
}

html_scanner::token html_scanner::read_close() {
  ++at_;
  if (!read_name(name_))
    return token::repair;
  skip_blanks();
  if (at_ >= end_ || *at_ != '>')
    return token::repair;
  ++at_;
  return token::close;
}

} // namespace vigie
