// Tables of actors/policy/unicode.cpp. The .cpp is generated: tests/support/make_unicode_tables.py.
#pragma once

#include <cstddef>

namespace vigie::unicode_tables {

/// Code points from `first` to `last`, both included. Tables are sorted and do not overlap.
struct range {
  char32_t first;
  char32_t last;
};

/// Every `stride`-th code point from `first` to `last` becomes itself plus `delta`.
struct shift {
  char32_t first;
  char32_t last;
  char32_t stride;
  int delta;
};

/// One code point becomes up to three; zeros are nothing.
struct expansion {
  char32_t from;
  char32_t to[3];
};

template <class T>
struct table {
  const T* rows;
  size_t size;

  const T* begin() const { return rows; }
  const T* end() const { return rows + size; }
};

extern const table<range> word_characters; ///< categories L* and Nd
extern const table<range> marks;           ///< category Mn
extern const table<shift> fold_shifts;     ///< case folding, one to one
extern const table<expansion> fold_expansions;
extern const table<expansion> bare_letters; ///< canonical decomposition less its marks; Hangul is computed

} // namespace vigie::unicode_tables
