// The lines before the page in a fuzz target's input.
#pragma once

#include <string>
#include <string_view>

#include "adapters/ports/extractor.hpp"

/// Without its line feed.
inline std::string_view take_line(std::string_view& text) {
  auto end = text.find('\n');
  auto out = text.substr(0, end);
  text.remove_prefix(end == text.npos ? text.size() : end + 1);
  return out;
}

/// Two lines: the Content-Type, and the address of the page.
inline vigie::page_origin take_origin(std::string_view& text) {
  vigie::page_origin out;
  out.content_type = take_line(text);
  out.url = take_line(text);
  return out;
}
