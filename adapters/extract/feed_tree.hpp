// The XML of feeds and sitemaps as a tree; libxml2 stays behind it.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "adapters/extract/parse_watch.hpp"
#include "messages/values/error.hpp"
#include "messages/values/page_note.hpp"

// libxml2's own, named here so that its headers are not seen.
struct _xmlDoc;
struct _xmlNode;

namespace vigie {

/// An element of a feed_tree, which must outlive it. A cheap copy.
class feed_node {
public:
  explicit feed_node(const _xmlNode* at) : at_(at) {}

  std::string_view name() const;           ///< without its prefix
  std::string_view space() const;          ///< its namespace's URI; empty = none
  long line() const;                       ///< from 1; 0 = it is of no text
  std::optional<feed_node> first() const;  ///< child element
  std::optional<feed_node> next() const;   ///< sibling element
  std::optional<feed_node> parent() const; ///< nothing of the root
  /// All text inside, comments left out, without blanks at its ends; runs of blanks inside are one.
  std::string text() const;
  /// The same with the marks of actors/policy/price_marks.hpp in it.
  std::string price_text() const;
  /// `space` empty: an attribute without namespace.
  std::optional<std::string> attribute(std::string_view name, std::string_view space = {}) const;

  friend bool operator==(feed_node a, feed_node b) { return a.at_ == b.at_; }

private:
  const _xmlNode* at_;
};

struct feed_limits {
  size_t max_bytes = 64 << 20; ///< of one page
  parse_limits parse{};
};

/// One page. Nothing is loaded that it names: no document type, no entities, no schema, no network. A page that
/// declares entities of its own is refused (they can grow without bounds). Depth is bounded by libxml2 (256).
class feed_tree {
public:
  /// The encoding is chosen as adapters/extract/page_text.hpp says. What is no well-formed XML is read once more as
  /// feed_mending.hpp mends it; `notes` says what that was. bad_page with "line 3, column 14" where that does not help,
  /// and above the limits.
  static result<feed_tree> parse(std::string_view page, std::string_view content_type = {},
                                 const feed_limits& limits = {});

  feed_node root() const;
  const std::vector<page_note>& notes() const { return notes_; }

private:
  friend result<feed_tree> read_json_feed(std::string_view page, std::string_view content_type,
                                          const feed_limits& limits);

  struct free_doc {
    void operator()(_xmlDoc* doc) const;
  };
  explicit feed_tree(_xmlDoc* doc) : doc_(doc) {}
  static result<feed_tree> parse_strictly(std::string_view page, const feed_limits& limits);

  std::unique_ptr<_xmlDoc, free_doc> doc_;
  std::vector<page_note> notes_;
};

/// Text without what looks like an HTML tag, its character references resolved: "AT&amp;T i<b>Phone</b>" is "AT&T
/// iPhone". A tag ends a word, except those that are usual within one.
std::string without_markup(std::string_view text);

} // namespace vigie
