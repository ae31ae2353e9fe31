// A small marketplace, alerts on it, and what a naive reader would say that they match.
#pragma once

#include <map>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "actors/policy/fetch_plan.hpp"
#include "messages/values/alert.hpp"
#include "messages/values/fetch.hpp"

namespace vigie::simulation {

struct offer {
  std::string id;
  std::vector<std::string> words;
  int64_t price = 0; ///< hundredths
};

using found_pairs = std::set<std::pair<std::string, std::string>>; ///< alert's name, item's id

class workload {
public:
  /// `alerts` of distinct queries, over as many sites as there are names. The second site has pages of five items.
  workload(uint64_t seed, size_t alerts, std::vector<std::string> sites) : dice_(seed * 31 + 7) {
    for (size_t i = 0; i < sites.size(); ++i)
      add_source(sites[i], i > 0);
    for (size_t i = 0; i < alerts; ++i)
      add_alert(i, sites[below(sites.size())]);
  }

  const std::vector<source_spec>& sources() const { return sources_; }
  const std::vector<alert>& alerts() const { return alerts_; }

  source_table source_table_of() const {
    source_table out;
    for (const auto& s : sources_)
      out[s.id] = {s, host_key{s.id.value + ".test"}};
    return out;
  }

  /// The answer to https://SITE.test/search?q=QUERY&page=N.
  std::string page(const std::string& url) const {
    auto query = url.substr(url.find("q=") + 2);
    auto number = std::stoul(query.substr(query.find("&page=") + 6));
    query.resize(query.find('&'));
    auto paged = url.find("://market.test") == std::string::npos;
    const auto& all = offers_.at(query);
    size_t first = paged ? (number - 1) * page_size : 0;
    size_t last = paged ? first + page_size : all.size();
    std::string out = R"({"results":[)";
    for (size_t i = first; i < std::min(last, all.size()); ++i) {
      out += i == first ? "" : ",";
      out += R"({"id":")" + all[i].id + R"(","title":")" + title(all[i]) + R"(","price":)" +
             std::to_string(all[i].price / 100) + "." + std::to_string(100 + all[i].price % 100).substr(1) +
             R"(,"currency":"EUR"})";
    }
    return out + "]}";
  }

  /// Word by word, item by item, with none of the code under test.
  found_pairs reference() const {
    found_pairs out;
    for (const auto& a : alerts_)
      for (const auto& x : offers_.at(a.query))
        if (meets(a.when, x))
          out.emplace(a.name, x.id);
    return out;
  }

private:
  static constexpr size_t page_size = 5;

  size_t below(size_t n) { return std::uniform_int_distribution<size_t>{0, n - 1}(dice_); }

  std::string word() {
    static const std::vector<std::string> all{"lamp", "chair", "red", "blue", "old", "new", "oak", "small", "desk"};
    return all[below(all.size())];
  }

  static std::string title(const offer& x) {
    std::string out;
    for (const auto& w : x.words)
      out += (out.empty() ? "" : " ") + w;
    return out;
  }

  void add_source(const std::string& site, bool paged) {
    source_spec s;
    s.id = source_id{site};
    s.url = "https://" + site + ".test/search?q={query}&page={page}";
    s.extract.items = "results";
    s.extract.fields = {{"id", "id"}, {"title", "title"}, {"price", "price"}, {"currency", "currency"}};
    s.gate.min_interval = duration{200};
    s.gate.max_interval = duration{400};
    s.timeout = duration{8000};
    if (paged)
      s.paging = {paging_kind::page, 1, page_size, 4};
    if (site == "depot")
      s.gate.max_in_flight = 2;
    sources_.push_back(s);
  }

  void add_alert(size_t i, const std::string& site) {
    alert a;
    a.name = "alert " + std::to_string(i + 1);
    a.source = source_id{site};
    a.query = "thing" + std::to_string(i + 1);
    a.channels = {channel_id{"shop"}, channel_id{"mail"}};
    a.baseline = false;
    if (below(3) > 0)
      a.when.all = {word()};
    if (below(3) == 0)
      a.when.none = {word()};
    if (below(3) == 0)
      a.when.any = {word(), word()};
    if (below(2) == 0)
      a.when.price_max = static_cast<cents>(below(20000));
    alerts_.push_back(a);
    auto& offers = offers_[a.query];
    for (size_t n = below(18), k = 0; k < n; ++k) {
      offer x;
      x.id = a.query + "-" + std::to_string(k);
      for (size_t w = 1 + below(4); w > 0; --w)
        x.words.push_back(word());
      x.price = 1 + static_cast<int64_t>(below(20000)); // nothing costs 0: a page that says so has no price
      offers.push_back(x);
    }
  }

  static bool meets(const match_conditions& when, const offer& x) {
    auto has = [&](const std::string& w) { return std::find(x.words.begin(), x.words.end(), w) != x.words.end(); };
    if (!std::all_of(when.all.begin(), when.all.end(), has) || std::any_of(when.none.begin(), when.none.end(), has))
      return false;
    if (!when.any.empty() && !std::any_of(when.any.begin(), when.any.end(), has))
      return false;
    return !when.price_max || x.price <= *when.price_max;
  }

  std::mt19937_64 dice_;
  std::vector<source_spec> sources_;
  std::vector<alert> alerts_;
  std::map<std::string, std::vector<offer>> offers_;
};

} // namespace vigie::simulation
