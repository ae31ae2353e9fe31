// What readers had to leave out or mend, from single cases on a page to the sentences that stand with an attempt. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "messages/values/item.hpp"
#include "messages/values/page_note.hpp"

namespace vigie {

inline constexpr size_t max_page_notes = 16; ///< kinds, of one page and of one walk; the last says that there are more
inline constexpr size_t max_note_points = 300; ///< code points of a sentence

/// Counted with those of its kind; the place of the first one stays.
void add_note(std::vector<page_note>& to, page_note what);

/// "2 items without a title were left out, first at page 1 /results/3/title". One line, safe to show.
std::string to_sentence(const page_note& x);
std::vector<std::string> to_sentences(const std::vector<page_note>& x);

/// As the store keeps sentences: one a line, no more and no longer than they may be, whoever sent them.
std::string to_lines(const std::vector<std::string>& sentences);
std::vector<std::string> from_lines(std::string_view lines);

/// The items of a page whose id an earlier item of that page has, although they are others: title, price or address
/// differ. Of these only the first counts. count is 0 if there are none.
page_note find_same_ids(const std::vector<item>& page);

} // namespace vigie
