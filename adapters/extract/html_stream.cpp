#include "adapters/extract/html_stream.hpp"

#include <algorithm>
#include <bit>

#include "actors/policy/ascii.hpp"
#include "adapters/extract/html_captures.hpp"
#include "adapters/extract/html_elements.hpp"
#include "adapters/extract/html_references.hpp"
#include "adapters/extract/html_scanner.hpp"
#include "adapters/extract/html_steps.hpp"
#include "adapters/extract/html_templates.hpp"

namespace vigie {

namespace {

constexpr size_t item_target = 0;
constexpr size_t next_target = 1;

class html_streamer : public html_stream {
public:
  explicit html_streamer(const markup_queries& queries) : queries_(queries) {}

  /// False: some selector needs the tree.
  bool compile() {
    if (!add(queries_.items, page_, item_target))
      return false;
    item_steps_ =
        page_.steps.size() < step_program::max_steps ? (step_bits{1} << page_.steps.size()) - 1 : ~step_bits{0};
    if (queries_.next && !add(*queries_.next, page_, next_target))
      return false;
    for (size_t i = 0; i < queries_.columns.size(); ++i)
      if (!add(queries_.columns[i], item_, i))
        return false;
    for (auto p : {&page_, &item_})
      for (const auto& step : p->steps)
        if (!step.what.type.empty())
          names_.select(step.what.type);
    for (auto p : {&page_, &item_}) {
      p->by_name.assign(names_.selected() + 1, 0);
      for (size_t i = 0; i < p->steps.size(); ++i)
        for (size_t name = 0; name < p->by_name.size(); ++name)
          if (p->steps[i].what.type.empty() || names_.select(p->steps[i].what.type) == name)
            p->by_name[name] |= step_bits{1} << i;
    }
    return queries_.columns.size() <= step_program::max_steps;
  }

  bool read(std::string_view page, markup_rows& out) override {
    rows_ = &out;
    out.clear(queries_.columns.size(), queries_.limits);
    open_.clear();
    active_ = unseen_ = silent_ = 0;
    captures_.clear();
    may_look_at_ = queries_.limits.looked_at + queries_.limits.looked_at_each * page.size();
    next_taken_ = seen_head_ = seen_body_ = closed_ = failed_ = list_seen_ = false;
    html_scanner scanner{page};
    for (;;) {
      switch (scanner.next()) {
      case html_scanner::token::text:
        read_text(scanner.text());
        break;
      case html_scanner::token::raw_text:
        read_raw_text(scanner.text());
        break;
      case html_scanner::token::open:
        read_open(scanner);
        break;
      case html_scanner::token::close:
        read_close(scanner.name());
        break;
      case html_scanner::token::end:
        out.list_seen = list_seen_ && out.size() == 0;
        return closed_ && !failed_;
      default:
        return false;
      }
      if (failed_)
        return false;
    }
  }

private:
  struct element {
    std::string_view name;
    html_element known;
    price_mark mark;
    step_level page;
  };

  /// An item whose end has not come, with the levels from it down to the innermost open element.
  struct active_item {
    size_t row;
    size_t depth;
    step_bits wanted; ///< columns without a value
    std::vector<step_level> levels;
  };

  bool add(const markup_query& query, step_program& to, size_t target) {
    for (const auto& x : query.css) {
      if (x.steps.size() + to.steps.size() > step_program::max_steps ||
          !std::all_of(x.steps.begin(), x.steps.end(), is_plain))
        return false;
      // Of one element, the order of several attributes would count.
      if (x.output != query.css.front().output || x.attribute != query.css.front().attribute)
        return false;
      if (x.steps.empty() && target == next_target && &to == &page_)
        return false;
      to.add(x, target);
      if (x.steps.empty())
        own_.resize(std::max(own_.size(), target + 1)), own_[target] = true;
    }
    return !query.css.empty();
  }

  void read_text(std::string_view text) {
    // Between and before html, head and body nothing but blanks is sure to be nothing.
    if (open_.size() < 2 || open_.back().known == html_names::head) {
      if (!captures_.empty() || !std::all_of(text.begin(), text.end(), [](char c) { return is_markup_blank(c); }))
        failed_ = true;
      return;
    }
    if (captures_.empty() || unseen_ > 0)
      return;
    if (text.find('&') != text.npos) {
      scratch_.clear();
      append_html_text(text, reference_place::text, scratch_);
      text = scratch_;
    }
    captures_.hear(text, silent_);
  }

  void read_raw_text(std::string_view text) {
    if (unseen_ == 0)
      captures_.hear_raw(text, open_.size());
  }

  /// html, head and body stand where they belong, and nothing else does.
  bool in_place(html_element x) {
    if (x == html_names::html)
      return open_.empty() && !closed_;
    if (x == html_names::head)
      return open_.size() == 1 && !std::exchange(seen_head_, true) && !seen_body_;
    if (x == html_names::body)
      return open_.size() == 1 && !std::exchange(seen_body_, true);
    return open_.size() > 1 && !html_elements_.closes(open_.back().known, x);
  }

