#include "actors/policy/web_address.hpp"

#include <algorithm>

#include "actors/policy/ascii.hpp"

namespace vigie {

namespace {

using text = std::string_view;

bool is_slash(char c) {
  return c == '/' || c == '\\';
}

/// How much of it stands before the first slash of either kind.
size_t up_to_slash(text x) {
  return static_cast<size_t>(std::find_if(x.begin(), x.end(), [](char c) { return is_slash(c); }) - x.begin());
}

/// The standard's percent-encode sets, without control characters and what is beyond ASCII, which are in all of them.
constexpr text fragment_set = " \"<>`";
constexpr text query_set = " \"#<>'";
constexpr text path_set = " \"#<>?^`{}";
constexpr text user_set = " \"#<>?^`{}/:;=@[\\]|";

void put_encoded(std::string& out, text from, text set) {
  for (char c : from) {
    auto byte = static_cast<unsigned char>(c);
    if (is_alphanumeric(c) || (byte > 0x20 && byte < 0x7F && set.find(c) == set.npos))
      out += c;
    else
      append_percent(out, c);
  }
}

/// "." and ".." may be written with %2e.
size_t dots_of(text segment) {
  size_t dots = 0;
  while (!segment.empty() && dots < 3) {
    if (segment[0] == '.')
      segment.remove_prefix(1);
    else if (segment.size() >= 3 && segment[0] == '%' && segment[1] == '2' && (segment[2] | 0x20) == 'e')
      segment.remove_prefix(3);
    else
      return 0;
    ++dots;
  }
  return segment.empty() && dots < 3 ? dots : 0;
}

/// Joins `more` to `path`, which is empty or ends where a segment may begin, with '/'.
void walk_path(std::string& path, text more) {
  for (;;) {
    auto end = up_to_slash(more);
    auto segment = more.substr(0, end);
    bool last = end == more.size();
    auto dots = dots_of(segment);
    if (dots == 2 && path.size() > 1) {
      path.pop_back();
      path.resize(path.rfind('/') + 1);
    }
    if (dots == 0) {
      put_encoded(path, segment, path_set);
      if (!last)
        path += '/';
    }
    if (last)
      return;
    more.remove_prefix(end + 1);
  }
}

/// Without control characters and blanks around it, and without tabs and line ends anywhere. `room` is used if needed.
text cleaned(text x, std::string& room) {
  auto is_outer = [](char c) { return static_cast<unsigned char>(c) <= 0x20; };
  while (!x.empty() && is_outer(x.front()))
    x.remove_prefix(1);
  while (!x.empty() && is_outer(x.back()))
    x.remove_suffix(1);
  auto is_dropped = [](char c) { return c == '\t' || c == '\n' || c == '\r'; };
  if (std::none_of(x.begin(), x.end(), is_dropped))
    return x;
  room = x;
  std::erase_if(room, is_dropped);
  return room;
}

/// The scheme before the first colon; empty without one.
text scheme_of(text x) {
  auto colon = x.find(':');
  if (colon == x.npos || colon == 0 || !is_letter(x[0]))
    return {};
  auto name = x.substr(0, colon);
  constexpr text others = "0123456789+-.";
  bool good =
      std::all_of(name.begin(), name.end(), [&](char c) { return is_letter(c) || others.find(c) != others.npos; });
  return good ? name : text{};
}

optional<std::string> authority_of(text x, text scheme) {
  std::string out;
  if (auto at = x.rfind('@'); at != x.npos) {
    auto user = x.substr(0, at);
    auto colon = std::min(user.find(':'), user.size());
    put_encoded(out, user.substr(0, colon), user_set);
    if (colon + 1 < user.size()) {
      out += ':';
      put_encoded(out, user.substr(colon + 1), user_set);
    }
    if (!out.empty())
      out += '@';
    x.remove_prefix(at + 1);
  }
  auto bracket = x.rfind(']');
  auto colon = std::min(x.find(':', x.starts_with('[') && bracket != x.npos ? bracket : 0), x.size());
  auto host = web_host(x.substr(0, colon));
  auto port = web_port(x.substr(std::min(colon + 1, x.size())), scheme);
  if (!host || !port)
    return std::nullopt;
  return out + *host + *port;
}

/// Takes query and fragment off the end.
void split_ends(text& x, web_address& out) {
  if (auto hash = x.find('#'); hash != x.npos) {
    put_encoded(out.fragment.emplace(), x.substr(hash + 1), fragment_set);
    x = x.substr(0, hash);
  }
  if (auto mark = x.find('?'); mark != x.npos) {
    put_encoded(out.query.emplace(), x.substr(mark + 1), query_set);
    x = x.substr(0, mark);
  }
}

} // namespace

std::string to_string(const web_address& x) {
  auto out = x.scheme + "://" + x.authority + x.path;
  if (x.query)
    out += "?" + *x.query;
  if (x.fragment)
    out += "#" + *x.fragment;
  return out;
}

optional<web_address> parse_address(text reference, const web_address* base) {
  std::string room;
  auto rest = cleaned(reference, room);
  auto scheme = lower_case(scheme_of(rest));
  web_address out;
  if (!scheme.empty()) {
    if (scheme != "http" && scheme != "https")
      return std::nullopt;
    rest.remove_prefix(scheme.size() + 1);
  }
  bool two_slashes = rest.size() > 1 && is_slash(rest[0]) && is_slash(rest[1]);
  bool relative = base && !two_slashes && (scheme.empty() || scheme == base->scheme);
  if (!base && scheme.empty())
    return std::nullopt;
  out.scheme = scheme.empty() ? base->scheme : scheme;
  split_ends(rest, out);
  if (!relative) {
    while (!rest.empty() && is_slash(rest[0]))
      rest.remove_prefix(1);
    auto end = up_to_slash(rest);
    auto authority = authority_of(rest.substr(0, end), out.scheme);
    if (!authority)
      return std::nullopt;
    out.authority = std::move(*authority);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    out.path = "/";
  } else {
    out.authority = base->authority;
    if (rest.empty()) {
      out.path = base->path;
      if (!out.query)
        out.query = base->query;
      return out;
    }
    bool from_root = is_slash(rest[0]);
    out.path = from_root ? "/" : base->path.substr(0, base->path.rfind('/') + 1);
    rest.remove_prefix(from_root ? 1 : 0);
  }
  walk_path(out.path, rest);
  return out;
}

} // namespace vigie
