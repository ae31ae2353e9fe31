// The little of Unicode that matching needs: full case folding, words, accents. Pure; any bytes are accepted.
//
// Text is UTF-8. A byte that is not part of a well-formed sequence stands as U+FFFD, which belongs to no word. A
// no-break space (U+00A0) is a space everywhere. The tables are generated: tests/support/make_unicode_tables.py.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace vigie {

/// Takes the next code point off the front of `text`, which must not be empty. U+FFFD for one invalid byte.
char32_t take_code_point(std::string_view& text);
void append_utf8(std::string& out, char32_t c);

/// Full case folding (CaseFolding.txt C + F, what Python's str.casefold does): "STRASSE" and "straße" become equal, and
/// U+0130 becomes "i" with U+0307.
std::string case_fold(std::string_view text);
/// The same into a text whose memory is used again.
void case_fold(std::string_view text, std::string& out);

/// Canonical decomposition without nonspacing marks (category Mn): "é" becomes "e", a Hangul syllable its Jamo. For
/// text that is folded already.
std::string strip_accents(std::string_view folded);

/// True for letters (category L*), decimal digits (Nd), '-' and '\''. All else separates words, combining marks
/// included.
bool is_word_character(char32_t c);

/// The words of folded text, in order: maximal runs of word characters. They point into `folded`.
std::vector<std::string_view> words(std::string_view folded);

/// Without blanks, ASCII control blanks and no-break spaces at both ends.
std::string_view trim_blanks(std::string_view text);

} // namespace vigie
