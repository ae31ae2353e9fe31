#include "actors/policy/redaction.hpp"

#include <algorithm>
#include <utility>

namespace vigie {

namespace {

/// Rounds of mask(); real text needs two. What has not settled by then was made to confuse us, and is hidden wholly.
constexpr int max_rounds = 8;

/// The first two bytes of a text that is long enough.
size_t beginning_of(std::string_view text) {
  auto byte = [&](size_t i) { return static_cast<size_t>(static_cast<unsigned char>(text[i])); };
  return byte(0) << 8 | byte(1);
}

} // namespace

bool redactor::add_secret(std::string value) {
  if (value.size() < min_secret_bytes)
    return false;
  beginnings_.set(beginning_of(value));
  auto& same_size = secrets_[value.size()];
  same_size.insert(std::move(value));
  return true;
}

size_t redactor::value_at(std::string_view text) const {
  if (text.size() < min_secret_bytes || !beginnings_[beginning_of(text)])
    return 0;
  for (const auto& [size, all] : secrets_)
    if (size <= text.size() && all.contains(text.substr(0, size)))
      return size;
  return 0;
}

redactor::span redactor::next_value(std::string_view text, size_t from) const {
  for (auto at = from; at < text.size(); ++at) {
    auto size = value_at(text.substr(at));
    if (size == 0)
      continue;
    auto end = at + size;
    for (auto inside = at + 1; inside < end; ++inside)
      end = std::max(end, inside + value_at(text.substr(inside)));
    return {at, end - at};
  }
  return {};
}

std::string redactor::mask_values(std::string_view text) const {
  std::string out;
  size_t done = 0;
  while (!secrets_.empty()) {
    auto next = next_value(text, done);
    if (next.size == 0)
      break;
    out.append(text.substr(done, next.at - done)).append(secret_mask);
    done = next.at + next.size;
  }
  return out.append(text.substr(done));
}

std::string redactor::mask(std::string_view text) const {
  std::string now{text};
  for (int round = 0; round < max_rounds; ++round) {
    auto next = mask_values(mask_secret_forms(now));
    // Both in one round can undo each other, so an unchanged text is no proof that it is clean.
    if (next == now && (secrets_.empty() || next_value(now, 0).size == 0))
      return now;
    now = std::move(next);
  }
  return std::string{secret_mask};
}

std::string redactor::mask_field(std::string_view name, std::string_view value) const {
  if (value.empty())
    return {};
  return is_secret_name(name) ? std::string{secret_mask} : mask(value);
}

} // namespace vigie
