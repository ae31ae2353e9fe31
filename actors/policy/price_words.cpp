#include "actors/policy/price_words.hpp"

#include <string>
#include <unordered_map>

#include "actors/policy/price_word_lists.hpp"
#include "actors/policy/unicode.hpp"

namespace vigie {

namespace {

using role_map = std::unordered_map<std::string_view, word_role>;

/// A word that stands in two lists has the role of the first.
role_map all_roles() {
  role_map out;
  for (const auto& [role, words] : price_word_lists::lists)
    for (size_t at = 1; at < words.size();) {
      auto end = words.find(' ', at);
      out.emplace(words.substr(at, end - at), role);
      at = end + 1;
    }
  return out;
}

word_role role_of_key(std::string_view word) {
  static const auto roles = all_roles();
  auto found = roles.find(word);
  return found == roles.end() ? word_role::unknown : found->second;
}

} // namespace

word_role role_of(std::string_view word) {
  auto folded = case_fold(word);
  auto role = role_of_key(strip_accents(folded));
  return role == word_role::unknown ? role_of_key(folded) : role;
}

} // namespace vigie
