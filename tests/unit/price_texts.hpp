// Tables of price texts: "TEXT | AMOUNT CURRENCY", "TEXT | none" where a person names no price, "TEXT | zero" where
// the price is none. "#" begins a heading.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <catch2/catch.hpp>

#include "actors/policy/decimal_text.hpp"
#include "actors/policy/money.hpp"

struct price_row {
  std::string text;
  std::string said;
};

inline std::vector<price_row> price_rows(std::string_view table) {
  std::vector<price_row> out;
  while (!table.empty()) {
    auto line = table.substr(0, table.find('\n'));
    table.remove_prefix(std::min(line.size() + 1, table.size()));
    auto bar = line.rfind('|');
    if (line.starts_with('#') || bar == line.npos)
      continue;
    auto text = line.substr(0, bar);
    text = text.substr(0, text.find_last_not_of(' ') + 1);
    out.push_back({std::string{text}, std::string{line.substr(bar + 2)}});
  }
  return out;
}

/// What is read of a text, as the tables write it.
inline std::string price_read(std::string_view text) {
  auto x = vigie::parse_price(text);
  if (!x || !x->lowest)
    return "none";
  if (*x->lowest == 0)
    return "zero";
  return vigie::format_cents(*x->lowest) + (x->currency.empty() ? "" : " " + x->currency);
}

/// A second amount of the currency, and a word that vigie does not know, take the price away or leave it as it is.
inline void check_with_rival(const price_row& row) {
  auto currency =
      row.said.size() > 3 && row.said[row.said.size() - 4] == ' ' ? row.said.substr(row.said.size() - 3) : "";
  if (currency.empty() || row.said[0] == '-')
    return;
  for (std::string amount : {"77.77 ", "3.21 ", "123456.78 "}) {
    auto rival = amount + currency;
    for (const auto& text :
         {row.text + " zorbl " + rival, row.text + ", zorbl " + rival, "zorbl " + rival + " " + row.text,
          row.text + " (" + rival + " zorbl)", rival + " zorbl, " + row.text}) {
      auto read = price_read(text);
      CAPTURE(text, read);
      CHECK((read == "none" || read == row.said));
    }
  }
}

/// No amount but the one that is said, and at most one price of fifty is left unread.
inline void check_price_texts(std::string_view table) {
  size_t said = 0;
  std::vector<std::string> unread;
  for (const auto& row : price_rows(table)) {
    CAPTURE(row.text);
    auto read = price_read(row.text);
    said += row.said != "none" ? 1 : 0;
    if (read == "none" && row.said != "none")
      unread.push_back(row.text);
    else
      CHECK(read == row.said);
    check_with_rival(row);
  }
  CAPTURE(unread);
  CHECK(said > 100);
  CHECK(unread.size() * 50 <= said);
}
