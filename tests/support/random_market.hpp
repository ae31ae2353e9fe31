// Random alerts and items over a small, nasty vocabulary, so that matches and near misses are frequent.
#pragma once

#include <random>
#include <string>
#include <vector>

#include "messages/values/item.hpp"

namespace vigie::test {

class random_market {
public:
  explicit random_market(uint64_t seed) : rng_(seed) {}

  size_t below(size_t n) { return std::uniform_int_distribution<size_t>{0, n - 1}(rng_); }
  bool one_in(size_t n) { return below(n) == 0; }

  /// Words that differ by case, accents, sharp s, dotted i, ligatures, joined marks, other alphabets.
  std::string word() {
    static const std::vector<std::string> all{
        "Case",        "CASE",
        "case",        "étui",
        "e\u0301tui",  "ETUI",
        "Étui",        "Straße",
        "STRASSE",     "straße",
        "İstanbul",    "istanbul",
        "ISTANBUL",    "ıstanbul",
        "15",          "15-pro",
        "d'or",        "D’OR",
        "ﬁne",         "fine",
        "Σίσυφος",     "ΣΊΣΥΦΟΣ",
        "тест",        "ТЕСТ",
        "삼성",        "\u1109\u1161\u11B7성",
        "Ⅷ",           "٣",
        "①",           "Å",
        "\u212B",      "A\u030A",
        "ŉ",           "ǆ",
        "\u01C5",      "ﬃ",
        "cafe\u0301s", "cafés",
        "x",           "pro",
        "max",         "ᾳ",
        "ᾼ",           "😀",
        "№5",          "日本",
        "\uF900",      "豈",
    };
    return all[below(all.size())];
  }

  std::string text(size_t most) {
    static const std::vector<std::string> gaps{" ", " ", " ", " ", "\u00A0", "  ", ", ", "/", "\u200B", "-", "'", ""};
    std::string out = one_in(8) ? " " : "";
    for (size_t n = 1 + below(most); n > 0; --n)
      out += word() + gaps[below(gaps.size())];
    return out;
  }

  std::string keyword() {
    if (one_in(25))
      return one_in(2) ? "~" : "!";
    if (one_in(4)) {
      // A part may begin and end inside a word, but never inside a code point.
      auto part = text(2);
      size_t cut = below(3);
      while (cut < part.size() && (static_cast<unsigned char>(part[cut]) & 0xC0) == 0x80)
        ++cut;
      return "~" + part.substr(std::min(cut, part.size()));
    }
    return text(one_in(3) ? 3 : 1);
  }

  std::vector<std::string> keywords(size_t most) {
    std::vector<std::string> out(below(most + 1));
    for (auto& x : out)
      x = keyword();
    return out;
  }

  std::vector<std::string> choices() {
    std::vector<std::string> out(one_in(3) ? 1 + below(2) : 0);
    for (auto& x : out)
      x = choice();
    return out;
  }

  std::string choice() {
    auto out = word();
    if (one_in(3))
      out = "\u00A0" + out + " \t";
    return out;
  }

  alert any_alert(int64_t number) {
    alert out;
    out.id = alert_id{number};
    out.name = "alert-" + std::to_string(number);
    auto& when = out.when;
    when.all = keywords(one_in(4) ? 2 : 1);
    when.any = keywords(one_in(2) ? 3 : 0);
    when.none = keywords(one_in(4) ? 1 : 0);
    when.fold_accents = one_in(2);
    if (one_in(4))
      when.price_min = static_cast<cents>(below(50) * 25);
    if (one_in(4))
      when.price_max = static_cast<cents>(below(50) * 25);
    if (one_in(8))
      when.currency = one_in(2) ? "EUR" : "USD";
    if (one_in(8))
      when.conditions = choices();
    if (one_in(8))
      when.brands = choices();
    if (one_in(8))
      when.sizes = choices();
    return out;
  }

  item any_item(int64_t number) {
    item out;
    out.id = item_id{"item-" + std::to_string(number)};
    out.title = text(6);
    if (!one_in(4))
      out.price = static_cast<cents>(below(50) * 25);
    if (!one_in(4))
      out.currency = std::string{one_in(2) ? "EUR" : one_in(2) ? "USD" : "eur"};
    if (!one_in(4))
      out.brand = choice();
    if (!one_in(4))
      out.size = choice();
    if (!one_in(4))
      out.condition = choice();
    return out;
  }

private:
  std::mt19937_64 rng_;
};

} // namespace vigie::test
