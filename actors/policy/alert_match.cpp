#include "actors/policy/alert_match.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <string>
#include <utility>

#include "actors/policy/unicode.hpp"

namespace vigie {

namespace {

/// What an alert asks of an item's fields. Texts are numbers of the matcher's vocabularies, as keywords are.
struct folded_alert {
  reading how = reading::plain;
  std::vector<keyword> all, any, none;
  bool asks_price = false;
  cents price_min = std::numeric_limits<cents>::min();
  cents price_max = std::numeric_limits<cents>::max();
  word_number currency = unknown_word; ///< unknown_word = any
  std::vector<word_number> conditions, brands, sizes;
};

struct field_texts {
  vocabulary currencies, conditions, brands, sizes;
};

std::vector<word_number> fold_choices(const std::vector<std::string>& choices, vocabulary& known) {
  std::vector<word_number> out;
  for (const auto& x : choices)
    out.push_back(known.add(case_fold(trim_blanks(x))));
  return out;
}

/// An item's field as a number: looked up when the first alert asks, and only once.
class folded_field {
public:
  folded_field(const optional<std::string>& value, const vocabulary& known) : value_(value), known_(known) {}

  bool is_one_of(const std::vector<word_number>& choices) {
    if (choices.empty())
      return true;
    if (!number_)
      number_ = value_ ? number_of(*value_) : unknown_word;
    // No choice is the unknown word.
    return std::find(choices.begin(), choices.end(), *number_) != choices.end();
  }

private:
  word_number number_of(const std::string& text) const {
    // What is known is folded, and folding it again changes nothing.
    auto as_it_is = known_.find(text);
    return as_it_is != unknown_word ? as_it_is : known_.find(case_fold(trim_blanks(text)));
  }

  const optional<std::string>& value_;
  const vocabulary& known_;
  optional<word_number> number_;
};

struct folded_item {
  folded_item(const item& x, const field_texts& known)
      : whole(x), currency(x.currency ? known.currencies.find(*x.currency) : unknown_word),
        condition(x.condition, known.conditions), brand(x.brand, known.brands), size(x.size, known.sizes) {}

  const item& whole;
  word_number currency;
  folded_field condition, brand, size;
};

bool fits_facts(const folded_alert& x, const folded_item& what) {
  const auto& price = what.whole.price;
  if (x.asks_price && (!price || *price < x.price_min || *price > x.price_max))
    return false;
  return x.currency == unknown_word || what.currency == x.currency;
}

/// The cheapest first.
bool fits(const folded_alert& x, folded_item& what, const read_title& title) {
  auto is_found = [&](const keyword& k) { return found(k, title); };
  return fits_facts(x, what) && what.condition.is_one_of(x.conditions) && what.brand.is_one_of(x.brands) &&
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
    folded.reserve(alerts.size());
    for (const auto& x : alerts) {
      folded.push_back(fold(x.when));
      post(static_cast<uint32_t>(folded.size() - 1));
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
    out.how = when.fold_accents ? reading::bare : reading::plain;
    out.all = read_all(when.all, out.how);
    out.any = read_all(when.any, out.how);
    out.none = read_all(when.none, out.how);
    out.asks_price = when.price_min || when.price_max;
    out.price_min = when.price_min.value_or(out.price_min);
    out.price_max = when.price_max.value_or(out.price_max);
    if (!when.currency.empty())
      out.currency = texts.currencies.add(when.currency);
    out.conditions = fold_choices(when.conditions, texts.conditions);
    out.brands = fold_choices(when.brands, texts.brands);
    out.sizes = fold_choices(when.sizes, texts.sizes);
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

  void match_in(const index& in, reading how, folded_item& what, match_room& room) const {
    read_as(what.whole.title, how, in.known, room.title);
    auto& distinct = room.words;
    distinct = room.title.words;
    std::sort(distinct.begin(), distinct.end());
    distinct.erase(std::unique(distinct.begin(), distinct.end()), distinct.end());
    auto try_all = [&](const std::vector<uint32_t>& candidates) {
      for (auto number : candidates)
        if (fits(folded[number], what, room.title))
          room.found.push_back(number);
    };
    for (auto word : distinct)
      if (word < in.by_word.size())
        try_all(in.by_word[word]);
    try_all(in.always);
  }

  field_texts texts;
  std::vector<folded_alert> folded;
  std::array<index, 2> indexes; ///< by reading
};

alert_matcher::alert_matcher(const std::vector<alert>& alerts) : impl_(std::make_unique<impl>(alerts)) {}
alert_matcher::~alert_matcher() = default;
alert_matcher::alert_matcher(alert_matcher&&) noexcept = default;
alert_matcher& alert_matcher::operator=(alert_matcher&&) noexcept = default;

std::vector<size_t> alert_matcher::match(const item& what) const {
  match_room room;
  match(what, room);
  return std::move(room.found);
}

const std::vector<size_t>& alert_matcher::match(const item& what, match_room& room) const {
  auto& out = room.found;
  out.clear();
  folded_item folded{what, impl_->texts};
  for (auto how : {reading::plain, reading::bare})
    if (impl_->at(how).used)
      impl_->match_in(impl_->at(how), how, folded, room);
  // An alert that stands under several words of its `any` may have been met more than once.
  std::sort(out.begin(), out.end());
  out.erase(std::unique(out.begin(), out.end()), out.end());
  return out;
}

size_t alert_matcher::size() const {
  return impl_->folded.size();
}

} // namespace vigie
