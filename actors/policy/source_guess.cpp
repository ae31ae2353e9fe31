#include "actors/policy/source_guess.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <initializer_list>
#include <set>
#include <string_view>

#include "actors/policy/ascii.hpp"
#include "actors/policy/ip_address.hpp"
#include "actors/policy/money.hpp"
#include "actors/policy/url_template.hpp"

namespace vigie {

namespace {

using form = listed_value::form;

constexpr size_t longest_price = 40;  // bytes; a longer text only mentions one
constexpr size_t longest_title = 300; // bytes; a longer text is a description
constexpr size_t good_title = 40;     // bytes; shorter ones are as often the words of a menu

/// "unitPrice_EUR" is unit, price, eur.
std::vector<std::string> words_of(std::string_view name) {
  std::vector<std::string> out;
  bool inside = false;
  bool was_small = false;
  for (char c : name) {
    if (!is_alphanumeric(c)) {
      inside = false;
      continue;
    }
    bool capital = c >= 'A' && c <= 'Z';
    if (!inside || (capital && was_small))
      out.emplace_back();
    out.back() += lower(c);
    inside = true;
    was_small = !capital;
  }
  return out;
}

/// How well a name says one of `words`, the first of which says it best: 0 = not at all. A word at the end counts more.
double said(const listed_value& x, std::initializer_list<std::string_view> words) {
  auto all = words_of(x.name);
  double best = 0;
  double worth = static_cast<double>(words.size()) + 1;
  for (auto word : words) {
    for (size_t i = 0; i < all.size(); ++i)
      if (all[i] == word)
        best = std::max(best, worth + (i + 1 == all.size() ? 0.5 : 0) - 0.1 * static_cast<double>(all.size() - 1));
    worth -= 1;
  }
  return best;
}

/// What the samples of one value say together.
struct sample_counts {
  size_t all = 0;
  size_t there = 0;
  size_t different = 0;
  size_t bytes = 0;
  double share() const { return all == 0 ? 0 : static_cast<double>(there) / static_cast<double>(all); }
  double variety() const { return there == 0 ? 0 : static_cast<double>(different) / static_cast<double>(there); }
  double length() const { return there == 0 ? 0 : static_cast<double>(bytes) / static_cast<double>(there); }
};

sample_counts count_samples(const listed_value& x) {
  sample_counts out;
  std::set<std::string_view> seen;
  for (const auto& sample : x.samples) {
    ++out.all;
    if (sample.empty())
      continue;
    ++out.there;
    out.bytes += sample.size();
    seen.insert(sample);
  }
  out.different = seen.size();
  return out;
}

bool looks_like_address(std::string_view x) {
  return x.starts_with("http://") || x.starts_with("https://") || x.starts_with("/");
}

template <class F>
double share_of(const listed_value& x, F&& is_one) {
  size_t there = 0;
  size_t good = 0;
  for (const auto& sample : x.samples)
    if (!sample.empty()) {
      ++there;
      good += is_one(sample) ? 1 : 0;
    }
  return there == 0 ? 0 : static_cast<double>(good) / static_cast<double>(there);
}

double prices(const listed_value& x) {
  return share_of(x, [](const std::string& text) {
    auto read = text.size() <= longest_price ? parse_price(text) : fail(errc::bad_request, "");
    return read && read->lowest && is_price(*read->lowest);
  });
}

double marked_prices(const listed_value& x) {
  return share_of(x, [](const std::string& text) {
    auto read = text.size() <= longest_price ? parse_price(text) : fail(errc::bad_request, "");
    return read && read->lowest && is_price(*read->lowest) && !read->currency.empty();
  });
}

double addresses(const listed_value& x) {
  return share_of(x, looks_like_address);
}

// How well a value is each field; 0 = it is not.

double as_id(const listed_value& x) {
  auto n = count_samples(x);
  if (n.share() < 0.9 || n.variety() < 1 || x.looks == form::picture || n.length() > 300)
    return 0;
  if (auto name = said(x, {"id", "uuid", "guid", "sku", "asin", "ean", "gtin", "isbn", "ref", "reference", "code",
                           "number", "slug", "key"});
      name > 0 && x.looks != form::link)
    return 10 + name;
  return x.looks == form::link ? 5 : addresses(x) > 0.9 ? 4 : 0;
}

double as_title(const listed_value& x) {
  auto n = count_samples(x);
  if (x.looks != form::text || n.share() < 0.8 || n.length() > longest_title || addresses(x) > 0.5)
    return 0;
  auto name = said(x, {"title", "name", "headline", "h1", "h2", "h3", "h4", "h5", "label", "subject", "heading",
                       "titre", "titel", "titulo", "nom", "nombre", "caption", "a"});
  bool tells_apart = n.variety() > 0.5 && prices(x) < 0.5;
  if (name > 0)
    return tells_apart ? 20 + name : 0.5;
  return tells_apart && !x.whole ? 1 + std::min(n.length(), 100.0) / 100 : 0;
}

double as_price(const listed_value& x) {
  if (x.looks == form::link || x.looks == form::picture)
    return 0;
  auto name = said(x, {"price", "amount", "prix", "preis", "precio", "prezzo", "preco", "prijs", "cost", "value"});
  if (name > 0 && prices(x) > 0.5)
    return 10 + name;
  return marked_prices(x) > 0.5 ? 5 - (x.whole ? 1 : 0) : 0;
}

double as_currency(const listed_value& x) {
  auto codes = share_of(x, [](const std::string& text) {
    return text.size() == 3 && std::all_of(text.begin(), text.end(), [](char c) { return c >= 'A' && c <= 'Z'; });
  });
  auto name = said(x, {"currency", "devise", "waehrung", "moneda"});
  return codes > 0.9 ? name : 0;
}

double says_picture(const listed_value& x) {
  return said(x, {"photo", "image", "img", "picture", "thumbnail", "thumb", "images", "photos"});
}

double as_url(const listed_value& x) {
  if (x.looks == form::link)
    return 10;
  if (addresses(x) < 0.5 || says_picture(x) > 0)
    return 0;
  return said(x, {"url", "link", "href", "permalink", "uri", "web"});
}

double as_photo(const listed_value& x) {
  if (x.looks == form::picture)
    return 10;
  return addresses(x) > 0.5 ? says_picture(x) : 0;
}

double as_word(const listed_value& x, std::initializer_list<std::string_view> words) {
  auto n = count_samples(x);
  bool text = x.looks == form::text && !x.whole && n.length() <= 60 && addresses(x) < 0.5;
  return text && n.share() > 0.2 ? said(x, words) : 0;
}

struct field_sense {
  const char* field;
  double (*fits)(const listed_value&);
};

/// In the order in which they choose; what one has taken the later ones may only share where it says so.
constexpr std::array senses{
    field_sense{"id", as_id},
    field_sense{"title", as_title},
    field_sense{"price", as_price},
    field_sense{"currency", as_currency},
    field_sense{"brand",
                [](const listed_value& x) {
                  return as_word(x, {"brand", "manufacturer", "marque", "marke", "marca", "maker"});
                }},
    field_sense{"size",
                [](const listed_value& x) {
                  return as_word(x, {"size", "taille", "groesse", "talla", "maat"});
                }},
    field_sense{"condition",
                [](const listed_value& x) {
                  return as_word(x, {"condition", "etat", "zustand", "estado", "conditie"});
                }},
    field_sense{"url", as_url},
    field_sense{"photo", as_photo},
};

bool may_share(std::string_view field) {
  return field == "url"; // an address is often the id, too
}

list_guess guess_list(const listed_entries& list) {
  list_guess out;
  out.items = list.items;
  out.count = list.count;
  std::set<const listed_value*> taken;
  const listed_value* title = nullptr;
  for (const auto& sense : senses) {
    const listed_value* best = nullptr;
    double most = 0;
    for (const auto& x : list.values)
      if (auto fits = may_share(sense.field) || !taken.contains(&x) ? sense.fits(x) : 0; fits > most) {
        most = fits;
        best = &x;
      }
    if (!best)
      continue;
    taken.insert(best);
    out.fields[sense.field] = best->path;
    if (std::string_view{sense.field} == "title")
      title = best;
  }
  if (!out.fields.contains("id") || !title)
    return out;
  // Many, with long names, with prices and pictures: that is what the page is about.
  auto named = std::min(count_samples(*title).length(), static_cast<double>(good_title)) / good_title;
  auto has = [&](const char* field) { return out.fields.contains(field) ? 1.0 : 0.0; };
  out.weight = std::sqrt(static_cast<double>(std::min<uint64_t>(list.count, 100))) * (0.2 + named) *
               (1 + 2 * has("price") + has("photo") + 0.5 * has("url"));
  if (list.at_edge)
    out.weight /= 20;
  return out;
}

std::string decoded(std::string_view text) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && i + 2 < text.size() && hex_digit(text[i + 1]) >= 0 && hex_digit(text[i + 2]) >= 0) {
      out += static_cast<char>(hex_digit(text[i + 1]) * 16 + hex_digit(text[i + 2]));
      i += 2;
    } else {
      out += text[i] == '+' ? ' ' : text[i];
    }
  }
  return out;
}

