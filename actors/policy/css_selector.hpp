// CSS selectors for reading pages: parsed here, written as XPath 1.0 by css_xpath.hpp. Pure.
//
//   a, .b, #c             types, classes, ids and lists of selectors; * is any element
//   [a] [a=v] ~= |= ^= $= *= [a=v i]
//   a b  a > b  a + b  a ~ b
//   [a!=v]                as :not([a=v])
//   :first-child :last-child :only-child :nth-child(2n+1) :nth-last-child(2) and the same -of-type
//   :empty :root          neither elements nor text in it; nothing around it
//   :is(a b, .c) :where() :not(a > b, .c) :has(> .a b, + c), within one another as one likes
//   :scope                the element that is asked; of the whole page, :root
//   :contains(in stock)   its text has that, to the letter
//   :checked :link        of HTML: chosen boxes and options; a and area that lead somewhere (:any-link is the same);
//   :disabled :enabled    what can be used in a form, or cannot
//   ::text                an element's text with everything in it, blanks run together (what is meant without any)
//   ::attr(href)          an attribute's value
//
// A selector may begin with > + or ~, or consist of ::text or ::attr(x) alone: then that stands in relation to the
// element that it is asked of. In XML a type matches in every namespace, and `dc|title` in the one that dc stands for.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "messages/values/error.hpp"

namespace vigie {

/// HTML: types and attributes have no case, and nothing has a namespace.
enum class css_dialect : uint8_t { html, xml };

enum class css_match : uint8_t { present, equals, word, dash, prefix, suffix, substring };

/// `[name=value]`, `.value` and `#value`.
struct css_attribute {
  std::string prefix; ///< of a namespace; empty = none
  std::string name;
  css_match how = css_match::present;
  std::string value{};
  bool any_case = false; ///< ASCII letters

  friend bool operator==(const css_attribute&, const css_attribute&) = default;
};

/// True if an element with this value has what the selector asks. Blanks between words are those of XPath.
bool matches(const css_attribute& what, std::string_view value);

/// The element is number step * n + offset, for some n >= 0, of its siblings.
struct css_position {
  int32_t step = 0;
  int32_t offset = 1;
  bool from_end = false;
  bool of_type = false;

  friend bool operator==(const css_position&, const css_position&) = default;
};

struct css_step;
/// Any of these.
using css_alternatives = std::vector<std::vector<css_step>>;

/// What is asked of one element.
struct css_compound {
  std::string prefix{}; ///< of a namespace; empty = any
  std::string type{};   ///< empty = any
  std::vector<css_attribute> attributes{};
  std::vector<css_position> positions{};
  bool empty = false; ///< neither elements nor text
  bool root = false;
  bool scope = false;                     ///< it is the element that is asked
  std::vector<std::string> contains{};    ///< in its text
  css_alternatives none_of{};             ///< it is the end of none of these
  std::vector<css_alternatives> any_of{}; ///< of each list it is the end of one
  std::vector<css_alternatives> has{};    ///< of each list one finds something, asked of it

  friend bool operator==(const css_compound&, const css_compound&) = default;
};

enum class css_combinator : uint8_t { descendant, child, next, later };

/// How an element stands to the one before it, the first one to the element that is asked.
struct css_step {
  css_combinator combinator = css_combinator::descendant;
  css_compound compound{};

  friend bool operator==(const css_step&, const css_step&) = default;
};

enum class css_output : uint8_t { unsaid, text, attribute }; ///< unsaid means text

struct css_selector {
  std::vector<css_step> steps{}; ///< none = the element that is asked
  css_output output = css_output::unsaid;
  css_attribute attribute{}; ///< name and prefix of ::attr(prefix|name)

  friend bool operator==(const css_selector&, const css_selector&) = default;
};

struct css_limits {
  size_t bytes = 4096; ///< of one text
  size_t steps = 200;  ///< compounds in it, those in :not() and its like included
  size_t depth = 32;   ///< of :not() and its like in one another
};

/// What a selector is asked of: the whole document, or any node of it.
enum class css_scope : uint8_t { node, document };

/// A list of selectors. bad_config with the column (from 1, in bytes) and what is not understood there.
result<std::vector<css_selector>> parse_css(std::string_view text, css_dialect dialect,
                                            css_scope scope = css_scope::node, const css_limits& limits = {});

/// The element is said by nothing but type and attributes, and stands below or directly below the one before.
bool is_plain(const css_step& x);

} // namespace vigie
