#include "runtime/commands/display_width.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "actors/policy/plain_text.hpp"

namespace vigie {

namespace {

struct code_range {
  uint32_t first;
  uint32_t last;
};

// Both sorted. Of Unicode 14: marks and signs without a width of their own (Mn, Me, Cf, the later parts of a Hangul
// syllable), and what East_Asian_Width calls wide or full. Gaps of codes that are not assigned belong to either side.
constexpr std::array no_width{code_range{0x300, 0x36F},     code_range{0x483, 0x489},     code_range{0x591, 0x5BD},
                              code_range{0x5BF, 0x5BF},     code_range{0x5C1, 0x5C2},     code_range{0x5C4, 0x5C5},
                              code_range{0x5C7, 0x5C7},     code_range{0x600, 0x605},     code_range{0x610, 0x61A},
                              code_range{0x61C, 0x61C},     code_range{0x64B, 0x65F},     code_range{0x670, 0x670},
                              code_range{0x6D6, 0x6DD},     code_range{0x6DF, 0x6E4},     code_range{0x6E7, 0x6E8},
                              code_range{0x6EA, 0x6ED},     code_range{0x70F, 0x70F},     code_range{0x711, 0x711},
                              code_range{0x730, 0x74A},     code_range{0x7A6, 0x7B0},     code_range{0x7EB, 0x7F3},
                              code_range{0x7FD, 0x7FD},     code_range{0x816, 0x819},     code_range{0x81B, 0x823},
                              code_range{0x825, 0x827},     code_range{0x829, 0x82D},     code_range{0x859, 0x85B},
                              code_range{0x890, 0x89F},     code_range{0x8CA, 0x902},     code_range{0x93A, 0x93A},
                              code_range{0x93C, 0x93C},     code_range{0x941, 0x948},     code_range{0x94D, 0x94D},
                              code_range{0x951, 0x957},     code_range{0x962, 0x963},     code_range{0x981, 0x981},
                              code_range{0x9BC, 0x9BC},     code_range{0x9C1, 0x9C4},     code_range{0x9CD, 0x9CD},
                              code_range{0x9E2, 0x9E3},     code_range{0x9FE, 0xA02},     code_range{0xA3C, 0xA3C},
                              code_range{0xA41, 0xA51},     code_range{0xA70, 0xA71},     code_range{0xA75, 0xA75},
                              code_range{0xA81, 0xA82},     code_range{0xABC, 0xABC},     code_range{0xAC1, 0xAC8},
                              code_range{0xACD, 0xACD},     code_range{0xAE2, 0xAE3},     code_range{0xAFA, 0xB01},
                              code_range{0xB3C, 0xB3C},     code_range{0xB3F, 0xB3F},     code_range{0xB41, 0xB44},
                              code_range{0xB4D, 0xB56},     code_range{0xB62, 0xB63},     code_range{0xB82, 0xB82},
                              code_range{0xBC0, 0xBC0},     code_range{0xBCD, 0xBCD},     code_range{0xC00, 0xC00},
                              code_range{0xC04, 0xC04},     code_range{0xC3C, 0xC3C},     code_range{0xC3E, 0xC40},
                              code_range{0xC46, 0xC56},     code_range{0xC62, 0xC63},     code_range{0xC81, 0xC81},
                              code_range{0xCBC, 0xCBC},     code_range{0xCBF, 0xCBF},     code_range{0xCC6, 0xCC6},
                              code_range{0xCCC, 0xCCD},     code_range{0xCE2, 0xCE3},     code_range{0xD00, 0xD01},
                              code_range{0xD3B, 0xD3C},     code_range{0xD41, 0xD44},     code_range{0xD4D, 0xD4D},
                              code_range{0xD62, 0xD63},     code_range{0xD81, 0xD81},     code_range{0xDCA, 0xDCA},
                              code_range{0xDD2, 0xDD6},     code_range{0xE31, 0xE31},     code_range{0xE34, 0xE3A},
                              code_range{0xE47, 0xE4E},     code_range{0xEB1, 0xEB1},     code_range{0xEB4, 0xEBC},
                              code_range{0xEC8, 0xECD},     code_range{0xF18, 0xF19},     code_range{0xF35, 0xF35},
                              code_range{0xF37, 0xF37},     code_range{0xF39, 0xF39},     code_range{0xF71, 0xF7E},
                              code_range{0xF80, 0xF84},     code_range{0xF86, 0xF87},     code_range{0xF8D, 0xFBC},
                              code_range{0xFC6, 0xFC6},     code_range{0x102D, 0x1030},   code_range{0x1032, 0x1037},
                              code_range{0x1039, 0x103A},   code_range{0x103D, 0x103E},   code_range{0x1058, 0x1059},
                              code_range{0x105E, 0x1060},   code_range{0x1071, 0x1074},   code_range{0x1082, 0x1082},
                              code_range{0x1085, 0x1086},   code_range{0x108D, 0x108D},   code_range{0x109D, 0x109D},
                              code_range{0x1160, 0x11FF},   code_range{0x135D, 0x135F},   code_range{0x1712, 0x1714},
                              code_range{0x1732, 0x1733},   code_range{0x1752, 0x1753},   code_range{0x1772, 0x1773},
                              code_range{0x17B4, 0x17B5},   code_range{0x17B7, 0x17BD},   code_range{0x17C6, 0x17C6},
                              code_range{0x17C9, 0x17D3},   code_range{0x17DD, 0x17DD},   code_range{0x180B, 0x180F},
                              code_range{0x1885, 0x1886},   code_range{0x18A9, 0x18A9},   code_range{0x1920, 0x1922},
                              code_range{0x1927, 0x1928},   code_range{0x1932, 0x1932},   code_range{0x1939, 0x193B},
                              code_range{0x1A17, 0x1A18},   code_range{0x1A1B, 0x1A1B},   code_range{0x1A56, 0x1A56},
                              code_range{0x1A58, 0x1A60},   code_range{0x1A62, 0x1A62},   code_range{0x1A65, 0x1A6C},
                              code_range{0x1A73, 0x1A7F},   code_range{0x1AB0, 0x1B03},   code_range{0x1B34, 0x1B34},
                              code_range{0x1B36, 0x1B3A},   code_range{0x1B3C, 0x1B3C},   code_range{0x1B42, 0x1B42},
                              code_range{0x1B6B, 0x1B73},   code_range{0x1B80, 0x1B81},   code_range{0x1BA2, 0x1BA5},
                              code_range{0x1BA8, 0x1BA9},   code_range{0x1BAB, 0x1BAD},   code_range{0x1BE6, 0x1BE6},
                              code_range{0x1BE8, 0x1BE9},   code_range{0x1BED, 0x1BED},   code_range{0x1BEF, 0x1BF1},
                              code_range{0x1C2C, 0x1C33},   code_range{0x1C36, 0x1C37},   code_range{0x1CD0, 0x1CD2},
                              code_range{0x1CD4, 0x1CE0},   code_range{0x1CE2, 0x1CE8},   code_range{0x1CED, 0x1CED},
                              code_range{0x1CF4, 0x1CF4},   code_range{0x1CF8, 0x1CF9},   code_range{0x1DC0, 0x1DFF},
                              code_range{0x200B, 0x200F},   code_range{0x202A, 0x202E},   code_range{0x2060, 0x206F},
                              code_range{0x20D0, 0x20F0},   code_range{0x2CEF, 0x2CF1},   code_range{0x2D7F, 0x2D7F},
                              code_range{0x2DE0, 0x2DFF},   code_range{0x302A, 0x302D},   code_range{0x3099, 0x309A},
                              code_range{0xA66F, 0xA672},   code_range{0xA674, 0xA67D},   code_range{0xA69E, 0xA69F},
                              code_range{0xA6F0, 0xA6F1},   code_range{0xA802, 0xA802},   code_range{0xA806, 0xA806},
                              code_range{0xA80B, 0xA80B},   code_range{0xA825, 0xA826},   code_range{0xA82C, 0xA82C},
                              code_range{0xA8C4, 0xA8C5},   code_range{0xA8E0, 0xA8F1},   code_range{0xA8FF, 0xA8FF},
                              code_range{0xA926, 0xA92D},   code_range{0xA947, 0xA951},   code_range{0xA980, 0xA982},
                              code_range{0xA9B3, 0xA9B3},   code_range{0xA9B6, 0xA9B9},   code_range{0xA9BC, 0xA9BD},
                              code_range{0xA9E5, 0xA9E5},   code_range{0xAA29, 0xAA2E},   code_range{0xAA31, 0xAA32},
                              code_range{0xAA35, 0xAA36},   code_range{0xAA43, 0xAA43},   code_range{0xAA4C, 0xAA4C},
                              code_range{0xAA7C, 0xAA7C},   code_range{0xAAB0, 0xAAB0},   code_range{0xAAB2, 0xAAB4},
                              code_range{0xAAB7, 0xAAB8},   code_range{0xAABE, 0xAABF},   code_range{0xAAC1, 0xAAC1},
                              code_range{0xAAEC, 0xAAED},   code_range{0xAAF6, 0xAAF6},   code_range{0xABE5, 0xABE5},
                              code_range{0xABE8, 0xABE8},   code_range{0xABED, 0xABED},   code_range{0xFB1E, 0xFB1E},
                              code_range{0xFE00, 0xFE0F},   code_range{0xFE20, 0xFE2F},   code_range{0xFEFF, 0xFEFF},
                              code_range{0xFFF9, 0xFFFB},   code_range{0x101FD, 0x101FD}, code_range{0x102E0, 0x102E0},
                              code_range{0x10376, 0x1037A}, code_range{0x10A01, 0x10A0F}, code_range{0x10A38, 0x10A3F},
                              code_range{0x10AE5, 0x10AE6}, code_range{0x10D24, 0x10D27}, code_range{0x10EAB, 0x10EAC},
                              code_range{0x10F46, 0x10F50}, code_range{0x10F82, 0x10F85}, code_range{0x11001, 0x11001},
                              code_range{0x11038, 0x11046}, code_range{0x11070, 0x11070}, code_range{0x11073, 0x11074},
                              code_range{0x1107F, 0x11081}, code_range{0x110B3, 0x110B6}, code_range{0x110B9, 0x110BA},
                              code_range{0x110BD, 0x110BD}, code_range{0x110C2, 0x110CD}, code_range{0x11100, 0x11102},
                              code_range{0x11127, 0x1112B}, code_range{0x1112D, 0x11134}, code_range{0x11173, 0x11173},
                              code_range{0x11180, 0x11181}, code_range{0x111B6, 0x111BE}, code_range{0x111C9, 0x111CC},
                              code_range{0x111CF, 0x111CF}, code_range{0x1122F, 0x11231}, code_range{0x11234, 0x11234},
                              code_range{0x11236, 0x11237}, code_range{0x1123E, 0x1123E}, code_range{0x112DF, 0x112DF},
                              code_range{0x112E3, 0x112EA}, code_range{0x11300, 0x11301}, code_range{0x1133B, 0x1133C},
                              code_range{0x11340, 0x11340}, code_range{0x11366, 0x11374}, code_range{0x11438, 0x1143F},
                              code_range{0x11442, 0x11444}, code_range{0x11446, 0x11446}, code_range{0x1145E, 0x1145E},
                              code_range{0x114B3, 0x114B8}, code_range{0x114BA, 0x114BA}, code_range{0x114BF, 0x114C0},
                              code_range{0x114C2, 0x114C3}, code_range{0x115B2, 0x115B5}, code_range{0x115BC, 0x115BD},
                              code_range{0x115BF, 0x115C0}, code_range{0x115DC, 0x115DD}, code_range{0x11633, 0x1163A},
                              code_range{0x1163D, 0x1163D}, code_range{0x1163F, 0x11640}, code_range{0x116AB, 0x116AB},
                              code_range{0x116AD, 0x116AD}, code_range{0x116B0, 0x116B5}, code_range{0x116B7, 0x116B7},
                              code_range{0x1171D, 0x1171F}, code_range{0x11722, 0x11725}, code_range{0x11727, 0x1172B},
                              code_range{0x1182F, 0x11837}, code_range{0x11839, 0x1183A}, code_range{0x1193B, 0x1193C},
                              code_range{0x1193E, 0x1193E}, code_range{0x11943, 0x11943}, code_range{0x119D4, 0x119DB},
                              code_range{0x119E0, 0x119E0}, code_range{0x11A01, 0x11A0A}, code_range{0x11A33, 0x11A38},
                              code_range{0x11A3B, 0x11A3E}, code_range{0x11A47, 0x11A47}, code_range{0x11A51, 0x11A56},
                              code_range{0x11A59, 0x11A5B}, code_range{0x11A8A, 0x11A96}, code_range{0x11A98, 0x11A99},
                              code_range{0x11C30, 0x11C3D}, code_range{0x11C3F, 0x11C3F}, code_range{0x11C92, 0x11CA7},
                              code_range{0x11CAA, 0x11CB0}, code_range{0x11CB2, 0x11CB3}, code_range{0x11CB5, 0x11CB6},
                              code_range{0x11D31, 0x11D45}, code_range{0x11D47, 0x11D47}, code_range{0x11D90, 0x11D91},
                              code_range{0x11D95, 0x11D95}, code_range{0x11D97, 0x11D97}, code_range{0x11EF3, 0x11EF4},
                              code_range{0x13430, 0x13438}, code_range{0x16AF0, 0x16AF4}, code_range{0x16B30, 0x16B36},
                              code_range{0x16F4F, 0x16F4F}, code_range{0x16F8F, 0x16F92}, code_range{0x16FE4, 0x16FE4},
                              code_range{0x1BC9D, 0x1BC9E}, code_range{0x1BCA0, 0x1CF46}, code_range{0x1D167, 0x1D169},
                              code_range{0x1D173, 0x1D182}, code_range{0x1D185, 0x1D18B}, code_range{0x1D1AA, 0x1D1AD},
                              code_range{0x1D242, 0x1D244}, code_range{0x1DA00, 0x1DA36}, code_range{0x1DA3B, 0x1DA6C},
                              code_range{0x1DA75, 0x1DA75}, code_range{0x1DA84, 0x1DA84}, code_range{0x1DA9B, 0x1DAAF},
                              code_range{0x1E000, 0x1E02A}, code_range{0x1E130, 0x1E136}, code_range{0x1E2AE, 0x1E2AE},
                              code_range{0x1E2EC, 0x1E2EF}, code_range{0x1E8D0, 0x1E8D6}, code_range{0x1E944, 0x1E94A},
                              code_range{0xE0001, 0xE01EF}};
constexpr std::array double_width{
    code_range{0x1100, 0x115F},   code_range{0x231A, 0x231B},   code_range{0x2329, 0x232A},
    code_range{0x23E9, 0x23EC},   code_range{0x23F0, 0x23F0},   code_range{0x23F3, 0x23F3},
    code_range{0x25FD, 0x25FE},   code_range{0x2614, 0x2615},   code_range{0x2648, 0x2653},
    code_range{0x267F, 0x267F},   code_range{0x2693, 0x2693},   code_range{0x26A1, 0x26A1},
    code_range{0x26AA, 0x26AB},   code_range{0x26BD, 0x26BE},   code_range{0x26C4, 0x26C5},
    code_range{0x26CE, 0x26CE},   code_range{0x26D4, 0x26D4},   code_range{0x26EA, 0x26EA},
    code_range{0x26F2, 0x26F3},   code_range{0x26F5, 0x26F5},   code_range{0x26FA, 0x26FA},
    code_range{0x26FD, 0x26FD},   code_range{0x2705, 0x2705},   code_range{0x270A, 0x270B},
    code_range{0x2728, 0x2728},   code_range{0x274C, 0x274C},   code_range{0x274E, 0x274E},
    code_range{0x2753, 0x2755},   code_range{0x2757, 0x2757},   code_range{0x2795, 0x2797},
    code_range{0x27B0, 0x27B0},   code_range{0x27BF, 0x27BF},   code_range{0x2B1B, 0x2B1C},
    code_range{0x2B50, 0x2B50},   code_range{0x2B55, 0x2B55},   code_range{0x2E80, 0x3029},
    code_range{0x302E, 0x303E},   code_range{0x3041, 0x3096},   code_range{0x309B, 0x3247},
    code_range{0x3250, 0x4DBF},   code_range{0x4E00, 0xA4C6},   code_range{0xA960, 0xA97C},
    code_range{0xAC00, 0xD7A3},   code_range{0xF900, 0xFAD9},   code_range{0xFE10, 0xFE19},
    code_range{0xFE30, 0xFE6B},   code_range{0xFF01, 0xFF60},   code_range{0xFFE0, 0xFFE6},
    code_range{0x16FE0, 0x16FE3}, code_range{0x16FF0, 0x1B2FB}, code_range{0x1F004, 0x1F004},
    code_range{0x1F0CF, 0x1F0CF}, code_range{0x1F18E, 0x1F18E}, code_range{0x1F191, 0x1F19A},
    code_range{0x1F200, 0x1F320}, code_range{0x1F32D, 0x1F335}, code_range{0x1F337, 0x1F37C},
    code_range{0x1F37E, 0x1F393}, code_range{0x1F3A0, 0x1F3CA}, code_range{0x1F3CF, 0x1F3D3},
    code_range{0x1F3E0, 0x1F3F0}, code_range{0x1F3F4, 0x1F3F4}, code_range{0x1F3F8, 0x1F43E},
    code_range{0x1F440, 0x1F440}, code_range{0x1F442, 0x1F4FC}, code_range{0x1F4FF, 0x1F53D},
    code_range{0x1F54B, 0x1F54E}, code_range{0x1F550, 0x1F567}, code_range{0x1F57A, 0x1F57A},
    code_range{0x1F595, 0x1F596}, code_range{0x1F5A4, 0x1F5A4}, code_range{0x1F5FB, 0x1F64F},
    code_range{0x1F680, 0x1F6C5}, code_range{0x1F6CC, 0x1F6CC}, code_range{0x1F6D0, 0x1F6D2},
    code_range{0x1F6D5, 0x1F6DF}, code_range{0x1F6EB, 0x1F6EC}, code_range{0x1F6F4, 0x1F6FC},
    code_range{0x1F7E0, 0x1F7F0}, code_range{0x1F90C, 0x1F93A}, code_range{0x1F93C, 0x1F945},
    code_range{0x1F947, 0x1F9FF}, code_range{0x1FA70, 0x1FAF6}, code_range{0x20000, 0x3134A}};

template <size_t N>
bool within(const std::array<code_range, N>& ranges, uint32_t x) {
  auto i = std::upper_bound(ranges.begin(), ranges.end(), x, [](uint32_t v, const auto& r) { return v < r.first; });
  return i != ranges.begin() && x <= std::prev(i)->last;
}

size_t width_of(uint32_t x) {
  return x < no_width[0].first ? 1 : within(no_width, x) ? 0 : within(double_width, x) ? 2 : 1;
}

} // namespace

size_t take_sign(std::string_view& text, std::string_view& bytes) {
  if (text.starts_with("\x1b[")) {
    auto end = std::find_if(text.begin() + 2, text.end(), [](char c) { return c >= '@' && c <= '~'; });
    bytes = text.substr(0, static_cast<size_t>(end - text.begin()) + (end == text.end() ? 0 : 1));
    text.remove_prefix(bytes.size());
    return 0;
  }
  auto length = utf8_length(text, 0);
  bytes = text.substr(0, std::max<size_t>(1, length));
  text.remove_prefix(bytes.size());
  return length == 0 ? 1 : width_of(utf8_code_point(bytes));
}

size_t display_width(std::string_view text) {
  size_t out = 0;
  std::string_view bytes;
  while (!text.empty())
    out += take_sign(text, bytes);
  return out;
}

std::string cut_to_width(std::string_view text, size_t columns) {
  if (display_width(text) <= columns)
    return std::string{text};
  if (columns == 0)
    return {};
  std::string out;
  std::string_view bytes;
  size_t used = 0;
  while (!text.empty()) {
    auto width = take_sign(text, bytes);
    if (used + width + 1 > columns)
      break;
    used += width;
    out += bytes;
  }
  return out + "…";
}

namespace {

/// Lines that grow word by word.
class wrapping {
public:
  wrapping(size_t columns, size_t hang) : columns_(columns), hang_(hang) {}

