// The steps of CSS selectors as bits of one word: what html_stream asks every element.
#pragma once

#include <bit>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "actors/policy/ascii.hpp"
#include "actors/policy/css_selector.hpp"
#include "adapters/extract/html_elements.hpp"
#include "adapters/extract/html_scanner.hpp"

namespace vigie {

using step_bits = uint64_t;

/// Where the steps of all selectors stand: `here` = this element fits the step, `above` = it or one around it does.
struct step_level {
  step_bits here = 0;
  step_bits above = 0;
};

/// The words of a class attribute, each as one bit of 64: a class whose bit is not there is not among them. Others may
/// share its bit.
inline step_bits class_bits(std::string_view value) {
  step_bits out = 0;
  uint64_t word = 0;
  auto end_word = [&] {
    if (word != 0)
      out |= step_bits{1} << (word * 0x9E3779B97F4A7C15 >> 58);
    word = 0;
  };
  for (char c : value) {
    if (is_blank(c))
      end_word();
    else
      word = word * 31 + static_cast<unsigned char>(c);
  }
  end_word();
  return out;
}

/// What one step asks of an element.
struct asked_step {
  css_compound what;
  step_bits classes = 0; ///< without these it does not fit
};

/// Selectors that are asked of the same element, their steps side by side in one word.
struct step_program {
  static constexpr size_t max_steps = 64;

  std::vector<asked_step> steps;
  std::vector<size_t> targets;       ///< of the step that ends a selector
  std::vector<step_bits> by_name{0}; ///< steps that an element of that name number may fit; 0 = all other names
  step_bits first_below = 0;         ///< begins a selector: anywhere below, or directly below
  step_bits first_child = 0;
  step_bits below = 0; ///< the same for the others and the step before them
  step_bits child = 0;
  step_bits last = 0;
  step_bits list = 0;   ///< a step before the last
  step_bits tested = 0; ///< asks for attributes

  void add(const css_selector& x, size_t target) {
    for (size_t i = 0; i < x.steps.size(); ++i) {
      auto bit = step_bits{1} << steps.size();
      bool down = x.steps[i].combinator == css_combinator::descendant;
      (i == 0 ? (down ? first_below : first_child) : (down ? below : child)) |= bit;
      last |= i + 1 == x.steps.size() ? bit : 0;
      list |= i + 2 == x.steps.size() ? bit : 0;
      tested |= x.steps[i].compound.attributes.empty() ? 0 : bit;
      steps.push_back(asked(x.steps[i].compound));
      targets.push_back(target);
    }
  }

  template <class Matches>
  step_bits fitting(const step_level& outer, bool directly, size_t name, Matches&& matches) const {
    auto out = first_below | (directly ? first_child : 0) | (outer.here << 1 & child) | (outer.above << 1 & below);
    out &= by_name[name];
    for (auto left = out & tested; left != 0; left &= left - 1) {
      auto i = static_cast<size_t>(std::countr_zero(left));
      if (!matches(steps[i]))
        out &= ~(step_bits{1} << i);
    }
    return out;
  }

private:
  static asked_step asked(const css_compound& x) {
    asked_step out{x};
    for (const auto& a : x.attributes)
      if (a.name == "class" && a.prefix.empty() && a.how == css_match::word && !a.any_case)
        out.classes |= class_bits(a.value);
    return out;
  }
};

/// Numbers for the names that a selector or the rules of HTML know.
class html_names_table {
public:
  struct entry {
    std::string name;
    html_element element = 0;
    uint16_t selected = 0; ///< 0 = no selector names it
  };

  html_names_table() : slots_(1024) {
    const auto& all = html_elements::names();
    for (size_t i = 0; i < all.size(); ++i)
      slot(all[i]) = {std::string{all[i]}, static_cast<html_element>(i + 1), 0};
  }

  uint16_t select(const std::string& name) {
    auto& x = slot(name);
    x.name = name;
    if (x.selected == 0)
      x.selected = ++selected_;
    return x.selected;
  }

  /// In either case. An entry without a name = unknown.
  const entry& find(std::string_view name) const {
    for (auto i = hash(name);; ++i) {
      const auto& x = slots_[i & (slots_.size() - 1)];
      if (x.name.empty() || same_html_name(name, x.name))
        return x;
    }
  }

  size_t selected() const { return selected_; }

private:
  entry& slot(std::string_view name) { return const_cast<entry&>(find(name)); }

  static size_t hash(std::string_view x) {
    auto at = [&](size_t i) { return static_cast<size_t>(x[i] | 0x20); };
    return at(0) * 31 + at(x.size() - 1) * 7 + at(x.size() / 2) * 131 + x.size() * 13;
  }

  std::vector<entry> slots_;
  uint16_t selected_ = 0;
};

} // namespace vigie
