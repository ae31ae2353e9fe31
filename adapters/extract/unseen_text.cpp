#include "adapters/extract/unseen_text.hpp"

#include <algorithm>
#include <iterator>
#include <string_view>
#include <utility>

namespace vigie {

namespace {

constexpr std::string_view all[] = {"\u00ad", "\u200b", "\u2060", "\ufeff"};

/// First bytes of these.
constexpr char leads[] = {'\xc2', '\xe2', '\xef'};

/// Of one at the front; 0 = there is none.
size_t unseen_length(std::string_view text) {
  if (std::find(std::begin(leads), std::end(leads), text.front()) == std::end(leads))
    return 0;
  auto found = std::find_if(std::begin(all), std::end(all), [&](auto x) { return text.starts_with(x); });
  return found == std::end(all) ? 0 : found->size();
}

} // namespace

bool drop_unseen(std::string& text) {
  if (std::none_of(std::begin(leads), std::end(leads), [&](char c) { return text.find(c) != text.npos; }))
    return false;
  std::string out;
  size_t kept = 0; // up to here it is in `out`, or dropped
  for (size_t at = 0; at < text.size();) {
    auto length = unseen_length(std::string_view{text}.substr(at));
    if (length > 0) {
      out.append(text, kept, at - kept);
      kept = at + length;
    }
    at += std::max<size_t>(length, 1);
  }
  if (kept == 0)
    return false;
  out.append(text, kept);
  text = std::move(out);
  return true;
}

} // namespace vigie