  void put_space() {
    put_word();
    // What would stand at the start of a following line is left out there, and indentation leaves room for a sign.
    if (has_text_ || (out_.empty() && width_ + 2 < columns_)) {
      line_ += ' ';
      ++width_;
    }
  }

  void put_sign(std::string_view bytes, size_t width, breaks how) {
    auto before = has_text_ ? hang_ : width_;
    if (how == breaks::anywhere && word_width_ + width > std::max(columns_, before + 2) - before)
      put_word();
    word_ += bytes;
    word_width_ += width;
  }

  std::vector<std::string> finish() && {
    put_word();
    end_line();
    return std::move(out_);
  }

private:
  void put_word() {
    if (word_.empty())
      return;
    if (has_text_ && width_ + word_width_ > columns_)
      end_line();
    line_ += std::exchange(word_, {});
    width_ += std::exchange(word_width_, 0);
    has_text_ = true;
  }

  void end_line() {
    line_.erase(line_.find_last_not_of(' ') + 1);
    out_.push_back(std::exchange(line_, std::string(hang_, ' ')));
    width_ = hang_;
    has_text_ = false;
  }

  size_t columns_;
  size_t hang_;
  std::vector<std::string> out_;
  std::string line_;
  std::string word_;
  size_t width_ = 0;
  size_t word_width_ = 0;
  bool has_text_ = false;
};

} // namespace

std::vector<std::string> wrapped(std::string_view text, size_t columns, size_t hang, breaks how) {
  wrapping out{columns, hang};
  std::string_view bytes;
  while (!text.empty())
    if (auto width = take_sign(text, bytes); bytes == " ")
      out.put_space();
    else
      out.put_sign(bytes, width, how);
  return std::move(out).finish();
}

} // namespace vigie
