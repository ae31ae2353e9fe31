#include "adapters/extract/unseen_text.hpp"

#include <algorithm>
#include <iterator>
#include <string_view>
#include <utility>

namespace vigie {

namespace {

constexpr std::string_view all[] = {"\u00ad", "\u200b", "\u2060", "\ufeff"};

} // namespace

bool drop_unseen(std::string& text) {
  if (std::none_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) >= 0x80; }))
    return false;
  std::string out;
  for (std::string_view rest{text}; !rest.empty();) {
    auto unseen = std::find_if(std::begin(all), std::end(all), [&](auto x) { return rest.starts_with(x); });
    if (unseen == std::end(all))
      out += rest[0];
    rest.remove_prefix(unseen == std::end(all) ? 1 : unseen->size());
  }
  bool some = out.size() != text.size();
  text = std::move(out);
  return some;
}

} // namespace vigie
