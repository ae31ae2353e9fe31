#include "actors/policy/alert_match.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include "actors/policy/keywords.hpp"
#include "actors/policy/unicode.hpp"

namespace vigie {

namespace {

struct folded_alert {
  reading how = reading::plain;
  std::vector<keyword> all, any, none;
  const match_conditions* when = nullptr;
  std::vector<std::string> conditions, brands, sizes;
};

std::vector<std::string> fold_choices(const std::vector<std::string>& choices) {
  std::vector<std::string> out;
  for (const auto& x : choices)
    out.push_back(case_fold(trim_blanks(x)));
  return out;
}

/// An item's field in the form in which it is compared: folded when the first alert asks, and only once.
class folded_field {
public:
  explicit folded_field(const optional<std::string>& value) : value_(value) {}

  bool is_one_of(const std::vector<std::string>& choices) {
    if (choices.empty())
      return true;
    if (!value_)
      return false;
    if (!folded_)
      folded_ = case_fold(trim_blanks(*value_));
    return std::find(choices.begin(), choices.end(), *folded_) != choices.end();
  }

private:
  const optional<std::string>& value_;
  optional<std::string> folded_;
};

struct folded_item {
  explicit folded_item(const item& x) : whole(x), condition(x.condition), brand(x.brand), size(x.size) {}

  const item& whole;
  folded_field condition, brand, size;
};

bool fits_facts(const match_conditions& when, const item& what) {
  if (when.price_min && !(what.price && *what.price >= *when.price_min))
    return false;
  if (when.price_max && !(what.price && *what.price <= *when.price_max))
    return false;
  return when.currency.empty() || (what.currency && *what.currency == when.currency);
}

/// The cheapest first.
bool fits(const folded_alert& x, folded_item& what, const read_title& title) {
  auto is_found = [&](const keyword& k) { return found(k, title); };
  return fits_facts(*x.when, what.whole) && what.condition.is_one_of(x.conditions) && what.brand.is_one_of(x.brands) &&
         what.size.is_one_of(x.sizes) && std::all_of(x.all.begin(), x.all.end(), is_found) &&
         (x.any.empty() || std::any_of(x.any.begin(), x.any.end(), is_found)) &&
         std::none_of(x.none.begin(), x.none.end(), is_found);
}

} // namespace

struct alert_matcher::impl {
  /// Alerts by a word without which they cannot match; `always` are those that have none.
  struct index {
    vocabulary known;
    std::vector<std::vector<uint32_t>> by_word;
    std::vector<uint32_t> always;
    bool used = false;
  };

  explicit impl(const std::vector<alert>& alerts) {
    conditions.reserve(alerts.size());
    for (const auto& x : alerts)
      conditions.push_back(x.when);
    folded.reserve(alerts.size());
    for (uint32_t i = 0; i < conditions.size(); ++i) {
      folded.push_back(fold(conditions[i]));
      post(i);
    }
  }

  index& at(reading how) { return indexes[static_cast<size_t>(how)]; }

  std::vector<keyword> read_all(const std::vector<std::string>& texts, reading how) {
    std::vector<keyword> out;
    for (const auto& text : texts)
      out.push_back(read_keyword(text, how, at(how).known));
    return out;
  }

  folded_alert fold(const match_conditions& when) {
    folded_alert out;
    out.when = &when;
    out.how = when.fold_accents ? reading::bare : reading::plain;
    out.all = read_all(when.all, out.how);
    out.any = read_all(when.any, out.how);
    out.none = read_all(when.none, out.how);
    out.conditions = fold_choices(when.conditions);
    out.brands = fold_choices(when.brands);
    out.sizes = fold_choices(when.sizes);
    return out;
  }

  /// The word of these with the fewest alerts so far.
  static word_number rarest(const index& in, const std::vector<word_number>& candidates) {
    auto posts = [&](word_number w) { return w < in.by_word.size() ? in.by_word[w].size() : 0; };
    return *std::min_element(candidates.begin(), candidates.end(),
                             [&](word_number a, word_number b) { return posts(a) < posts(b); });
  }

  void post(uint32_t number) {
    const auto& x = folded[number];
    auto& in = at(x.how);
    in.used = true;
    std::vector<word_number> needed;
    for (const auto& k : x.all)
      needed.insert(needed.end(), k.in_a_row.begin(), k.in_a_row.end());
    std::vector<word_number> keys;
    if (!needed.empty()) {
      keys.push_back(rarest(in, needed));
    } else {
      bool by_words = !x.any.empty();
      for (const auto& k : x.any) {
        by_words = by_words && k.part.empty();
        if (!k.in_a_row.empty())
          keys.push_back(rarest(in, k.in_a_row));
      }
      if (!by_words) {
        in.always.push_back(number);
        return;
      }
    }
    for (auto word : keys) {
      if (in.by_word.size() <= word)
        in.by_word.resize(word + 1);
      in.by_word[word].push_back(number);
    }
  }

  void match_in(const index& in, reading how, folded_item& what, std::vector<size_t>& out) const {
    auto title = read_as(what.whole.title, how, in.known);
    auto distinct = title.words;
    std::sort(distinct.begin(), distinct.end());
    distinct.erase(std::unique(distinct.begin(), distinct.end()), distinct.end());
    auto try_all = [&](const std::vector<uint32_t>& candidates) {
      for (auto number : candidates)
        if (fits(folded[number], what, title))
          out.push_back(number);
    };
    for (auto word : distinct)
      if (word < in.by_word.size())
        try_all(in.by_word[word]);
    try_all(in.always);
  }

  std::vector<match_conditions> conditions;
  std::vector<folded_alert> folded;
  std::array<index, 2> indexes; ///< by reading
};

alert_matcher::alert_matcher(const std::vector<alert>& alerts) : impl_(std::make_unique<impl>(alerts)) {}
alert_matcher::~alert_matcher() = default;
alert_matcher::alert_matcher(alert_matcher&&) noexcept = default;
alert_matcher& alert_matcher::operator=(alert_matcher&&) noexcept = default;

std::vector<size_t> alert_matcher::match(const item& what) const {
  std::vector<size_t> out;
  folded_item folded{what};
  for (auto how : {reading::plain, reading::bare})
    if (impl_->at(how).used)
      impl_->match_in(impl_->at(how), how, folded, out);
  // An alert that stands under several words of its `any` may have been met more than once.
  std::sort(out.begin(), out.end());
  out.erase(std::unique(out.begin(), out.end()), out.end());
  return out;
}

size_t alert_matcher::size() const {
  return impl_->folded.size();
}

} // namespace vigie
