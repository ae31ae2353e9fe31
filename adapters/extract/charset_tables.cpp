#include "adapters/extract/charset_tables.hpp"

#include <span>
#include <string>

#include <iconv.h>

namespace vigie {

namespace {

/// One of iconv's converters, asked one character at a time.
class converter {
public:
  explicit converter(const char* from, const char* to = "UTF-32LE") : handle_(::iconv_open(to, from)) {}
  converter(const converter&) = delete;
  converter& operator=(const converter&) = delete;
  ~converter() {
    if (good())
      ::iconv_close(handle_);
  }

  bool good() const { return handle_ != reinterpret_cast<iconv_t>(-1); }

  /// 0: these bytes are not exactly one character.
  uint32_t point(std::string_view bytes) {
    std::array<char, 4> in{};
    std::array<unsigned char, 16> room{};
    auto left = bytes.copy(in.data(), in.size());
    auto from = in.data();
    auto to = reinterpret_cast<char*>(room.data());
    auto free = room.size();
    ::iconv(handle_, nullptr, nullptr, nullptr, nullptr);
    bool read = ::iconv(handle_, &from, &left, &to, &free) != static_cast<size_t>(-1);
    // Some keep a character back that the next one might be joined with.
    ::iconv(handle_, nullptr, nullptr, &to, &free);
    if (!read || left > 0 || room.size() - free != 4)
      return 0;
    return room[0] | uint32_t{room[1]} << 8 | uint32_t{room[2]} << 16 | uint32_t{room[3]} << 24;
  }

