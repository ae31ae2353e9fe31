// What must not be seen: secrets in anything that is printed. What a secret looks like: secret_forms.hpp.
#pragma once

#include <bitset>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <string_view>

#include "actors/policy/plain_text.hpp"
#include "actors/policy/secret_forms.hpp"

namespace vigie {

/// Masks secrets. Copyable; the const members are thread-safe.
class redactor {
public:
  /// Shorter values cannot be registered: they would be found in every second word.
  static constexpr size_t min_secret_bytes = 4;

  /// From now on `value` occurs in no output. False: it is too short.
  bool add_secret(std::string value);

  /// `text` with every registered value masked, and whatever has the form of a secret: the user part of a URL, bearer
  /// and basic credentials, name=value and name: value with a secret name, bot URLs of Telegram, our own API keys.
  /// Idempotent.
  std::string mask(std::string_view text) const;

  /// Only the registered values are masked, what overlaps together: for text that shows by "name=value" how something
  /// is written.
  std::string mask_values(std::string_view text) const;

  /// The value of a named field: the mask alone if the name is a secret's, else mask(value). Empty stays empty.
  std::string mask_field(std::string_view name, std::string_view value) const;

private:
  /// Where a registered value stands from `from` on, with all that overlaps it; size 0 = nowhere.
  struct span {
    size_t at = 0;
    size_t size = 0;
  };
  span next_value(std::string_view text, size_t from) const;
  /// Of the longest one that the text begins with; 0 = none.
  size_t value_at(std::string_view text) const;

  std::bitset<1 << 16> beginnings_; ///< their first two bytes: most places of a text have none of these
  std::map<size_t, std::set<std::string, std::less<>>, std::greater<>> secrets_; ///< by size, longest first
};

} // namespace vigie
