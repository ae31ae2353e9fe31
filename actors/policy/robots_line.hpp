// One line of a robots.txt: its field and its value. Pure; the whole file is read by actors/policy/robots_txt.hpp,
// which also says which misspellings count.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "messages/values/optional.hpp"
#include "messages/values/time.hpp"

namespace vigie {

enum class robots_field : uint8_t { other, user_agent, allow, disallow, sitemap, crawl_delay };

struct robots_line {
  robots_field field = robots_field::other; ///< other: unknown, empty, a comment, or nonsense
  std::string_view value;                   ///< into the line, without blanks around it
  bool cut = false;                         ///< by the limit; a comment beyond the limit does not count
};

/// `line` has no line end; `limit` is in bytes.
robots_line read_robots_line(std::string_view line, size_t limit);

/// "10", "0.5", ".5": seconds, rounded up to milliseconds, at most `longest`. Nothing for anything else.
optional<duration> read_crawl_delay(std::string_view text, duration longest);

/// "https://shop.example/robots.txt:5", as the place of an error; and whether a place is, or ends with, one of these.
std::string place_of_line(const std::string& authority, uint32_t line);
bool names_a_line(std::string_view place);

} // namespace vigie
