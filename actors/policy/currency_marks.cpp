#include "actors/policy/currency_marks.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include "actors/policy/currency_tables.hpp"
#include "actors/policy/price_words.hpp"
#include "actors/policy/unicode.hpp"

namespace vigie {

using namespace currency_tables;

namespace {

optional<currency_mark> code_of(std::string_view word) {
  if (word.size() != 3)
    return std::nullopt;
  std::string upper{word};
  for (auto& c : upper)
    if (c >= 'a' && c <= 'z')
      c = static_cast<char>(c - 'a' + 'A');
  auto at = codes.find(upper);
  if (at == codes.npos || (word != upper && at < codes.find('|')))
    return std::nullopt;
  return currency_mark{codes.substr(at, 3), codes.substr(at, 3), {}, false, at < codes.find('|')};
}

template <class List>
optional<currency_mark> equal_in(const List& list, std::string_view word) {
  auto i = std::find_if(list.begin(), list.end(), [&](const currency_mark& x) { return x.text == word; });
  return i == list.end() ? std::nullopt : optional<currency_mark>{*i};
}

bool share_a_code(std::string_view a, std::string_view b) {
  for (; a.size() >= 3; a.remove_prefix(std::min<size_t>(a.size(), 4)))
    if (b.find(a.substr(0, 3)) != b.npos)
      return true;
  return false;
}

} // namespace

optional<currency_mark> currency_sign_at(std::string_view text) {
  const currency_mark* longest = nullptr;
  for (const auto& x : signs)
    if (text.starts_with(x.text) && (!longest || x.text.size() > longest->text.size()))
      longest = &x;
  if (!longest)
    return std::nullopt;
  auto out = *longest;
  out.wordlike = out.text[0] >= 'A' && out.text[0] <= 'Z';
  return out;
}

optional<currency_mark> currency_word(std::string_view word) {
  if (auto code = code_of(word))
    return code;
  auto out = equal_in(exact_words, word);
  if (!out)
    out = equal_in(folded_words, case_fold(word));
  if (out)
    out->wordlike = true;
  return out;
}

bool takes_country(const currency_mark& sign) {
  return sign.family == dollar || sign.family == yen;
}

optional<currency_mark> currency_of_country(std::string_view word, const currency_mark& sign, bool apart) {
  if (sign.family == yen) {
    bool china = word == "CN" || word == "RMB", japan = word == "JP";
    return china || japan ? optional<currency_mark>{{sign.text, china ? "CNY" : "JPY"}} : std::nullopt;
  }
  for (const auto& [country, currency] : countries)
    if (country == word && (!apart || word.size() > 1 || word == "C"))
      return currency_mark{sign.text, currency};
  if (apart || word.size() > 3 || code_of(word) || role_of(word) != word_role::unknown)
    return std::nullopt;
  return currency_mark{sign.text, "", dollar};
}

bool currency_vote::add(const currency_mark& mark) {
  auto within = [](std::string_view family, std::string_view code) {
    return !code.empty() && family.find(code) != family.npos;
  };
  if (!any_ || within(family_, mark.currency)) {
    currency_ = mark.currency;
    family_ = mark.family;
  } else if (mark.currency.empty() && share_a_code(family_, mark.family)) {
    currency_ = {}; // "$12 pesos"
    family_ = mark.family;
  } else if (!within(mark.family, currency_) && (currency_ != mark.currency || family_ != mark.family)) {
    return false;
  }
  any_ = true;
  return true;
}

bool has_three_decimals(std::string_view currency) {
  return !currency.empty() && std::string_view{"KWD BHD OMR JOD TND IQD LYD"}.find(currency) != std::string_view::npos;
}

} // namespace vigie
