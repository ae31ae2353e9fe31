#include "actors/policy/near_names.hpp"

#include <algorithm>
#include <vector>

namespace vigie {

namespace {

/// Insertions, deletions, exchanges, and neighbours that changed places.
size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<size_t> before(b.size() + 1), row(b.size() + 1), next(b.size() + 1);
  for (size_t j = 0; j <= b.size(); ++j)
    row[j] = j;
  for (size_t i = 1; i <= a.size(); ++i) {
    next[0] = i;
    for (size_t j = 1; j <= b.size(); ++j) {
      next[j] = std::min({row[j] + 1, next[j - 1] + 1, row[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1)});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
        next[j] = std::min(next[j], before[j - 2] + 1);
    }
    before.swap(row);
    row.swap(next);
  }
  return row[b.size()];
}

/// Slips of the finger that such a name may have.
size_t most_slips(size_t length) {
  return length < 2 ? 0 : length < 5 ? 1 : std::max<size_t>(2, length / 3);
}

} // namespace

std::string nearest(std::string_view name, std::span<const std::string> known) {
  std::string best;
  auto limit = most_slips(name.size());
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
