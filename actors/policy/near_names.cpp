#include "actors/policy/near_names.hpp"

#include <algorithm>
#include <vector>

namespace vigie {

namespace {

size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<size_t> row(b.size() + 1);
  for (size_t j = 0; j <= b.size(); ++j)
    row[j] = j;
  for (size_t i = 1; i <= a.size(); ++i) {
    auto diagonal = row[0];
    row[0] = i;
    for (size_t j = 1; j <= b.size(); ++j) {
      auto above = row[j];
      row[j] = std::min({above + 1, row[j - 1] + 1, diagonal + (a[i - 1] == b[j - 1] ? 0 : 1)});
      diagonal = above;
    }
  }
  return row[b.size()];
}

} // namespace

std::string nearest(std::string_view name, std::span<const std::string> known) {
  std::string best;
  auto limit = std::max<size_t>(2, name.size() / 3);
  auto least = limit + 1;
  for (const auto& x : known) {
    auto distance = edit_distance(name, x);
    // "interval_ms" and "max_body_bytes" are what people write who are used to bare numbers.
    if (distance > limit && x.size() >= 4 && (name.starts_with(x) || x.starts_with(name)) && name.size() >= 4)
      distance = limit;
    if (distance < least) {
      least = distance;
      best = x;
    }
  }
  return best;
}

} // namespace vigie