  void read_open(const html_scanner& tag) {
    const auto& entry = names_.find(tag.name());
    if (!in_place(entry.element) || open_.size() >= queries_.limits.depth) {
      failed_ = true;
      return;
    }
    bool stays = !tag.self_closing() && !html_elements_.is_void(entry.element);
    if (unseen_ > 0)
      return pass_over(tag.name(), entry.element, stays);
    if (html_elements_.ends_word(entry.element))
      captures_.hear(" ", silent_);
    auto mark = begin_within_texts(entry.element, tag);
    if (!stays)
      captures_.end(mark, silent_);
    classes_.reset();
    auto matches = [&](const asked_step& x) { return fits(x, tag); };
    auto outer = open_.empty() ? step_level{} : open_.back().page;
    auto here = page_.fitting(outer, open_.empty(), entry.selected, matches);
    list_seen_ = list_seen_ || (here & page_.list & item_steps_) != 0;
    ask_items(tag, entry.selected, stays, matches);
    for (auto found = here & page_.last; found != 0; found &= found - 1)
      if (page_.targets[static_cast<size_t>(std::countr_zero(found))] == next_target)
        take_next(tag);
    if ((here & page_.last & item_steps_) != 0)
      begin_item(tag, stays);
    if (entry.element == html_names::base && !rows_->base)
      if (auto href = tag.attribute("href"))
        rows_->base = value_of(*href);
    if (stays)
      open_.push_back({tag.name(), entry.element, mark, {here, outer.above | here}});
    if (stays && entry.element == title_) {
      failed_ = failed_ || silent_ > 0; // one within another: for the tree
      silent_ = open_.size();
    } else
      end_captures(open_.size());
    if (stays && entry.element == template_ && !tag.attribute(shown_template))
      unseen_ = open_.size();
  }

  /// What a template holds is no part of the page; only where it ends counts.
  void pass_over(std::string_view name, html_element known, bool stays) {
    if (!stays)
      return;
    open_.push_back({name, known, price_mark::none, {}});
    for (size_t i = 0; i < active_; ++i)
      items_[i].levels.push_back({});
  }

  price_mark begin_within_texts(html_element element, const html_scanner& tag) {
    if (!captures_.mark())
      return price_mark::none;
    auto classes = tag.attribute("class"), style = tag.attribute("style");
    std::string styled{style ? plain(*style) : std::string_view{}};
    bool struck = html_elements::strikes_out(classes ? plain(*classes) : std::string_view{}, styled);
    auto out = struck ? price_mark::struck : html_elements_.mark(element);
    captures_.begin(out, silent_);
    return out;
  }

  template <class Matches>
  void ask_items(const html_scanner& tag, size_t name, bool stays, Matches&& matches) {
    for (size_t i = 0; i < active_; ++i) {
      auto& x = items_[i];
      auto outer = x.levels.back();
      auto here = item_.fitting(outer, x.levels.size() == 1, name, matches);
      for (auto found = here & item_.last; found != 0; found &= found - 1)
        take(x, item_.targets[static_cast<size_t>(std::countr_zero(found))], tag);
      if (stays)
        x.levels.push_back({here, outer.above | here});
    }
  }

  void begin_item(const html_scanner& tag, bool stays) {
    if (!rows_->add_row()) {
      failed_ = true; // the tree says so
      return;
    }
    if (active_ == items_.size())
      items_.emplace_back();
    auto& x = items_[active_];
    x.row = rows_->size() - 1;
    x.depth = open_.size();
    x.wanted = ~step_bits{0};
    x.levels.assign(1, {});
    for (size_t i = 0; i < own_.size(); ++i)
      if (own_[i])
        take(x, i, tag);
    if (stays)
      ++active_;
  }

  void take(active_item& item, size_t column, const html_scanner& tag) {
    auto bit = step_bits{1} << column;
    if ((item.wanted & bit) == 0)
      return;
    const auto& how = queries_.columns[column].css.front();
    if (how.output != css_output::attribute) {
      item.wanted &= ~bit;
      captures_.add(
          {open_.size(), item.row, column, text_collector{queries_.limits.value_bytes, bool{queries_.prices[column]}}});
    } else if (auto found = tag.attribute(how.attribute.name)) {
      auto value = value_of(*found);
      if (!value.empty() || queries_.columns[column].all.empty())
        item.wanted &= ~bit;
      if (!rows_->put(item.row, column, std::move(value)))
        failed_ = true;
    }
  }

  /// An element without text: the next that is selected may have one.
  void want_again(const html_captures::capture& x) {
    for (size_t i = 0; i < active_; ++i)
      if (items_[i].row == x.row)
        items_[i].wanted |= step_bits{1} << x.column;
  }

