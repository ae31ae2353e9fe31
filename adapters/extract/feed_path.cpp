#include "adapters/extract/feed_path.hpp"

#include <algorithm>
#include <array>

#include "actors/policy/ascii.hpp"

namespace vigie {

namespace {

struct usual_prefix {
  std::string_view prefix;
  std::string_view uri;
};

constexpr std::array usual{
    usual_prefix{"atom", "http://www.w3.org/2005/Atom"},
    usual_prefix{"content", "http://purl.org/rss/1.0/modules/content/"},
    usual_prefix{"dc", "http://purl.org/dc/elements/1.1/"},
    usual_prefix{"dcterms", "http://purl.org/dc/terms/"},
    usual_prefix{"g", "http://base.google.com/ns/1.0"},
    usual_prefix{"image", "http://www.google.com/schemas/sitemap-image/1.1"},
    usual_prefix{"itunes", "http://www.itunes.com/dtds/podcast-1.0.dtd"},
    usual_prefix{"media", "http://search.yahoo.com/mrss/"},
    usual_prefix{"news", "http://www.google.com/schemas/sitemap-news/0.9"},
    usual_prefix{"rdf", "http://www.w3.org/1999/02/22-rdf-syntax-ns#"},
    usual_prefix{"video", "http://www.google.com/schemas/sitemap-video/1.1"},
};

/// Without what writers of feeds leave out or change.
std::string_view core_of(std::string_view uri) {
  for (std::string_view scheme : {"http://", "https://"})
    if (uri.starts_with(scheme)) {
      uri.remove_prefix(scheme.size());
      break;
    }
  if (uri.ends_with('/'))
    uri.remove_suffix(1);
  return uri;
}

constexpr std::string_view special = "/|@[]:=! \t\r\n";

} // namespace

/// Takes a path apart from its front; the first error stays.
class feed_path::parser {
public:
  parser(std::string_view text, const std::map<std::string, std::string>& namespaces)
      : text_(text), namespaces_(namespaces) {}

  result<feed_path> read() {
    feed_path out;
    do {
      out.ways_.push_back(read_way());
    } while (why_.empty() && take('|'));
    if (why_.empty() && at_ < text_.size())
      stop("expected /, @, [ or | here");
    if (!why_.empty())
      return fail(errc::bad_config, "byte " + std::to_string(why_at_ + 1) + " of the path: " + why_);
    return out;
  }

private:
  void stop(std::string why) {
    if (!why_.empty())
      return;
    why_ = std::move(why);
    why_at_ = at_;
  }

  bool take(char c) {
    if (at_ >= text_.size() || text_[at_] != c)
      return false;
    ++at_;
    return true;
  }

  std::string read_word() {
    auto end = std::min(text_.find_first_of(special, at_), text_.size());
    auto out = std::string{text_.substr(at_, end - at_)};
    if (out.empty())
      stop("expected a name here");
    at_ = end;
    return out;
  }

  name read_name(bool element) {
    auto begin = at_;
    name out{{}, read_word(), {}, element};
    if (!take(':'))
      return out;
    out.own = false;
    auto prefix = out.local;
    auto mine = namespaces_.find(out.local);
    auto known = std::find_if(usual.begin(), usual.end(), [&](const auto& x) { return x.prefix == out.local; });
    if (mine != namespaces_.end())
      out.space = mine->second;
    else if (known != usual.end())
      out.space = known->uri;
    else
      at_ = begin, stop("the prefix " + out.local + " is not known; name it in extract.namespaces");
    out.local = read_word();
    out.undeclared = prefix + ":" + out.local;
    return out;
  }

  condition read_condition() {
    condition out;
    if (take('!')) {
      out.attribute = read_word();
    } else {
      out.attribute = read_word();
      if (!take('='))
        stop("expected = here, as in [rel=alternate]");
      auto end = std::min(text_.find(']', at_), text_.size());
      out.value = text_.substr(at_, end - at_);
      at_ = end;
      out.begins = out.value.ends_with('*');
      if (out.begins)
        out.value.pop_back();
      if (out.value.empty())
        stop("expected a value here");
    }
    if (!take(']'))
      stop("expected ] here");
    return out;
  }

  way read_way() {
    way out;
    bool more = at_ >= text_.size() || text_[at_] != '@';
    while (more && why_.empty()) {
      step next{read_name(true), {}};
      while (why_.empty() && take('['))
        next.conditions.push_back(read_condition());
      out.steps.push_back(std::move(next));
      more = take('/');
    }
    if (why_.empty() && take('@'))
      out.attribute = read_name(false);
    return out;
  }

  std::string_view text_;
  const std::map<std::string, std::string>& namespaces_;
  size_t at_ = 0;
  std::string why_;
  size_t why_at_ = 0;
};

result<feed_path> feed_path::parse(std::string_view text, const std::map<std::string, std::string>& namespaces) {
  if (text.size() > max_feed_path_bytes)
    return fail(errc::bad_config, "the path is longer than " + std::to_string(max_feed_path_bytes) + " bytes");
  return parser{text, namespaces}.read();
}

bool same_namespace(std::string_view a, std::string_view b) {
  if (a == b)
    return true;
  return equal_ignoring_case(core_of(a), core_of(b));
}

bool feed_path::names(const name& x, feed_node at, std::string_view own) {
  if (at.name() == x.local)
    return x.own ? at.space() == own : same_namespace(at.space(), x.space);
  return !x.undeclared.empty() && at.name() == x.undeclared && at.space().empty();
}

bool feed_path::holds(const step& x, feed_node at, std::string_view own) {
  if (!names(x.element, at, own))
    return false;
  return std::all_of(x.conditions.begin(), x.conditions.end(), [&](const condition& c) {
    auto value = at.attribute(c.attribute);
    if (c.value.empty())
      return !value;
    return value && (c.begins ? value->starts_with(c.value) : *value == c.value);
  });
}

std::optional<feed_path::found> feed_path::walk(const way& x, size_t at, feed_node from, std::string_view own,
                                                const taker& good) {
  if (at == x.steps.size()) {
    found out{from, x.attribute ? from.attribute(x.attribute->local, x.attribute->space).value_or("") : from.text(),
              !x.attribute};
    return out.text.empty() || (good && !good(out)) ? std::nullopt : std::optional{std::move(out)};
  }
  for (auto child = from.first(); child; child = child->next())
    if (holds(x.steps[at], *child, own))
      if (auto out = walk(x, at + 1, *child, own, good))
        return out;
  return std::nullopt;
}

std::optional<feed_path::found> feed_path::find(feed_node from, const taker& good) const {
  for (const auto& x : ways_)
    if (auto out = walk(x, 0, from, from.space(), good))
      return out;
  return std::nullopt;
}

} // namespace vigie
