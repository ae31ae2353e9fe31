#include "actors/policy/price_rivals.hpp"

#include <algorithm>
#include <string>

#include "actors/policy/price_links.hpp"

namespace vigie {

namespace {

using kind = price_token_kind;
using standing = amount_standing;
using amounts = std::vector<price_amount>;

tl::unexpected<error> refuse(std::string why) {
  return fail(errc::bad_request, std::move(why));
}

bool by_amount(const price_amount& a, const price_amount& b) {
  return *a.amount < *b.amount;
}

amounts those(const amounts& list, auto&& which) {
  amounts out;
  std::copy_if(list.begin(), list.end(), std::back_inserter(out), which);
  return out;
}

class rival_judge {
public:
  rival_judge(const std::vector<price_token>& list, const amounts& all)
      : list_(list), links_(list),
        rivals_(those(all, [&](const price_amount& x) { return x.marked || links_.may_be_amount(x); })) {}

  result<amounts> judge() const {
    auto out = those(rivals_, [](const price_amount& x) { return x.marked && x.standing <= standing::yields; });
    if (out.empty())
      return refuse("a discount, an old price, a rate or what is paid besides, and no price");
    if (links_.any_labelled_amount())
      return refuse("several amounts, of which one may be a size or a count");
    auto best = std::min_element(out.begin(), out.end(), [](const auto& a, const auto& b) {
                  return a.standing < b.standing;
                })->standing;
    out = those(out, [&](const price_amount& x) { return x.standing == best; });
    if (std::any_of(out.begin(), out.end(), [](const price_amount& x) { return x.doubtful || !x.amount; }))
      return refuse("it can be read as more than one amount");
    // A discount that is printed with its sign.
    if (auto positive = those(out, [](const price_amount& x) { return *x.amount >= 0; }); !positive.empty())
      out = std::move(positive);
    bool some_are_none = std::any_of(rivals_.begin(), rivals_.end(), [](const price_amount& x) {
      return x.standing > standing::yields && (!x.amount || *x.amount >= 0);
    });
    return differ(rivals_) || some_are_none ? told_apart(std::move(out)) : out;
  }

private:
  static bool differ(const amounts& list) {
    optional<cents> first;
    for (const auto& x : list) {
      if (!x.amount || (first && *x.amount >= 0 && *x.amount != *first))
        return true;
      if (*x.amount >= 0)
        first = x.amount;
    }
    return false;
  }

  result<amounts> told_apart(amounts out) const {
    constexpr size_t shown_bytes = 40;
    for (size_t i = 0; i < list_.size(); ++i)
      if (const auto& x = list_[i];
          x.kind == kind::word && x.role == word_role::unknown && !links_.is_unit_in_brackets(i))
        return refuse(x.text.size() > shown_bytes
                          ? "several amounts, and a word that may say which of them is no price"
                          : "several amounts, and \"" + std::string{x.text} + "\" may say which of them is no price");
    if (std::any_of(rivals_.begin(), rivals_.end(), [&](const price_amount& x) { return links_.is_from_a_count(x); }))
      return refuse("several amounts, of which one is for larger numbers");
    bool sum = rivals_.size() > 2 &&
               std::any_of(rivals_.begin(), rivals_.end(), [&](const price_amount& x) { return links_.is_result(x); });
    if (sum)
      return refuse("several amounts, of which one is what the others make");
    for (size_t i = 1; i < rivals_.size(); ++i)
      if (links_.may_be_reduced(rivals_[i - 1], rivals_[i]))
        return refuse("several amounts: a price and what each costs, or an old and a new price of each");
    for (const auto& x : out)
      for (const auto& y : rivals_)
        if (y.standing == standing::yields && links_.is_multiple_of(x, y))
          return refuse("several amounts, one for a piece and one for several");
    if (any(standing::unclear))
      return refuse("several amounts, and a word between two of them that may speak of either");
    auto open = those(rivals_, [&](const price_amount& x) { return !x.marked && x.standing == standing::price; });
    open.insert(open.end(), out.begin(), out.end());
    std::sort(open.begin(), open.end(), [](const auto& a, const auto& b) { return a.at < b.at; });
    bool claimed = std::any_of(list_.begin(), list_.end(),
                               [](const price_token& x) { return x.kind == kind::word && x.role == word_role::claim; });
    bool range = open.size() == 2 && links_.is_range(open[0], open[1]); // "estimate 100 - 150 €"
    if (claimed && ((differ(open) && !range) || any(standing::aside)))
      return refuse("several amounts, of which one may be a total or a bid");
    if (differ(open)) {
      if (open.size() == 2 && links_.is_gross_of(open[1], open[0]))
        return amounts{open[1]};
      for (size_t i = 1; i < open.size(); ++i)
        if (*open[i].amount != *open[i - 1].amount && !links_.are_linked(open[i - 1], open[i]))
          return refuse("several amounts, and nothing says which is the price");
    }
    auto price = *std::min_element(open.begin(), open.end(), by_amount);
    if (std::any_of(open.begin(), open.end(),
                    [&](const price_amount& x) { return *x.amount != *price.amount && links_.is_gross(x); }))
      return refuse("several amounts, and the lowest may be the one without tax");
    if (!price.marked)
      return refuse("several amounts, and the lowest has no currency");
    return beside_others(price);
  }

  bool any(standing x) const {
    return std::any_of(rivals_.begin(), rivals_.end(), [&](const price_amount& r) { return r.standing == x; });
  }

  /// An old price is not below the price, one without tax is a little below.
  result<amounts> beside_others(price_amount price) const {
    for (const auto& x : rivals_) {
      if (!x.amount)
        continue;
      if (x.standing == standing::old && *x.amount < *price.amount)
        return refuse("the old price is below the price");
      if (x.standing == standing::tax && *x.amount > *price.amount / 2)
        return refuse("the tax is more than half of the price");
      if (x.standing != standing::net || price.standing != standing::price)
        continue;
      if (is_with_tax(*x.amount, *price.amount))
        price = x; // "1 299 Kč bez DPH 1 073 Kč" speaks of what follows
      else if (!is_with_tax(*price.amount, *x.amount))
        return refuse("the price with tax is not a little above the one without");
    }
    return amounts{price};
  }

  const std::vector<price_token>& list_;
  price_links links_;
  amounts rivals_;
};

} // namespace

result<std::vector<price_amount>> price_among(const std::vector<price_token>& list,
                                              const std::vector<price_amount>& all) {
  return rival_judge{list, all}.judge();
}

} // namespace vigie
