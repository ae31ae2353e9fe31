#include "adapters/extract/feed_mending.hpp"

#include <algorithm>
#include <array>

#include "actors/policy/ascii.hpp"
#include "actors/policy/unicode.hpp"
#include "adapters/extract/html_references.hpp"

namespace vigie {

namespace {

constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";
constexpr size_t declaration_within = 16 << 10;

bool begins_name(char c) {
  return is_letter(c) || c == '_' || c == ':' || (c & 0x80) != 0;
}

bool goes_on_name(char c) {
  return begins_name(c) || is_digit(c) || c == '-' || c == '.';
}

bool is_character(uint32_t point) {
  return point == '\t' || point == '\n' || point == '\r' || (point >= 0x20 && point <= 0xD7FF) ||
         (point >= 0xE000 && point <= 0xFFFD) || (point >= 0x10000 && point <= 0x10FFFF);
}

/// 0: HTML has no such name, or it means more than one character.
uint32_t character_named(std::string_view name) {
  std::string characters;
  if (!append_html_name(name, characters))
    return 0;
  std::string_view rest{characters};
  auto first = take_code_point(rest);
  return rest.empty() ? static_cast<uint32_t>(first) : 0;
}

/// The bytes at the front that are no character of XML; 0 if there is one.
size_t foreign_length(std::string_view text) {
  auto c = static_cast<unsigned char>(text.front());
  if (c < 0x20)
    return is_blank(text.front()) ? 0 : 1;
  // U+FFFE and U+FFFF
  return text.starts_with("\xef\xbf\xbe") || text.starts_with("\xef\xbf\xbf") ? 3 : 0;
}

struct mend_kind {
  std::string_view one, many;
};
enum kind : size_t {
  before_declaration,
  text_before_declaration,
  foreign_character,
  named_character,
  bare_and,
  bare_less,
  loose_comment,
  doctype,
  behind_root
};
constexpr std::array kinds{
    mend_kind{"what stands before the XML declaration was passed over", ""},
    mend_kind{"text before the XML declaration was left out", ""},
    mend_kind{"a control character was left out", "control characters were left out"},
    mend_kind{"a character by HTML's name, which XML does not have, was read",
              "characters by HTML's names, which XML does not have, were read"},
    mend_kind{"an & that begins no reference was taken as it is", "& that begin no references were taken as they are"},
    mend_kind{"a < that begins no tag was taken as it is", "< that begin no tags were taken as they are"},
    mend_kind{"a comment with -- in it was left out", "comments with -- in them were left out"},
    mend_kind{"a document type with entities of HTML's names was left out", ""},
    mend_kind{"what stands behind the end of the feed was left out", ""},
};

class mender {
public:
  mender(std::string_view page, size_t max_bytes) : rest_(page), max_bytes_(max_bytes) {}

  std::optional<mended_page> run() {
    out_.reserve(rest_.size() + rest_.size() / 64);
    read_declaration();
    while (!rest_.empty() && !hopeless_) {
      step();
      hopeless_ = hopeless_ || out_.size() > max_bytes_;
    }
    cut_behind_root();
    bool mended = std::any_of(seen_.begin(), seen_.end(), [](const found& x) { return x.count > 0; });
    if (hopeless_ || !mended)
      return std::nullopt;
    mended_page page{std::move(out_), {}};
    for (size_t i = 0; i < kinds.size(); ++i)
      if (const auto& x = seen_[i]; x.count > 0)
        page.notes.push_back(page_note{std::string{kinds[i].one}, std::string{kinds[i].many},
                                       "line " + std::to_string(x.line), x.count});
    return page;
  }

private:
  struct found {
    uint64_t count = 0;
    size_t line = 0; ///< of the first
  };

  void saw(kind what) {
    auto& x = seen_[what];
    if (x.count++ == 0)
      x.line = line_;
  }

  void keep(size_t length) {
    line_ += static_cast<size_t>(std::count(rest_.begin(), rest_.begin() + static_cast<long>(length), '\n'));
    out_ += rest_.substr(0, length);
    rest_.remove_prefix(length);
  }

  /// But its line feeds, so that lines keep their numbers.
  void drop(size_t length) {
    auto lines = static_cast<size_t>(std::count(rest_.begin(), rest_.begin() + static_cast<long>(length), '\n'));
    line_ += lines;
    out_.append(lines, '\n');
    rest_.remove_prefix(length);
  }

  /// The length of what begins here, through `end`; all that is left if that is missing.
  size_t through(std::string_view end) const {
    auto at = rest_.find(end);
    return at == rest_.npos ? rest_.size() : at + end.size();
  }

