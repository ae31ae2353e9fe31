#include "adapters/extract/json_feed.hpp"

#include <libxml/tree.h>

#include "adapters/extract/page_text.hpp"
#include "adapters/json/json_reader.hpp"

namespace vigie {

namespace {

constexpr std::string_view version_begin = "https://jsonfeed.org/version/";
constexpr std::string_view old_version_begin = "http://jsonfeed.org/version/";

/// For libxml2, to which NUL is an end.
std::string text_of(json_node x) {
  std::string out{x.as_string()         ? *x.as_string()
                  : x.as_decimal_text() ? *x.as_decimal_text()
                  : x.as_bool() == true ? "true"
                  : x.as_bool()         ? "false"
                                        : ""};
  std::erase(out, '\0');
  return out;
}

/// Ended by a NUL.
const xmlChar* as_xml(const char* x) {
  return reinterpret_cast<const xmlChar*>(x);
}

const xmlChar* as_xml(const std::string& x) {
  return reinterpret_cast<const xmlChar*>(x.c_str());
}

class tree_writer {
public:
  explicit tree_writer(const parse_limits& limits) : limits_(limits) {}

  /// The depth is bounded by the JSON reader. False: `why` says which limit was passed.
  bool write(json_node value, xmlNode* to) {
    size_t attributes = 0;
    for (auto member : value.members()) {
      std::string name{member.key()};
      std::erase(name, '\0');
      if (member.is_null() || name.empty())
        continue;
      if (!write_member(member, name, to))
        return false;
      if (member.kind() == json_kind::object || member.kind() == json_kind::array)
        continue;
      if (++attributes > limits_.element_attributes)
        return stop("an object has more than " + std::to_string(limits_.element_attributes) + " members");
      xmlNewProp(to, as_xml(name), as_xml(text_of(member)));
    }
    return true;
  }

  const std::string& why() const { return why_; }

private:
  bool write_member(json_node member, const std::string& name, xmlNode* to) {
    if (member.kind() == json_kind::array) {
      for (auto element : member.elements())
        if (!write_member(element, name, to))
          return false;
      return true;
    }
    if (++elements_ > limits_.elements)
      return stop("more than " + std::to_string(limits_.elements) + " members");
    auto* node = xmlNewChild(to, nullptr, as_xml(name), nullptr);
    if (member.kind() == json_kind::object)
      return write(member, node);
    auto text = text_of(member);
    if (!text.empty())
      xmlAddChild(node, xmlNewText(as_xml(text)));
    // As Atom says it: only content_html has markup.
    if (!name.ends_with("_html"))
      xmlNewProp(node, as_xml("type"), as_xml("text"));
    return true;
  }

  bool stop(std::string why) {
    why_ = std::move(why);
    return false;
  }

  const parse_limits& limits_;
  size_t elements_ = 0;
  std::string why_;
};

} // namespace

bool is_json_feed(std::string_view page) {
  if (page.starts_with("\xef\xbb\xbf"))
    page.remove_prefix(3);
  auto at = page.find_first_not_of(" \t\r\n");
  return at != page.npos && page[at] == '{';
}

result<feed_tree> read_json_feed(std::string_view page, std::string_view content_type, const feed_limits& limits) {
  std::string room;
  auto text = text_of_page(page, content_type, page_form::json, room);
  if (!text)
    return tl::unexpected<error>(text.error());
  auto json = parse_json(text->text, {.max_bytes = limits.max_bytes});
  if (!json)
    return fail(errc::bad_page, json.error().detail + " (JSON)", json.error().place);
  auto version = json->root().find("version");
  auto said = version ? version->as_string().value_or("") : std::string_view{};
  if (!said.starts_with(version_begin) && !said.starts_with(old_version_begin))
    return fail(errc::bad_page,
                "the page is JSON, but no JSON Feed, whose \"version\" begins with " + std::string{version_begin} +
                    "; read it with extract.format = \"json\"",
                "/version");
  feed_tree out{xmlNewDoc(nullptr)};
  auto* root = xmlNewDocNode(out.doc_.get(), nullptr, as_xml("feed"), nullptr);
  xmlDocSetRootElement(out.doc_.get(), root);
  tree_writer writer{limits.parse};
  if (!writer.write(json->root(), root))
    return fail(errc::bad_page, "the page cannot be read: " + writer.why());
  return out;
}

} // namespace vigie
