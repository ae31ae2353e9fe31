#include "adapters/extract/feed_base.hpp"

#include <vector>

namespace vigie {

namespace {

constexpr std::string_view xml_space = "http://www.w3.org/XML/1998/namespace";
constexpr size_t longest_base = 4096;

} // namespace

feed_base feed_base::of(feed_node x, std::string_view url) {
  auto root = x;
  while (auto outer = root.parent())
    root = *outer;
  feed_base out{address_base{url}};
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

void feed_base::enter(feed_node x) {
  auto said = x.attribute("base", xml_space);
  if (said && !said->empty() && said->size() <= longest_base)
    base_ = base_.within(*said);
}

} // namespace vigie
