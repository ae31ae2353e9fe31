// Paths into feeds and sitemaps, compiled once.
//
//   title                        a child element in the item's own namespace
//   dc:date                      one in another, by its usual prefix, whatever prefix the page itself uses
//   media:group/media:title      steps down
//   enclosure@url, @rdf:about    an attribute
//   link[rel=alternate]@href     only elements with that attribute; [type=image/*] begins with, [!rel] without it
//   guid|link                    the first that is there and not empty
// Namespaces are taken for what they are meant to be: with https or without a last slash, too, and a usual prefix that
// the page does not declare for the usual one.
//
// Prefixes: atom, content, dc, dcterms, g (Google Merchant), itunes, media, rdf; in sitemaps also image, news, video;
// and those of extract.namespaces.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "adapters/extract/feed_tree.hpp"

namespace vigie {

inline constexpr size_t max_feed_path_bytes = 4096;

/// Whether two URIs are meant to name the same: http or https, a last "/" or none, in either case.
bool same_namespace(std::string_view a, std::string_view b);

class feed_path {
public:
  /// bad_config with the byte at which the path stops making sense.
  static result<feed_path> parse(std::string_view text, const std::map<std::string, std::string>& namespaces = {});

  struct found {
    feed_node node; ///< the element, or whose attribute it is
    std::string text;
    bool whole = false; ///< it is the text of the node, not an attribute of it
  };
  /// Whether what was found is good; it may change the text.
  using taker = std::function<bool(found&)>;
  /// The first that is not empty, and that `good` takes. Unprefixed names are of the namespace of `from`.
  std::optional<found> find(feed_node from, const taker& good = {}) const;

private:
  struct name {
    std::string space; ///< a URI; empty and `own`: the item's; empty and not `own`: none
    std::string local;
    std::string undeclared{}; ///< as a page writes it that does not declare the prefix: "media:thumbnail"
    bool own = false;
  };
  struct condition {
    std::string attribute;
    std::string value; ///< empty: the attribute is not there
    bool begins = false;
  };
  struct step {
    name element;
    std::vector<condition> conditions;
  };
  struct way {
    std::vector<step> steps;
    std::optional<name> attribute;
  };
  class parser;

  static bool names(const name& x, feed_node at, std::string_view own);
  static bool holds(const step& x, feed_node at, std::string_view own);
  static std::optional<found> walk(const way& x, size_t at, feed_node from, std::string_view own, const taker& good);

  std::vector<way> ways_;
};

} // namespace vigie
