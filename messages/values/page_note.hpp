// What the reader of a page had to leave out or mend: no error, but a person has to be told.
#pragma once

#include <cstdint>
#include <string>

namespace vigie {

/// One kind of such cases. actors/policy/page_notes.hpp counts them together and makes sentences of them.
struct page_note {
  std::string one{};   ///< of a single case, and the kind's name: "an item without a title was left out"
  std::string many{};  ///< of several, behind their number: "items without a title were left out"; empty: not counted
  std::string place{}; ///< of the first case: "/results/3/title"; empty = the whole page
  uint64_t count = 1;
};

} // namespace vigie