bool is_one_of(std::string_view x, std::initializer_list<std::string_view> words) {
  return std::any_of(words.begin(), words.end(), [&](auto word) { return equal_ignoring_case(x, word); });
}

bool read_number(std::string_view text, uint32_t& out) {
  auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), out);
  return !text.empty() && problem == std::errc{} && end == text.data() + text.size();
}

/// One "name=value" of the query part, as the template has it.
std::string guess_parameter(std::string_view part, address_guess& out) {
  auto equals = part.find('=');
  auto name = part.substr(0, equals);
  auto value = equals == part.npos ? std::string_view{} : part.substr(equals + 1);
  uint32_t number = 0;
  if (equals == part.npos)
    return std::string{part};
  if (!out.has_query && is_one_of(name, {"q", "query", "search", "search_text", "searchterm", "s", "k", "kw", "keyword",
                                         "keywords", "text", "term", "recherche", "_nkw"})) {
    out.has_query = true;
    out.query = decoded(value);
    return std::string{name} + "={query}";
  }
  if (!out.has_page && is_one_of(name, {"page", "p", "pg", "seite"}) && read_number(value, number)) {
    out.has_page = true;
    out.page = number;
    return std::string{name} + "={page}";
  }
  if (is_one_of(name, {"per_page", "page_size", "pagesize", "limit", "size", "rows"}) && read_number(value, number) &&
      number > 0 && number <= 1000)
    out.page_size = number;
  return std::string{part};
}

} // namespace

