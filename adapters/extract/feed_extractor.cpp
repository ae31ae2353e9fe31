#include "adapters/extract/feed_extractor.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <set>

#include "actors/policy/page_notes.hpp"
#include "adapters/extract/feed_fields.hpp"
#include "adapters/extract/json_feed.hpp"
#include "adapters/extract/packed_page.hpp"
#include "adapters/extract/page_text.hpp"

namespace vigie {

namespace {

constexpr std::string_view atom_1 = "http://www.w3.org/2005/Atom";
constexpr std::string_view atom_03 = "http://purl.org/atom/ns#";
constexpr std::string_view rdf = "http://www.w3.org/1999/02/22-rdf-syntax-ns#";

constexpr std::string_view photo_path = "g:image_link|media:thumbnail@url|media:content[medium=image]@url|"
                                        "media:content[type=image/*]@url|media:group/media:thumbnail@url|"
                                        "media:group/media:content[medium=image]@url|itunes:image@href";

constexpr std::array rss_paths{
    format_path{"id", "guid|g:id|atom:id|@rdf:about|link|atom:link[rel=alternate]@href|atom:link[!rel]@href|g:link"},
    format_path{"title", "title|g:title|dc:title|media:title|media:group/media:title|description"},
    format_path{"url", "link|atom:link[rel=alternate]@href|atom:link[!rel]@href|g:link|@rdf:about"},
    format_path{"price", "g:sale_price|g:price"},
    format_path{"brand", "g:brand"},
    format_path{"size", "g:size"},
    format_path{"condition", "g:condition"},
    format_path{"photo", "enclosure[type=image/*]@url"},
    format_path{"date", "pubDate|pubdate|dc:date|dcterms:modified|atom:updated|atom:published"},
};

constexpr std::array atom_paths{
    format_path{"id", "id|g:id|link[rel=alternate]@href|link[!rel]@href"},
    format_path{"title", "title|g:title|dc:title|media:title|media:group/media:title|summary|content"},
    format_path{"url", "link[rel=alternate]@href|link[!rel]@href|content@src|g:link"},
    format_path{"price", "g:sale_price|g:price"},
    format_path{"brand", "g:brand"},
    format_path{"size", "g:size"},
    format_path{"condition", "g:condition"},
    format_path{"photo", "link[rel=enclosure][type=image/*]@href"},
    format_path{"date", "updated|modified|published|issued|dc:date"},
};

constexpr std::array json_paths{
    format_path{"id", "id|url|external_url"},
    format_path{"title", "title|summary|content_text|content_html"},
    format_path{"url", "url|external_url"},
    format_path{"photo", "image|banner_image|attachments[mime_type=image/*]@url"},
    format_path{"date", "date_modified|date_published"},
};

bool is_url(std::string_view x) {
  return x.starts_with("http://") || x.starts_with("https://");
}

class feed_extractor : public extractor {
public:
  feed_extractor(feed_fields rss, feed_fields atom, feed_fields json, std::optional<feed_path> next,
                 const source_spec& source)
      : rss_(std::move(rss)), atom_(std::move(atom)), json_(std::move(json)), next_(std::move(next)),
        url_by_itself_(!source.extract.fields.contains("url") && !source.extract.constants.contains("url") &&
                       source.extract.url_template.empty()),
        id_by_itself_(!source.extract.fields.contains("id")),
        next_is_url_(source.paging.kind != paging_kind::cursor), packed_{.max_bytes = source.max_body_bytes} {}

  result<extraction> extract(std::string_view body, const page_origin& from) override {
    std::string room;
    auto page = unpack_page(body, packed_, room);
    if (!page)
      return tl::unexpected<error>(page.error());
    bool json = is_json_feed(*page);
    auto tree = json ? read_json_feed(*page, from.content_type) : feed_tree::parse(*page, from.content_type);
    if (!tree)
      return tl::unexpected<error>(tree.error());
    url_ = from.url;
    extraction out;
    for (const auto& x : tree->notes())
      add_note(out.page_notes, x);
    auto root = tree->root();
    auto problem = json ? read_list(root, root, "/", "items", json_, out) : read_xml(root, out);
    if (problem)
      return tl::unexpected<error>(*problem);
    note_doubtful_titles(out);
    return out;
  }

private:
  optional<error> read_xml(feed_node root, extraction& out) const {
    if (root.name() == "rss")
      return read_rss(root, out);
    if (root.name() == "RDF" && same_namespace(root.space(), rdf))
      return read_rdf(root, out);
    auto space = root.space();
    if (root.name() == "feed" && (space.empty() || same_namespace(space, atom_1) || same_namespace(space, atom_03)))
      return read_list(root, root, "/feed/", "entry", atom_, out);
    return error{errc::bad_page, "no feed begins with the element " + std::string{root.name()},
                 feed_place(root, "/" + std::string{root.name()})};
  }

  static std::optional<feed_node> child(feed_node from, std::string_view name) {
    for (auto x = from.first(); x; x = x->next())
      if (x->name() == name)
        return x;
    return std::nullopt;
  }