  void read_declaration() {
    auto page = rest_;
    auto at = page;
    while (!at.empty()) {
      if (is_blank(at.front()) || foreign_length(at) > 0)
        at.remove_prefix(std::max<size_t>(foreign_length(at), 1));
      else if (at.starts_with(byte_order_mark))
        at.remove_prefix(byte_order_mark.size());
      else if (auto end = at.find("-->"); at.starts_with("<!--") && end != at.npos)
        at.remove_prefix(end + 3);
      else
        break;
    }
    auto found = page.substr(0, declaration_within).find("<?xml ");
    long lines = 0;
    if (found != page.npos && !at.starts_with("<?xml")) {
      saw(text_before_declaration); // what a script complains of, as a rule
      at = page.substr(found);
      lines = std::count(page.begin(), page.begin() + static_cast<long>(found), '\n');
      page = at;
    }
    auto before = page.substr(0, page.size() - at.size());
    if (before.find(byte_order_mark) != before.npos || (!before.empty() && at.starts_with("<?xml")))
      saw(before_declaration);
    if (at.starts_with("<?xml") && at.size() > 5 && is_blank(at[5])) {
      auto end = std::min(at.find("?>"), at.size() - 2) + 2;
      out_ += at.substr(0, end);
      at.remove_prefix(end);
    }
    out_.append(static_cast<size_t>(lines), '\n');
    line_ += static_cast<size_t>(lines);
    // What stood before it, but no marks: those are characters here.
    auto whole = rest_;
    rest_ = before;
    while (!rest_.empty())
      rest_.starts_with(byte_order_mark) ? drop(byte_order_mark.size()) : step();
    rest_ = whole.substr(whole.size() - at.size());
  }

  void step() {
    if (rest_.front() == '&')
      return read_reference();
    if (rest_.front() == '<')
      return read_markup();
    if (auto length = foreign_length(rest_)) {
      saw(foreign_character);
      return drop(length);
    }
    keep(plain_length(rest_.size()));
  }

  /// How far nothing has to be looked at, from the front's second byte on.
  size_t plain_length(size_t most) const {
    auto end = rest_.begin() + static_cast<long>(most);
    auto at = std::find_if(rest_.begin() + 1, end, [](char c) {
      return c == '&' || c == '<' || c == '\xef' || (static_cast<unsigned char>(c) < 0x20 && !is_blank(c));
    });
    return static_cast<size_t>(at - rest_.begin());
  }

  void read_markup() {
    if (rest_.starts_with("<!--"))
      return read_comment();
    if (rest_.starts_with("<![CDATA["))
      return read_plain(through("]]>"));
    if (rest_.starts_with("<?"))
      return read_plain(through("?>"));
    if (rest_.starts_with("<!DOCTYPE"))
      return read_doctype();
    auto name = rest_.substr(1, 2);
    bool end_tag = name.starts_with('/');
    if (end_tag)
      name.remove_prefix(1);
    // Nothing behind it: the page is cut there.
    if (name.empty())
      return keep(1);
    if (begins_name(name.front()))
      return read_tag(end_tag);
    saw(bare_less);
    out_ += "&lt;";
    rest_.remove_prefix(1);
  }

  void read_tag(bool is_end) {
    size_t begin = is_end ? 2 : 1;
    auto name = rest_.substr(begin, std::min(rest_.find_first_of(" \t\r\n/>", begin), rest_.size()) - begin);
    if (root_.empty())
      root_ = name;
    auto end = is_end && name == root_ ? rest_.find('>') : rest_.npos;
    keep(end == rest_.npos ? 1 : end + 1);
    if (end == rest_.npos)
      return;
    root_end_ = out_.size();
    root_end_line_ = line_;
  }

  /// Comments and instructions may stand there.
  void cut_behind_root() {
    if (root_end_ == 0)
      return;
    auto behind = std::string_view{out_}.substr(root_end_);
    auto left = behind;
    while (!left.empty()) {
      auto comment = left.starts_with("<!--") ? left.find("-->") : left.npos;
      auto instruction = left.starts_with("<?") ? left.find("?>") : left.npos;
      if (comment == left.npos && instruction == left.npos && !is_blank(left.front()))
        break;
      left.remove_prefix(comment != left.npos ? comment + 3 : instruction != left.npos ? instruction + 2 : 1);
    }
    if (left.empty())
      return;
    line_ = root_end_line_;
    saw(behind_root);
    auto lines = static_cast<size_t>(std::count(behind.begin(), behind.end(), '\n'));
    out_.resize(root_end_);
    out_.append(lines, '\n');
  }

