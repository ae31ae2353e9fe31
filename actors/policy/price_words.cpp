#include "actors/policy/price_words.hpp"

#include <algorithm>
#include <iterator>
#include <string>
#include <unordered_map>

#include "actors/policy/price_scan.hpp"
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

bool is_never_priced(std::string_view word) {
  constexpr std::string_view all =
      " gb tb mb hz khz mhz ghz mah mp px g mg gr ml cl mm cm review reviews rating ratings "
      "bewertung bewertungen avis resenas recensioni beoordelingen votes bids gebote ";
  return all.find(" " + strip_accents(case_fold(word)) + " ") != all.npos;
}

bool is_one(std::string_view word) {
  constexpr std::string_view all = " pp pers person persoon personne persona pessoa osoba ea night natt nat nacht nuit "
                                   "noche notte noite ticket ";
  return all.find(" " + strip_accents(case_fold(word)) + " ") != all.npos;
}

size_t short_time(std::string_view text) {
  constexpr std::string_view known =
      " md mdr mc ho hon mon mos mt men mth mj mjes nedelja uge ar yr yrs sem trim sett mvt ";
  if (text.starts_with("m-c"))
    return 3;
  auto size = letter_run(text);
  auto word = " " + strip_accents(case_fold(text.substr(0, size))) + " ";
  return size > 0 && known.find(word) != known.npos ? size : 0;
}

optional<word_role> role_of_initials(std::string_view text) {
  std::string word;
  std::copy_if(text.begin(), text.end(), std::back_inserter(word), [](char c) { return c != '.'; });
  auto role = role_of(text);
  if (role == word_role::unknown)
    role = role_of(word);
  return role == word_role::unknown ? std::nullopt : optional<word_role>{role};
}

} // namespace vigie
