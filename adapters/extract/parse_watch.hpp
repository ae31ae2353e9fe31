// What a page may cost libxml2, watched while it parses. Internal to adapters/extract.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "messages/values/error.hpp"

// libxml2's own, named here so that its headers are not seen.
struct _xmlDoc;
struct _xmlParserCtxt;

namespace vigie {

/// libxml2 compares each attribute of an element with all others of it, looks for a prefix among all namespaces in
/// sight, and keeps names in a table that stops growing: what can be many is bounded, or a page of some hundred KiB
/// would hold a thread for minutes.
struct parse_limits {
  size_t element_attributes = 256; ///< of one element; also that a document type declares
  size_t namespaces = 256;         ///< in sight of one element
  size_t elements = 1'000'000;     ///< of one page
  size_t attributes = 2'000'000;   ///< of one page, those that its document type adds included
  size_t names = 50'000;           ///< different ones, of elements and attributes together
};

/// Feeds a parser piece by piece, and ends it where a limit is passed: between two pieces, so that not even one endless
/// tag gets further, and at each element. It takes the parser's _private and its hook for elements' starts.
class parse_watch {
public:
  parse_watch(_xmlParserCtxt& parser, std::string_view page, const parse_limits& limits);
  parse_watch(const parse_watch&) = delete;
  parse_watch& operator=(const parse_watch&) = delete;
  ~parse_watch();

  /// The tree, which the caller frees; null without one. Once. The page is UTF-8, whatever it says of itself.
  _xmlDoc* read_html(int options);
  _xmlDoc* read_xml(int options);

  /// bad_page with "line:column": the limit that was passed. Nothing of the tree is to be used then.
  const std::optional<error>& problem() const { return problem_; }
  /// Of the parser's hooks.
  static parse_watch& of(void* parser);
  /// Ends the parse; the first reason stays. Only from a hook.
  void stop(std::string why);

private:
  static int on_read(void* self, char* to, int size);
  static int on_close(void* self);
  void take_hooks();
  void look();
  void on_element(size_t attributes);
  void refuse(std::string why);

  _xmlParserCtxt& parser_;
  std::string_view rest_;
  const parse_limits& limits_;
  size_t elements_ = 0;
  size_t attributes_ = 0;
  size_t declared_ = 0; ///< attributes, by the document type
  std::optional<error> problem_;
};

} // namespace vigie
