#include "actors/policy/css_selector.hpp"

#include <array>
#include <optional>
#include <tuple>
#include <utility>

#include "actors/policy/css_cursor.hpp"
#include "actors/policy/plain_text.hpp"

namespace vigie {

namespace {

/// The first of what is wrong ends the reading: every reading function returns false once there is a problem.
class css_reader : css_cursor {
public:
  css_reader(std::string_view text, css_dialect dialect, const css_limits& limits)
      : css_cursor(text), html_(dialect == css_dialect::html), limits_(limits) {}

  result<std::vector<css_selector>> read() {
    std::vector<css_selector> out;
    do {
      skip_blanks();
      css_selector next;
      if (!read_steps(next.steps, true) || !read_output(next))
        return tl::unexpected<error>(std::move(*problem_));
      out.push_back(std::move(next));
      skip_blanks();
    } while (take(','));
    if (at_ < text_.size())
      return not_understood(), tl::unexpected<error>(std::move(*problem_));
    return out;
  }

private:
  enum class inside : uint8_t { nothing, negation, relation };

  bool at_output() const { return peek() == ':' && peek(1) == ':'; }

  std::optional<css_combinator> take_combinator() {
    bool blanks = skip_blanks();
    if (take('>'))
      return css_combinator::child;
    if (take('+'))
      return css_combinator::next;
    if (take('~'))
      return css_combinator::later;
    return blanks ? std::optional{css_combinator::descendant} : std::nullopt;
  }

  /// Everything up to a comma, a closing bracket, ::something or the end. `may_be_none`: "::text" alone.
  bool read_steps(std::vector<css_step>& out, bool may_be_none) {
    if (may_be_none && at_output())
      return true;
    auto how = take_combinator().value_or(css_combinator::descendant);
    skip_blanks();
    for (;;) {
      css_step step{how, {}};
      if (!read_compound(step.compound))
        return false;
      out.push_back(std::move(step));
      auto next = take_combinator();
      skip_blanks();
      if (peek() == ',' || peek() == ')' || at_output() || (at_ == text_.size() && next == css_combinator::descendant))
        return !next || next == css_combinator::descendant ? check_gap(next) : not_understood();
      if (!next)
        return at_ == text_.size() || not_understood();
      how = *next;
    }
  }

  /// "a ::text" would mean something else to others: any element within a.
  bool check_gap(const std::optional<css_combinator>& next) {
    return !(next && at_output()) ||
           wrong(at_, "put " + std::string{text_.substr(at_, 6)} + " directly behind an element");
  }

  bool read_compound(css_compound& out) {
    if (++compounds_ > limits_.steps)
      return wrong(at_, "more than " + std::to_string(limits_.steps) + " elements are named");
    auto begin = at_;
    if ((at_name() || peek() == '*') && !read_type(out))
      return false;
    while (at_ < text_.size() && !at_output()) {
      auto c = peek();
      if (c == '.' || c == '#') {
        ++at_;
        css_attribute x{{}, c == '.' ? "class" : "id", c == '.' ? css_match::word : css_match::equals};
        if (!read_name(x.value))
          return false;
        out.attributes.push_back(std::move(x));
      } else if (c == '[') {
        if (!read_attribute(out))
          return false;
      } else if (c == ':') {
        if (!read_pseudo(out))
          return false;
      } else {
        break;
      }
    }
    return at_ > begin || not_understood();
  }

  bool read_type(css_compound& out) {
    auto one = [&](std::string& name) { return take('*') || read_name(name); };
    auto begin = at_;
    if (!one(out.type))
      return false;
    if (peek() == '|' && peek(1) != '=') {
      ++at_;
      if (html_)
        return wrong(begin, "HTML has no namespaces");
      out.prefix = std::exchange(out.type, {});
      if (!one(out.type))
        return false;
    }
    if (html_)
      out.type = css_lower(out.type);
    return true;
  }

  bool read_attribute_name(css_attribute& out) {
    if (!read_name(out.name))
      return false;
    if (!html_ && peek() == '|' && peek(1) != '=') {
      ++at_;
      out.prefix = std::exchange(out.name, {});
      if (!read_name(out.name))
        return false;
    }
    if (html_)
      out.name = css_lower(out.name);
    return true;
  }

  bool read_attribute(css_compound& out) {
    static constexpr std::string_view marks = "~|^$*";
    static constexpr css_match kinds[] = {css_match::word, css_match::dash, css_match::prefix, css_match::suffix,
                                          css_match::substring};
    ++at_;
    skip_blanks();
    css_attribute x;
    if (!read_attribute_name(x))
      return false;
    skip_blanks();
    if (!take(']')) {
      auto mark = marks.find(peek());
      if (peek() != '\0' && mark != marks.npos)
        ++at_;
      x.how = peek(0) && mark != marks.npos ? kinds[mark] : css_match::equals;
      if (!take('='))
        return not_understood();
      skip_blanks();
      if (!read_value(x.value))
        return false;
      skip_blanks();
      if (peek() == 'i' || peek() == 'I')
        x.any_case = true, ++at_, skip_blanks();
      if (!take(']'))
        return not_understood();
    }
    out.attributes.push_back(std::move(x));
    return true;
  }

  bool read_value(std::string& out) {
    auto quote = peek();
    if (quote != '"' && quote != '\'')
      return read_word(out);
    auto begin = at_++;
    while (at_ < text_.size() && peek() != quote)
      if (!read_char(out))
        return false;
    return take(quote) || wrong(begin, "this quote is not closed");
  }

