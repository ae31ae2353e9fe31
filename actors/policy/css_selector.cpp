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
  css_reader(std::string_view text, css_dialect dialect, css_scope scope, const css_limits& limits)
      : css_cursor(text), html_(dialect == css_dialect::html), scope_(scope), limits_(limits) {}

  result<std::vector<css_selector>> read() {
    std::vector<css_selector> out;
    do {
      skip_blanks();
      css_selector next;
      if (!(at_output() || read_steps(next.steps, true)) || !read_output(next))
        return tl::unexpected<error>(std::move(*problem_));
      drop_scope(next.steps);
      out.push_back(std::move(next));
      skip_blanks();
    } while (take(','));
    if (at_ < text_.size())
      return not_understood(), tl::unexpected<error>(std::move(*problem_));
    return out;
  }

private:
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

  /// Everything up to a comma, a closing bracket, ::something or the end. `relative`: it may begin with > + or ~.
  bool read_steps(std::vector<css_step>& out, bool relative) {
    skip_blanks();
    auto how = css_combinator::descendant;
    if (relative)
      how = take_combinator().value_or(how);
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

  /// ":scope > a" is "> a".
  static void drop_scope(std::vector<css_step>& steps) {
    css_compound itself;
    itself.scope = true;
    if (!steps.empty() && steps.front().combinator == css_combinator::descendant && steps.front().compound == itself)
      steps.erase(steps.begin());
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
    static constexpr std::string_view marks = "~|^$*!";
    static constexpr css_match kinds[] = {css_match::word,   css_match::dash,      css_match::prefix,
                                          css_match::suffix, css_match::substring, css_match::equals};
    ++at_;
    skip_blanks();
    css_attribute x;
    if (!read_attribute_name(x))
      return false;
    skip_blanks();
    bool differs = peek() == '!';
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
    if (differs)
      out.none_of.push_back({css_step{css_combinator::descendant, css_compound{{}, {}, {std::move(x)}}}});
    else
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
    return read_other_pseudo(name, begin, out);
  }

  bool read_other_pseudo(const std::string& name, size_t begin, css_compound& out) {
    if (name == "root" || (name == "scope" && scope_ == css_scope::document))
      return out.root = true;
    if (name == "scope")
      return out.scope = true;
    if (name == "contains")
      return read_contains(out);
    if (name == "not")
      return read_list(out.none_of, false);
    if (name == "is" || name == "where" || name == "matches")
      return read_list(out.any_of.emplace_back(), false);
    if (name == "has")
      return read_list(out.has.emplace_back(), true);
    for (const auto& x : written_out)
      if (html_ && name == x.name)
        return write_out(x.selector, out);
    return wrong(begin, "\":" + strip_control(name) +
                            "\" is not understood; there are :first-child, :last-child, :only-child, :nth-child(), "
                            ":nth-last-child(), the same -of-type, :empty, :root, :scope, :is(), :where(), :not(), "
                            ":has(), :contains(), and of HTML :checked, :disabled, :enabled and :link");
  }

  /// Of HTML only: what others say of it, in selectors.
  struct written_pseudo {
    std::string_view name;
    std::string_view selector;
  };
  static constexpr std::string_view links = "a[href], area[href]";
  static constexpr std::array<written_pseudo, 5> written_out{
      written_pseudo{"link", links}, written_pseudo{"any-link", links},
      written_pseudo{"disabled", ":is(button, input, select, textarea, optgroup, option, fieldset)[disabled], "
                                 "optgroup[disabled] > option, fieldset[disabled] "
                                 ":is(button, input, select, textarea, fieldset):not(fieldset[disabled] > "
                                 "legend:first-of-type *)"},
      written_pseudo{"enabled", ":is(button, input, select, textarea, optgroup, option, fieldset):not(:disabled)"},
      // Of a list that shows one line, the first that can be is chosen where none says that it is.
      written_pseudo{"checked", "input[type=checkbox i][checked], input[type=radio i][checked], option[selected], "
                                "select:not([multiple], [size]:not([size='1']), :has(option[selected])) > "
                                "option:not([disabled], option:not([disabled]) ~ *)"}};

  bool write_out(std::string_view selector, css_compound& out) {
    auto list = parse_css(selector, css_dialect::html);
    for (auto& x : *list)
      (&x == &list->front() ? out.any_of.emplace_back() : out.any_of.back()).push_back(std::move(x.steps));
    return true;
  }

  /// ("in stock"), (in stock)
  bool read_contains(css_compound& out) {
    if (!open())
      return false;
    std::string text;
    if (peek() == '"' || peek() == '\'') {
      if (!read_value(text))
        return false;
    } else {
      while (!at_end() && peek() != ')' && peek() != '(')
        if (!read_char(text))
          return false;
      while (!text.empty() && is_css_blank(text.back()))
        text.pop_back();
    }
    if (text.empty())
      return wrong(at_, ":contains() says no text");
    out.contains.push_back(std::move(text));
    return close();
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

  /// (a > b, .c)
  bool read_list(css_alternatives& out, bool relative) {
    if (++depth_ > limits_.depth)
      return wrong(at_, "more than " + std::to_string(limits_.depth) + " brackets stand in one another");
    if (!open())
      return false;
    do {
      std::vector<css_step> steps;
      if (!read_steps(steps, relative))
        return false;
      out.push_back(std::move(steps));
    } while (take(','));
    --depth_;
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
  css_scope scope_;
  css_limits limits_;
  size_t compounds_ = 0;
  size_t depth_ = 0; ///< brackets that are open
};

} // namespace

result<std::vector<css_selector>> parse_css(std::string_view text, css_dialect dialect, css_scope scope,
                                            const css_limits& limits) {
  if (text.size() > limits.bytes)
    return fail(errc::bad_config, "column 1: the selector is longer than " + std::to_string(limits.bytes) + " bytes");
  return css_reader{text, dialect, scope, limits}.read();
}

} // namespace vigie
