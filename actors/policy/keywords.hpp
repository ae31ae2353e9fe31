// Keywords and titles in the form in which they are compared: words as numbers. Pure; a part of alert_match.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace vigie {

using word_number = uint32_t;
/// A word that no keyword needs.
inline constexpr word_number unknown_word = 0;

/// How a title is read: as it is, or without its accents.
enum class reading : uint8_t { plain, bare };

/// The words that some keyword needs; a title's other words are all the same to us.
class vocabulary {
public:
  word_number add(std::string_view word);
  word_number find(std::string_view word) const;
  bool empty() const { return numbers_.empty(); }

private:
  struct hash : std::hash<std::string_view> {
    using is_transparent = void;
  };
  std::unordered_map<std::string, word_number, hash, std::equal_to<>> numbers_;
};

/// One of the two is empty; both are when it is found nowhere.
struct keyword {
  std::string part;
  std::vector<word_number> in_a_row;
};

struct read_title {
  std::string text;
  std::vector<word_number> words;
};

keyword read_keyword(std::string_view text, reading how, vocabulary& known);
/// Into a title whose memory is used again.
void read_as(std::string_view title, reading how, const vocabulary& known, read_title& out);
bool found(const keyword& what, const read_title& title);

} // namespace vigie