  void read_comment() {
    constexpr size_t opening = 4, closing = 3;
    auto length = rest_.find("-->", opening);
    if (length == rest_.npos)
      return keep(rest_.size());
    auto inside = rest_.substr(opening, length - opening);
    length += closing;
    if (inside.find("--") == inside.npos && !inside.ends_with('-'))
      return read_plain(length);
    saw(loose_comment);
    drop(length);
  }

  /// Only characters count in there.
  void read_plain(size_t length) {
    auto end = rest_.size() - length;
    while (rest_.size() > end) {
      if (auto foreign = foreign_length(rest_)) {
        saw(foreign_character);
        drop(foreign);
      } else {
        keep(plain_length(rest_.size() - end));
      }
    }
  }

  void read_reference() {
    constexpr size_t longest = 40;
    auto end = rest_.substr(0, longest).find(';');
    auto name = end == rest_.npos ? std::string_view{} : rest_.substr(1, end - 1);
    if (name.starts_with('#'))
      return read_number(name.substr(1), end + 1);
    bool is_name = !name.empty() && begins_name(name.front()) && std::all_of(name.begin(), name.end(), goes_on_name);
    if (is_name && (name == "amp" || name == "lt" || name == "gt" || name == "quot" || name == "apos"))
      return keep(end + 1);
    if (auto point = is_name ? character_named(name) : 0) {
      saw(named_character);
      out_ += "&#" + std::to_string(point) + ";";
      rest_.remove_prefix(end + 1);
      return;
    }
    saw(bare_and);
    out_ += "&amp;";
    rest_.remove_prefix(1);
  }

  void read_number(std::string_view digits, size_t length) {
    bool hex = digits.starts_with('x');
    if (hex)
      digits.remove_prefix(1);
    uint32_t point = 0;
    bool right = !digits.empty();
    for (char c : digits) {
      int digit = hex || is_digit(c) ? hex_digit(c) : -1;
      right = right && digit >= 0;
      point = std::min<uint32_t>(point * (hex ? 16 : 10) + static_cast<uint32_t>(std::max(digit, 0)), 0x110000);
    }
    if (!right) {
      saw(bare_and);
      out_ += "&amp;";
      rest_.remove_prefix(1);
    } else if (is_character(point)) {
      keep(length);
    } else {
      saw(foreign_character);
      drop(length);
    }
  }

  /// The length of the document type at the front; 0 if its end is missing. `entities`: what it declares of them.
  size_t doctype_length(std::vector<std::string>& entities) const {
    constexpr std::string_view entity = "<!ENTITY";
    bool inside = false;
    for (size_t i = 0; i < rest_.size(); ++i) {
      auto at = rest_.substr(i);
      if (at.starts_with("<!--")) {
        auto end = at.find("-->", 4);
        if (end == at.npos)
          return 0;
        i += end + 2;
      } else if (at.front() == '"' || at.front() == '\'') {
        auto end = at.find(at.front(), 1);
        if (end == at.npos)
          return 0;
        i += end;
      } else if (at.starts_with(entity)) {
        auto name = at.substr(entity.size());
        name.remove_prefix(std::min(name.find_first_not_of(" \t\r\n"), name.size()));
        entities.emplace_back(name.substr(0, std::min(name.find_first_of(" \t\r\n\"'>"), name.size())));
      } else if (at.front() == '[') {
        inside = true;
      } else if (at.front() == ']') {
        inside = false;
      } else if (at.front() == '>' && !inside) {
        return i + 1;
      }
    }
    return 0;
  }

  void read_doctype() {
    std::vector<std::string> entities;
    auto length = doctype_length(entities);
    auto of_html = [](const std::string& x) { return character_named(x) > 0; };
    hopeless_ = length == 0 || !std::all_of(entities.begin(), entities.end(), of_html);
    if (hopeless_)
      return;
    if (entities.empty())
      return keep(length);
    saw(doctype);
    drop(length);
  }

  std::string_view rest_;
  const size_t max_bytes_;
  size_t line_ = 1;
  std::string out_;
  std::array<found, kinds.size()> seen_{};
  std::string_view root_;    ///< the first element's name
  size_t root_end_ = 0;      ///< in `out_`, behind its last end tag; 0 = there was none
  size_t root_end_line_ = 1; ///< where that stands
  bool hopeless_ = false;
};

} // namespace

std::optional<mended_page> mend_xml(std::string_view page, size_t max_bytes) {
  return mender{page, max_bytes}.run();
}

} // namespace vigie