std::vector<list_guess> guess_lists(const std::vector<listed_entries>& lists) {
  std::vector<list_guess> out;
  for (const auto& list : lists)
    if (auto guess = guess_list(list); guess.weight > 0)
      out.push_back(std::move(guess));
  std::stable_sort(out.begin(), out.end(), [](const auto& a, const auto& b) { return a.weight > b.weight; });
  return out;
}

address_guess guess_address(const std::string& url) {
  address_guess out;
  out.url = url;
  auto parsed = url_template::parse(url);
  if (!parsed)
    return out;
  auto fragment = url.find('#');
  auto question = url.find('?');
  if (parsed->has_query() || parsed->has_page() || parsed->has_offset() || parsed->has_cursor()) {
    out.has_query = parsed->has_query();
    out.has_page = parsed->has_page();
    return out;
  }
  out.url = url.substr(0, std::min(question, fragment));
  if (question == url.npos || question > fragment)
    return out;
  auto rest = std::string_view{url}.substr(question + 1, fragment == url.npos ? url.npos : fragment - question - 1);
  char before = '?';
  while (!rest.empty()) {
    auto end = std::min(rest.find('&'), rest.size());
    out.url += before + guess_parameter(rest.substr(0, end), out);
    before = '&';
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  if (!out.has_page)
    out.page_size = 0;
  return out;
}

std::string guess_source_name(const std::string& url) {
  auto parsed = parse_url(url);
  if (!parsed || parse_ip(parsed->host) || parsed->host == "localhost")
    return "site";
  std::string_view host = parsed->host;
  if (host.starts_with("www.") && host.find('.', 4) != host.npos)
    host.remove_prefix(4);
  auto label = host.substr(0, std::min(host.find('.'), size_t{63}));
  return label.empty() || !is_alphanumeric(label.front()) ? "site" : std::string{label};
}

} // namespace vigie
