#include "actors/policy/substring.hpp"

#include <algorithm>
#include <bit>
#include <cstring>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

namespace vigie {

#ifdef __SSE2__

namespace {

constexpr size_t block = 16;

__m128i load(const char* from) {
  return _mm_loadu_si128(reinterpret_cast<const __m128i*>(from));
}

/// One bit for each of sixteen places where the part's first and last byte stand as they should.
uint32_t candidates(const char* at, size_t length, __m128i first, __m128i last) {
  auto begins = _mm_cmpeq_epi8(load(at), first);
  auto ends = _mm_cmpeq_epi8(load(at + length - 1), last);
  return static_cast<uint32_t>(_mm_movemask_epi8(_mm_and_si128(begins, ends)));
}

} // namespace

bool contains(std::string_view text, std::string_view part) {
  // The last block of places overlaps the one before, so that nothing is read beyond the text.
  if (part.size() < 2 || text.size() < part.size() + block - 1)
    return text.find(part) != std::string_view::npos;
  auto first = _mm_set1_epi8(part.front());
  auto last = _mm_set1_epi8(part.back());
  auto last_start = text.size() - part.size() - block + 1;
  for (size_t start = 0;; start = std::min(start + block, last_start)) {
    const char* at = text.data() + start;
    for (auto bits = candidates(at, part.size(), first, last); bits != 0; bits &= bits - 1)
      if (std::memcmp(at + std::countr_zero(bits) + 1, part.data() + 1, part.size() - 2) == 0)
        return true;
    if (start == last_start)
      return false;
  }
}

#else

bool contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

#endif

size_t find_part(std::string_view text, std::string_view part) {
  if (part.empty() || text.size() < part.size())
    return part.empty() ? 0 : text.npos;
  const auto* at = static_cast<const char*>(::memmem(text.data(), text.size(), part.data(), part.size()));
  return at ? static_cast<size_t>(at - text.data()) : text.npos;
}

} // namespace vigie