  optional<error> read_rss(feed_node root, extraction& out) const {
    auto channel = child(root, "channel");
    if (!channel)
      return error{errc::bad_page, "the channel is missing", feed_place(root, "/rss/channel")};
    return read_list(*channel, *channel, "/rss/channel/", "item", rss_, out);
  }

  /// The items stand beside the channel.
  optional<error> read_rdf(feed_node root, extraction& out) const {
    auto channel = child(root, "channel");
    if (!channel)
      return error{errc::bad_page, "the channel is missing", feed_place(root, "/RDF/channel")};
    return read_list(root, *channel, "/RDF/", "item", rss_, out);
  }

  optional<error> read_list(feed_node from, feed_node head, const std::string& prefix, std::string_view name,
                            const feed_fields& fields, extraction& out) const {
    auto base = feed_base::of(from, url_);
    item_count count{fields.limits()};
    size_t number = 0;
    for (auto x = from.first(); x; x = x->next()) {
      if (x->name() != name)
        continue;
      auto place = prefix + std::string{name} + "[" + std::to_string(++number) + "]";
      auto before = out.items.size();
      if (auto problem = fields.read(*x, place, out, count, base))
        return problem;
      if (out.items.size() > before)
        complete_url(*x, base, out.items.back());
    }
    const auto& path = next_ ? *next_ : own_next_;
    if (auto found = path.find(head))
      out.next = next_is_url_ ? feed_base::of(found->node, url_).absolute(found->text) : std::move(found->text);
    if (id_by_itself_)
      tell_apart(out);
    return count.close(out);
  }

  /// Where items share a guid though their addresses differ ("N/A", the address of the site), the guid is none, and the
  /// address is what tells them apart.
  static void tell_apart(extraction& page) {
    std::vector<std::string_view> all;
    for (const auto& x : page.items)
      all.push_back(x.id.value);
    std::sort(all.begin(), all.end());
    if (std::adjacent_find(all.begin(), all.end()) == all.end())
      return;
    std::map<std::string_view, std::pair<size_t, std::set<std::string_view>>> by_id; // items, addresses
    for (const auto& x : page.items) {
      auto& [items, addresses] = by_id[x.id.value];
      ++items;
      if (x.url && !x.url->empty())
        addresses.insert(*x.url);
    }
    std::vector<std::pair<size_t, std::string>> ids; // the names above are of the present ones
    for (size_t i = 0; i < page.items.size(); ++i) {
      const auto& x = page.items[i];
      const auto& [items, addresses] = by_id[x.id.value];
      if (items > 1 && addresses.size() > 1 && x.url && !x.url->empty())
        ids.emplace_back(i, *x.url);
    }
    for (auto& [i, id] : ids) {
      add_note(page.page_notes, {"an item has the id of another one: its address is taken for its id",
                                 "items have the id of another one: their addresses are taken for their ids",
                                 "item " + std::to_string(i + 1) + ", id " + page.items[i].id.value});
      page.items[i].id.value = std::move(id);
    }
  }

  /// A guid is the item's address unless it says otherwise (RSS 2.0).
  void complete_url(feed_node from, const feed_base& base, item& x) const {
    if (!url_by_itself_ || (x.url && !x.url->empty()))
      return;
    auto guid = child(from, "guid");
    if (guid && guid->attribute("isPermaLink") != "false" && is_url(guid->text()))
      x.url = base.absolute(guid->text());
  }

  feed_fields rss_;
  feed_fields atom_;
  feed_fields json_;
  std::optional<feed_path> next_;
  feed_path own_next_ = *feed_path::parse("atom:link[rel=next]@href|link[rel=next]@href|next_url");
  bool url_by_itself_;
  bool id_by_itself_;
  bool next_is_url_;
  packed_page_limits packed_;
  std::string url_; ///< of the page at hand
};

/// The photo has too many places for one line of the tables.
template <size_t N>
result<feed_fields> compile(const source_spec& source, const std::array<format_path, N>& table) {
  auto photo = std::string{photo_path};
  auto all = table;
  for (auto& x : all)
    if (x.field == "photo") {
      photo += "|" + std::string{x.path};
      x.path = photo;
    }
  return feed_fields::compile(source, all);
}

} // namespace

result<std::unique_ptr<extractor>> make_feed_extractor(const source_spec& source) {
  auto rss = compile(source, rss_paths);
  auto atom = rss ? compile(source, atom_paths) : rss;
  auto json = atom ? feed_fields::compile(source, json_paths) : atom;
  if (!json)
    return tl::unexpected<error>(json.error());
  std::optional<feed_path> next;
  if (!source.paging.next.empty()) {
    auto path = feed_path::parse(source.paging.next, source.extract.namespaces);
    if (!path)
      return fail(errc::bad_config, path.error().detail, "paging.next");
    next = std::move(*path);
  }
  return std::make_unique<feed_extractor>(std::move(*rss), std::move(*atom), std::move(*json), std::move(next), source);
}

} // namespace vigie
