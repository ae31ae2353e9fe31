#include "actors/policy/redaction.hpp"

#include <algorithm>
#include <utility>

namespace vigie {

namespace {

/// Rounds of mask(); real text needs two. What has not settled by then was made to confuse us, and is hidden wholly.
constexpr int max_rounds = 8;

} // namespace

bool redactor::add_secret(std::string value) {
  if (value.size() < min_secret_bytes)
    return false;
  auto longer = [](const std::string& a, const std::string& b) { return a.size() > b.size(); };
  secrets_.insert(std::upper_bound(secrets_.begin(), secrets_.end(), value, longer), std::move(value));
  return true;
}

std::string redactor::mask_values(std::string_view text) const {
  std::string out{text};
  for (const auto& secret : secrets_)
    for (size_t at = 0; (at = out.find(secret, at)) != std::string::npos; at += secret_mask.size())
      out.replace(at, secret.size(), secret_mask);
  return out;
}

std::string redactor::mask(std::string_view text) const {
  std::string now{text};
  for (int round = 0; round < max_rounds; ++round) {
    auto next = mask_values(mask_secret_forms(now));
    // Both in one round can undo each other, so an unchanged text is no proof that it is clean.
    if (next == now && std::none_of(secrets_.begin(), secrets_.end(),
                                    [&](const std::string& x) { return now.find(x) != std::string::npos; }))
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