  /// Empty: there is no such character.
  std::string bytes(uint32_t point) {
    std::array<char, 4> in{};
    std::array<char, 16> room{};
    for (size_t i = 0; i < in.size(); ++i)
      in[i] = static_cast<char>(point >> (8 * i) & 0xFF);
    auto from = in.data();
    auto left = in.size();
    auto to = room.data();
    auto free = room.size();
    ::iconv(handle_, nullptr, nullptr, nullptr, nullptr);
    bool read = ::iconv(handle_, &from, &left, &to, &free) != static_cast<size_t>(-1);
    return read ? std::string{room.data(), room.size() - free} : std::string{};
  }

private:
  iconv_t handle_;
};

/// Where the standard's index has another character than iconv, or one where iconv has none.
struct correction {
  uint16_t code;
  uint16_t point;
};
using corrections = std::span<const correction>;

constexpr correction koi8_u_said[] = {{0xAE, 0x045E}, {0xBE, 0x040E}};
constexpr correction macintosh_said[] = {{0xC6, 0x2206}, {0xF0, 0xF8FF}};
constexpr correction windows_1255_said[] = {{0xCA, 0x05BA}};
constexpr correction mac_cyrillic_said[] = {{0xFF, 0x20AC}};
constexpr correction gb18030_said[] = {{0xA3A0, 0x3000}, {0xFE51, 0xE816}, {0xFE52, 0xE817}, {0xFE53, 0xE818},
                                       {0xFE6C, 0xE831}, {0xFE76, 0xE83B}, {0xFE91, 0xE855}};
constexpr correction jis_0212_said[] = {{0xA2C3, 0x00A6}};
constexpr correction big5_said[] = {
    {0x8E69, 0x7BB8}, {0x8E6F, 0x7C06}, {0x8E7E, 0x7CCE}, {0x8EAB, 0x7DD2}, {0x8EB4, 0x7E1D}, {0x8ECD, 0x8005},
    {0x8ED0, 0x8028}, {0x8F57, 0x83C1}, {0x8F69, 0x84A8}, {0x8F6E, 0x840F}, {0x8FCB, 0x89A6}, {0x8FCC, 0x89A9},
    {0x8FFE, 0x8D77}, {0x906D, 0x90FD}, {0x907A, 0x92B9}, {0x90DC, 0x975C}, {0x90F1, 0x97FF}, {0x91BF, 0x9F16},
    {0x9244, 0x8503}, {0x92AF, 0x5159}, {0x92B0, 0x515B}, {0x92B1, 0x515D}, {0x92B2, 0x515E}, {0x92C8, 0x936E},
    {0x92D1, 0x7479}, {0x9447, 0x6D67}, {0x94CA, 0x799B}, {0x95D9, 0x9097}, {0x9644, 0x975D}, {0x96ED, 0x701E},
    {0x96FC, 0x5B28}, {0x9B76, 0x7201}, {0x9B78, 0x77D7}, {0x9B7B, 0x7E87}, {0x9BC6, 0x99D6}, {0x9BDE, 0x91D4},
    {0x9BEC, 0x60DE}, {0x9BF6, 0x6FB6}, {0x9C42, 0x8F36}, {0x9C53, 0x4FBB}, {0x9C62, 0x71DF}, {0x9C68, 0x9104},
    {0x9C6B, 0x9DF0}, {0x9C77, 0x83CF}, {0x9CBC, 0x5C10}, {0x9CBD, 0x79E3}, {0x9CD0, 0x5A67}, {0x9D57, 0x8F0B},
    {0x9D5A, 0x7B51}, {0x9DC4, 0x62D0}, {0x9EA9, 0x6062}, {0x9EEF, 0x75F9}, {0x9EFD, 0x6C4A}, {0x9F60, 0x9B2E},
    {0x9F66, 0x9F17}, {0x9FCB, 0x50ED}, {0x9FD8, 0x5F0C}, {0xA063, 0x880F}, {0xA077, 0x62CE}, {0xA0D5, 0x7468},
    {0xA0DF, 0x7162}, {0xA0E4, 0x7250}, {0xA145, 0x2027}, {0xA14E, 0xFE51}, {0xA15A, 0x2574}, {0xA1C2, 0x00AF},
    {0xA1C3, 0xFFE3}, {0xA1C5, 0x02CD}, {0xA1E3, 0xFF5E}, {0xA1F2, 0x2295}, {0xA1F3, 0x2299}, {0xA1FE, 0xFF0F},
    {0xA240, 0xFF3C}, {0xA241, 0x2215}, {0xA242, 0xFE68}, {0xA244, 0xFFE5}, {0xA246, 0xFFE0}, {0xA247, 0xFFE1},
    {0xA2CC, 0x5341}, {0xA2CE, 0x5345}, {0xA3C0, 0x2400}, {0xA3C1, 0x2401}, {0xA3C2, 0x2402}, {0xA3C3, 0x2403},
    {0xA3C4, 0x2404}, {0xA3C5, 0x2405}, {0xA3C6, 0x2406}, {0xA3C7, 0x2407}, {0xA3C8, 0x2408}, {0xA3C9, 0x2409},
    {0xA3CA, 0x240A}, {0xA3CB, 0x240B}, {0xA3CC, 0x240C}, {0xA3CD, 0x240D}, {0xA3CE, 0x240E}, {0xA3CF, 0x240F},
    {0xA3D0, 0x2410}, {0xA3D1, 0x2411}, {0xA3D2, 0x2412}, {0xA3D3, 0x2413}, {0xA3D4, 0x2414}, {0xA3D5, 0x2415},
    {0xA3D6, 0x2416}, {0xA3D7, 0x2417}, {0xA3D8, 0x2418}, {0xA3D9, 0x2419}, {0xA3DA, 0x241A}, {0xA3DB, 0x241B},
    {0xA3DC, 0x241C}, {0xA3DD, 0x241D}, {0xA3DE, 0x241E}, {0xA3DF, 0x241F}, {0xA3E0, 0x2421}, {0xA3E1, 0x20AC},
    {0xC6CF, 0x5EF4}, {0xC6D3, 0x65E0}, {0xC6D5, 0x7676}, {0xC6D7, 0x96B6}, {0xC6DE, 0x3003}, {0xC6DF, 0x4EDD},
    {0xFA5F, 0x5029}, {0xFA66, 0x507D}, {0xFABD, 0x5305}, {0xFAC5, 0x5344}, {0xFAD5, 0x537F}, {0xFB48, 0x5605},
    {0xFBB8, 0x5A77}, {0xFBF3, 0x5E75}, {0xFBF9, 0x5ED0}, {0xFC4F, 0x5F58}, {0xFC6C, 0x60A4}, {0xFCB9, 0x6490},
    {0xFCE2, 0x6674}, {0xFCF1, 0x675E}, {0xFDB7, 0x6C9C}, {0xFDB8, 0x6E1D}, {0xFDBB, 0x6E2F}, {0xFDF1, 0x716E},
    {0xFE52, 0x732A}, {0xFE6F, 0x745C}, {0xFEAA, 0x74E9}, {0xFEDD, 0x7809}};

struct single_source {
  charset from;
  const char* iconv_name;
  corrections said{};
};

const single_source singles[] = {
    {charset::ibm866, "IBM866"},
    {charset::iso_8859_2, "ISO-8859-2"},
    {charset::iso_8859_3, "ISO-8859-3"},
    {charset::iso_8859_4, "ISO-8859-4"},
    {charset::iso_8859_5, "ISO-8859-5"},
    {charset::iso_8859_6, "ISO-8859-6"},
    {charset::iso_8859_7, "ISO-8859-7"},
    {charset::iso_8859_8, "ISO-8859-8"},
    {charset::iso_8859_8_i, "ISO-8859-8"},
    {charset::iso_8859_10, "ISO-8859-10"},
    {charset::iso_8859_13, "ISO-8859-13"},
    {charset::iso_8859_14, "ISO-8859-14"},
    {charset::iso_8859_15, "ISO-8859-15"},
    {charset::iso_8859_16, "ISO-8859-16"},
    {charset::koi8_r, "KOI8-R"},
    {charset::koi8_u, "KOI8-U", koi8_u_said},
    {charset::macintosh, "MACINTOSH", macintosh_said},
    {charset::windows_874, "CP874"},
    {charset::windows_1250, "CP1250"},
    {charset::windows_1251, "CP1251"},
    {charset::windows_1252, "CP1252"},
    {charset::windows_1253, "CP1253"},
    {charset::windows_1254, "CP1254"},
    {charset::windows_1255, "CP1255", windows_1255_said},
    {charset::windows_1256, "CP1256"},
    {charset::windows_1257, "CP1257"},
    {charset::windows_1258, "CP1258"},
    {charset::x_mac_cyrillic, "MAC-CYRILLIC", mac_cyrillic_said},
};

single_byte_table make_single(const single_source& from) {
  single_byte_table out;
  converter ask{from.iconv_name};
  out.known = ask.good();
  if (!out.known)
    return out;
  for (size_t i = 0; i < out.points.size(); ++i) {
    auto byte = static_cast<char>(i + 0x80);
    out.points[i] = ask.point({&byte, 1});
    // What Windows left free between 0x80 and 0x9F is the control character of that number.
    if (out.points[i] == 0 && i < 0x20)
      out.points[i] = static_cast<uint32_t>(i + 0x80);
  }
  for (const auto& x : from.said)
    out.points[x.code - 0x80u] = x.point;
  return out;
}

double_byte_table make_double(const char* name, std::string prefix, corrections said) {
  double_byte_table out;
  converter ask{name};
  if (!ask.good())
    return out;
  out.points.reserve(double_byte_table::leads * double_byte_table::trails);
  auto bytes = prefix + "  ";
  for (size_t lead = 0; lead < double_byte_table::leads; ++lead)
    for (size_t trail = 0; trail < double_byte_table::trails; ++trail) {
      bytes[prefix.size()] = static_cast<char>(lead + 0x81);
      bytes[prefix.size() + 1] = static_cast<char>(trail + 0x40);
      out.points.push_back(ask.point(bytes));
    }
  for (const auto& x : said)
    out.points[(x.code / 256u - 0x81) * double_byte_table::trails + x.code % 256u - 0x40] = x.point;
  return out;
}

} // namespace

const single_byte_table* single_bytes(charset from) {
  static const auto all = [] {
    std::array<single_byte_table, std::size(singles)> out;
    for (size_t i = 0; i < out.size(); ++i)
      out[i] = make_single(singles[i]);
    return out;
  }();
  for (size_t i = 0; i < all.size(); ++i)
    if (singles[i].from == from)
      return &all[i];
  return nullptr;
}

const double_byte_table& big5_table() {
  static const auto x = make_double("BIG5-HKSCS", "", big5_said);
  return x;
}

const double_byte_table& gb18030_table() {
  static const auto x = make_double("GB18030", "", gb18030_said);
  return x;
}

const double_byte_table& euc_kr_table() {
  static const auto x = make_double("CP949", "", {});
  return x;
}

const double_byte_table& shift_jis_table() {
  static const auto x = make_double("CP932", "", {});
  return x;
}

const double_byte_table& jis_0212_table() {
  static const auto x = make_double("EUC-JP-MS", "\x8F", jis_0212_said);
  return x;
}

uint32_t gb18030_four_bytes(std::string_view bytes) {
  thread_local converter ask{"GB18030"};
  return ask.good() ? ask.point(bytes) : 0;
}

std::string gb18030_bytes_of(uint32_t point) {
  thread_local converter ask{"UTF-32LE", "GB18030"};
  return ask.good() ? ask.bytes(point) : std::string{};
}

} // namespace vigie
