#include "actors/policy/keywords.hpp"

#include <algorithm>

#include "actors/policy/substring.hpp"
#include "actors/policy/unicode.hpp"

namespace vigie {

namespace {

void fold(std::string_view text, reading how, std::string& out) {
  case_fold(text, out);
  if (how == reading::bare)
    out = strip_accents(out);
}

} // namespace

word_number vocabulary::add(std::string_view word) {
  return numbers_.try_emplace(std::string{word}, static_cast<word_number>(numbers_.size() + 1)).first->second;
}

word_number vocabulary::find(std::string_view word) const {
  // Of a few, all are compared sooner than one is hashed.
  constexpr size_t few = 8;
  if (numbers_.size() <= few) {
    for (const auto& [known, number] : numbers_)
      if (known == word)
        return number;
    return unknown_word;
  }
  auto i = numbers_.find(word);
  return i == numbers_.end() ? unknown_word : i->second;
}

keyword read_keyword(std::string_view text, reading how, vocabulary& known) {
  keyword out;
  if (text.starts_with('~')) {
    fold(text.substr(1), how, out.part);
    return out;
  }
  std::string folded;
  fold(text, how, folded);
  for (auto word : words(folded))
    out.in_a_row.push_back(known.add(word));
  return out;
}

void read_as(std::string_view title, reading how, const vocabulary& known, read_title& out) {
  fold(title, how, out.text);
  out.words.clear();
  if (known.empty())
    return;
  for (auto word : words(out.text))
    out.words.push_back(known.find(word));
}

bool found(const keyword& what, const read_title& title) {
  if (!what.part.empty())
    return contains(title.text, what.part);
  const auto& row = what.in_a_row;
  return !row.empty() &&
         std::search(title.words.begin(), title.words.end(), row.begin(), row.end()) != title.words.end();
}

} // namespace vigie