  bool read_pseudo(css_compound& out) {
    auto begin = at_++;
    std::string name;
    if (!read_name(name))
      return false;
    name = css_lower(name);
    auto place = [&](css_position x) {
      x.of_type = name.ends_with("-of-type");
      if (x.of_type && out.type.empty())
        return wrong(begin, "write a type in front of :" + name);
      out.positions.push_back(x);
      return true;
    };
    css_position x;
    if (name == "empty")
      return out.empty = true;
    if (name == "first-child" || name == "first-of-type")
      return place(x);
    if (name == "only-child" || name == "only-of-type")
      return place(x) && place({0, 1, true, false});
    x.from_end = name.starts_with("last-") || name.starts_with("nth-last-");
    if (name == "last-child" || name == "last-of-type")
      return place(x);
    if (name == "nth-child" || name == "nth-last-child" || name == "nth-of-type" || name == "nth-last-of-type")
      return read_formula(x) && place(x);
    if (name == "not")
      return read_not(out);
    if (name == "has")
      return read_has(out);
    return wrong(begin, "\":" + strip_control(name) +
                            "\" is not understood; there are :first-child, :last-child, :only-child, :nth-child(), "
                            ":nth-last-child(), the same -of-type, :empty, :not() and :has()");
  }

  bool at_n() const { return peek() == 'n' || peek() == 'N'; }

  /// (odd), (even), (3), (2n), (-n + 3)
  bool read_formula(css_position& out) {
    if (!open())
      return false;
    for (auto [word, step, offset] : {std::tuple{"odd", 2, 1}, std::tuple{"even", 2, 0}})
      if (css_lower(text_.substr(at_, std::string_view{word}.size())) == word) {
        at_ += std::string_view{word}.size();
        out.step = step;
        out.offset = offset;
        return close();
      }
    bool minus = peek() == '-';
    if (minus || peek() == '+')
      ++at_;
    int32_t number = 1;
    if (!at_n() && !read_number(number))
      return false;
    number = minus ? -number : number;
    if (!at_n()) {
      out.step = 0;
      out.offset = number;
      return close();
    }
    ++at_;
    out.step = number;
    out.offset = 0;
    skip_blanks();
    if (peek() == '+' || peek() == '-') {
      minus = text_[at_++] == '-';
      skip_blanks();
      if (!read_number(out.offset))
        return false;
      out.offset = minus ? -out.offset : out.offset;
    }
    return close();
  }

  bool enter(inside what) {
    if (within_ != inside::nothing)
      return wrong(at_, ":not() and :has() cannot stand in one another");
    within_ = what;
    return open();
  }

  bool read_not(css_compound& out) {
    if (!enter(inside::negation))
      return false;
    do {
      skip_blanks();
      css_compound x;
      if (!read_compound(x))
        return false;
      out.none_of.push_back(std::move(x));
      skip_blanks();
    } while (take(','));
    within_ = inside::nothing;
    return close();
  }

  bool read_has(css_compound& out) {
    if (!enter(inside::relation))
      return false;
    std::vector<std::vector<css_step>> list;
    do {
      skip_blanks();
      std::vector<css_step> steps;
      if (!read_steps(steps, false))
        return false;
      list.push_back(std::move(steps));
    } while (take(','));
    out.has.push_back(std::move(list));
    within_ = inside::nothing;
    return close();
  }

  bool read_output(css_selector& out) {
    if (!at_output())
      return true;
    auto begin = at_;
    at_ += 2;
    std::string name;
    if (!read_name(name))
      return false;
    if (name == "text")
      out.output = css_output::text;
    else if (name == "attr" && open() && read_attribute_name(out.attribute) && close())
      out.output = css_output::attribute;
    else if (!problem_)
      return wrong(begin, "\"::" + strip_control(name) + "\" is not understood; there are ::text and ::attr(name)");
    return !problem_;
  }

  bool html_;
  css_limits limits_;
  size_t compounds_ = 0;
  inside within_ = inside::nothing;
};

} // namespace

result<std::vector<css_selector>> parse_css(std::string_view text, css_dialect dialect, const css_limits& limits) {
  if (text.size() > limits.bytes)
    return fail(errc::bad_config, "column 1: the selector is longer than " + std::to_string(limits.bytes) + " bytes");
  return css_reader{text, dialect, limits}.read();
}

bool matches(const css_attribute& what, std::string_view value) {
  if (what.any_case) {
    auto same = what;
    same.any_case = false;
    same.value = css_lower(what.value);
    return matches(same, css_lower(value));
  }
  static constexpr std::string_view blanks = " \t\r\n";
  const auto& x = what.value;
  switch (what.how) {
  case css_match::present:
    return true;
  case css_match::equals:
    return value == x;
  case css_match::dash:
    return value.starts_with(x) && (value.size() == x.size() || value[x.size()] == '-');
  case css_match::prefix:
    return !x.empty() && value.starts_with(x);
  case css_match::suffix:
    return !x.empty() && value.ends_with(x);
  case css_match::substring:
    return !x.empty() && value.find(x) != value.npos;
  default:
    if (x.empty() || x.find_first_of(blanks) != x.npos)
      return false;
    for (size_t at = value.find(x); at != value.npos; at = value.find(x, at + 1)) {
      auto end = at + x.size();
      if ((at == 0 || blanks.find(value[at - 1]) != blanks.npos) &&
          (end == value.size() || blanks.find(value[end]) != blanks.npos))
        return true;
    }
    return false;
  }
}

bool is_plain(const css_step& x) {
  auto plain = [](const css_compound& c) {
    return c.prefix.empty() && c.positions.empty() && !c.empty && c.none_of.empty() && c.has.empty();
  };
  return plain(x.compound) && (x.combinator == css_combinator::descendant || x.combinator == css_combinator::child);
}

} // namespace vigie
