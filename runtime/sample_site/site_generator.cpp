// Made-up goods that look like a second-hand marketplace's, in French and English.
#include <array>
#include <cstdio>
#include <random>

#include "runtime/sample_site/site_items.hpp"

namespace vigie {

namespace {

using words_list = std::vector<std::string_view>;

struct goods {
  words_list kinds; // the noun
  words_list brands;
  words_list details; // behind the brand
  words_list sizes;   // empty = none
  cents low;
  cents high;
};

const std::array<goods, 6>& catalogue() {
  static const std::array<goods, 6> all{
      goods{{"Veste en jean", "Blouson", "Manteau d'hiver", "Doudoune légère", "Trench beige", "Denim jacket",
             "Rain coat"},
            {"Levi's", "Sézane", "Zara", "The North Face", "Uniqlo", "Comptoir des Cotonniers"},
            {"délavée", "vintage", "très bon état", "à capuche", "brodée", "oversize", "slim fit"},
            {"XS", "S", "M", "L", "XL"},
            1200,
            18000},
      goods{{"Robe d'été", "Jupe plissée", "Chemisier", "Pull en laine mérinos", "Summer dress", "Wool sweater"},
            {"Sézane", "Sandro", "Petit Bateau", "H&M", "Ba&sh", "Marks & Spencer"},
            {"à fleurs", "rayée", "bleu marine", "crème", "imprimé léopard", "hand made", "jamais portée"},
            {"34", "36", "38", "40", "42"},
            500,
            9500},
      goods{{"Baskets", "Bottines", "Sandales", "Sneakers", "Running shoes"},
            {"Nike", "Adidas", "New Balance", "Veja", "Dr. Martens"},
            {"Air Max 90", "Stan Smith", "574", "en cuir", "blanches", "edition limitée", "almost new"},
            {"37", "38", "39", "40", "41", "42", "43", "44"},
            1500,
            16000},
      goods{{"iPhone 12", "iPhone 13", "iPhone 14 Pro", "Galaxy S22", "Pixel 7", "Téléphone reconditionné"},
            {"Apple", "Samsung", "Google", "Xiaomi"},
            {"128 Go débloqué", "256 Go écran fissuré", "64 GB unlocked", "avec boîte d'origine", "batterie neuve"},
            {},
            9000,
            95000},
      goods{{"Console PS5", "Console Nintendo Switch OLED", "Xbox Series S", "Manette sans fil", "Game Boy Color",
             "Steam Deck"},
            {"Sony", "Nintendo", "Microsoft", "Valve"},
            {"édition Zelda", "avec 2 manettes", "1 To", "complète en boîte", "à réparer", "with dock"},
            {},
            2500,
            60000},
      goods{{"Étui pour téléphone", "Sac à main", "Montre", "Lunettes de soleil", "Écharpe", "Leather wallet"},
            {"Longchamp", "Casio", "Ray-Ban", "Spigen", "Fossil", "A.P.C."},
            {"noir", "en cuir véritable", "doré", "étanche", "neuf avec étiquette", "réf. 3025"},
            {},
            300,
            25000},
  };
  return all;
}

/// The standard's distributions differ between libraries; this does not.
class dice {
public:
  explicit dice(uint64_t seed) : engine_(seed) {}
  uint64_t below(uint64_t n) { return engine_() % n; }
  std::string_view one_of(const words_list& list) { return list[below(list.size())]; }

private:
  std::mt19937_64 engine_;
};

const words_list& conditions() {
  static const words_list all{"neuf", "comme neuf", "très bon état", "bon état", "satisfaisant"};
  return all;
}

item make_item(uint32_t number, dice& d) {
  const auto& from = catalogue()[d.below(catalogue().size())];
  char id[24];
  std::snprintf(id, sizeof id, "s-%06u", number);
  item out;
  out.id = item_id{id};
  out.brand = std::string{d.one_of(from.brands)};
  out.title = std::string{d.one_of(from.kinds)} + " " + *out.brand + " " + std::string{d.one_of(from.details)};
  if (!from.sizes.empty()) {
    out.size = std::string{d.one_of(from.sizes)};
    if (d.below(2) == 0)
      out.title += " taille " + *out.size;
  }
  if (d.below(12) == 0)
    out.title += " \xE2\x80\x93 envoi rapide !";
  auto steps = static_cast<uint64_t>((from.high - from.low) / 50 + 1);
  auto price = from.low + static_cast<cents>(d.below(steps)) * 50;
  if (d.below(5) == 0)
    price -= 1; // 12.49
  if (d.below(40) != 0)
    out.price = price;
  out.currency = std::string{"EUR"};
  out.condition = std::string{d.one_of(conditions())};
  if (d.below(15) == 0)
    out.brand.reset();
  out.url = "/items/" + out.id.value;
  out.photo = "/photos/" + out.id.value + ".svg";
  return out;
}

} // namespace

std::vector<item> generate_site_items(uint32_t count, uint64_t seed) {
  dice d{seed};
  std::vector<item> out;
  out.reserve(count);
  for (uint32_t i = 1; i <= count; ++i)
    out.push_back(make_item(i, d));
  return out;
}

} // namespace vigie
