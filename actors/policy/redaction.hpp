// What must not be seen: secrets in anything that is printed. What a secret looks like: secret_forms.hpp.
#pragma once

#include <string>
#include <string_view>
#include <vector>

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

  /// Only the registered values are masked: for text that shows by "name=value" how something is written.
  std::string mask_values(std::string_view text) const;

  /// The value of a named field: the mask alone if the name is a secret's, else mask(value). Empty stays empty.
  std::string mask_field(std::string_view name, std::string_view value) const;

private:
  std::vector<std::string> secrets_; ///< longest first, so that a part never spares the rest
};

} // namespace vigie