  void take_next(const html_scanner& tag) {
    const auto& how = queries_.next->css.front();
    if (next_taken_)
      return;
    if (how.output != css_output::attribute) {
      next_taken_ = true;
      captures_.add({open_.size(), html_captures::page_row, 0, text_collector{queries_.limits.value_bytes}});
    } else if (auto found = tag.attribute(how.attribute.name)) {
      next_taken_ = true;
      rows_->next = value_of(*found);
    }
  }

  bool fits(const asked_step& x, const html_scanner& tag) {
    if (x.classes != 0 && (x.classes & ~classes_of(tag)) != 0)
      return false;
    return std::all_of(x.what.attributes.begin(), x.what.attributes.end(), [&](const css_attribute& a) {
      auto found = tag.attribute(a.name);
      failed_ = failed_ || (found && found->value.size() > may_look_at_);
      may_look_at_ -= found && !failed_ ? found->value.size() : 0;
      return found && !failed_ && (a.how == css_match::present || vigie::matches(a, plain(*found)));
    });
  }

  /// Most tags are asked for several classes, of which they have none.
  step_bits classes_of(const html_scanner& tag) {
    if (!classes_) {
      auto found = tag.attribute("class");
      classes_ = found ? class_bits(plain(*found)) : 0;
    }
    return *classes_;
  }

  /// With its references written out; good until the next call.
  std::string_view plain(const html_attribute& x) {
    if (x.valued && x.value.find('&') == x.value.npos)
      return x.value;
    scratch_.clear();
    if (!x.valued)
      scratch_ = html_elements::is_boolean(x.name) ? x.name : std::string_view{};
    else
      append_html_text(x.value, reference_place::attribute, scratch_);
    return scratch_;
  }

  std::string value_of(const html_attribute& x) { return trimmed_value(plain(x), queries_.limits.value_bytes); }

  void read_close(std::string_view name) {
    while (!open_.empty() && html_elements_.is_left_open(open_.back().known) &&
           !equal_ignoring_case(open_.back().name, name))
      pop();
    if (open_.empty() || !equal_ignoring_case(open_.back().name, name)) {
      failed_ = true;
      return;
    }
    pop();
    closed_ = open_.empty();
  }

  void pop() {
    auto known = open_.back().known;
    auto mark = open_.back().mark;
    open_.pop_back();
    auto depth = open_.size();
    if (depth < unseen_)
      unseen_ = 0;
    if (depth < silent_)
      silent_ = 0;
    end_captures(depth);
    if (unseen_ == 0 && html_elements_.ends_word(known))
      captures_.hear(" ", silent_);
    captures_.end(mark, silent_);
    for (size_t i = 0; i < active_; ++i)
      items_[i].levels.pop_back();
    // Items end from the inside.
    if (active_ > 0 && items_[active_ - 1].depth == depth)
      --active_;
  }

  void end_captures(size_t depth) {
    while (!captures_.empty() && captures_.back().depth == depth) {
      auto& x = captures_.back();
      auto text = x.text.take();
      if (x.row == html_captures::page_row) {
        rows_->next = std::move(text);
      } else {
        if (text.empty() && !queries_.columns[x.column].all.empty())
          want_again(x);
        if (!rows_->put(x.row, x.column, std::move(text)))
          failed_ = true;
      }
      captures_.pop_back();
    }
  }

  markup_queries queries_;
  const html_elements& html_elements_ = html_elements::get();
  html_names_table names_;
  html_element template_ = names_.find("template").element;
  html_element title_ = names_.find("title").element;
  step_program page_;
  step_program item_;
  std::vector<bool> own_;    ///< columns that ask the item's own element
  step_bits item_steps_ = 0; ///< of page_, those of the items

  // Of the page at hand.
  markup_rows* rows_ = nullptr;
  std::vector<element> open_;
  std::vector<active_item> items_; ///< the first active_ of them, from the outside in; the others keep their memory
  size_t active_ = 0;
  html_captures captures_;
  size_t unseen_ = 0; ///< how many elements are open with the template that hides the present one; 0 = none
  size_t silent_ = 0; ///< the same of a title within what is captured
  bool next_taken_ = false;
  bool seen_head_ = false;
  bool seen_body_ = false;
  bool closed_ = false;
  bool failed_ = false;
  bool list_seen_ = false;
  size_t may_look_at_ = 0; ///< bytes
  std::string scratch_;
  std::optional<step_bits> classes_; ///< of the tag at hand, once they were asked for
};

} // namespace

std::unique_ptr<html_stream> html_stream::make(const markup_queries& queries) {
  if (queries.dialect != css_dialect::html)
    return nullptr;
  auto out = std::make_unique<html_streamer>(queries);
  return out->compile() ? std::move(out) : nullptr;
}

} // namespace vigie
