#include "adapters/extract/feed_base.hpp"

#include <vector>

#include "actors/policy/url_reference.hpp"

namespace vigie {

namespace {

constexpr std::string_view xml_space = "http://www.w3.org/XML/1998/namespace";
constexpr size_t longest_base = 4096;

} // namespace

feed_base feed_base::of(feed_node x) {
  auto root = x;
  while (auto outer = root.parent())
    root = *outer;
  feed_base out;
  out.enter(root);
  return out.within(x, root);
}

feed_base feed_base::within(feed_node x, feed_node outer) const {
  std::vector<feed_node> inner;
  for (std::optional<feed_node> y = x; y && *y != outer; y = y->parent())
    inner.push_back(*y);
  auto out = *this;
  for (auto y = inner.rbegin(); y != inner.rend(); ++y)
    out.enter(*y);
  return out;
}

std::string feed_base::absolute(std::string address) const {
  if (!url_ || parse_url(address))
    return address;
  auto out = resolve_url(*url_, address);
  if (!out)
    return address;
  auto fragment = address.find('#');
  return to_string(*out) + (fragment == address.npos ? "" : address.substr(fragment));
}

void feed_base::enter(feed_node x) {
  auto said = x.attribute("base", xml_space);
  if (!said || said->size() > longest_base)
    return;
  if (auto url = url_ ? resolve_url(*url_, *said) : parse_url(*said))
    url_ = std::move(*url);
}

} // namespace vigie
