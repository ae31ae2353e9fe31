// HTML as a row of tags and texts, in one pass and without a tree. It mends nothing: it says where mending would begin.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace vigie {

struct html_attribute {
  std::string_view name;  ///< as written
  std::string_view value; ///< as written, references and all
  bool valued = false;    ///< false: the name stands alone
};

/// Reads valid UTF-8 without control characters. All views are into the page.
class html_scanner {
public:
  /// repair: what comes now, readers of HTML take in different ways, or it is none.
  enum class token : uint8_t { text, raw_text, open, close, end, repair };

  explicit html_scanner(std::string_view page) : at_(page.data()), end_(page.data() + page.size()) {}

  /// Comments and the document type are passed over.
  token next();

  std::string_view text() const { return text_; }
  std::string_view name() const { return name_; } ///< of a tag
  bool self_closing() const { return self_closing_; }
  const std::vector<html_attribute>& attributes() const { return attributes_; }
  /// Null = none. `name` is in lower case; the first of equal ones counts.
  const html_attribute* attribute(std::string_view name) const;

private:
  token read_raw_text();
  token read_open();
  token read_close();
  /// A comment or the document type; false = neither.
  bool skip_declaration();
  bool read_name(std::string_view& out);
  bool read_attribute();
  void skip_blanks();

  const char* at_;
  const char* end_;
  std::string_view text_;
  std::string_view name_;
  std::string_view raw_; ///< the open element whose content is no markup
  std::vector<html_attribute> attributes_;
  bool self_closing_ = false;
  bool opened_ = false; ///< an element was seen
};

/// ASCII letters in either case; `lower` is in lower case.
bool same_html_name(std::string_view x, std::string_view lower);

} // namespace vigie
