#include "adapters/extract/json_lines.hpp"

#include <algorithm>
#include <string>

namespace vigie {

namespace {

constexpr char record_separator = '\x1e';

} // namespace

std::string_view without_blanks(std::string_view x) {
  auto begin = x.find_first_not_of(" \t\r\n");
  auto end = x.find_last_not_of(" \t\r\n");
  return begin == std::string_view::npos ? std::string_view{} : x.substr(begin, end - begin + 1);
}

std::optional<std::string_view> json_lines::next() {
  while (!rest_.empty()) {
    auto end = std::min(rest_.find('\n'), rest_.size());
    auto whole = rest_.substr(0, end);
    auto line = without_blanks(whole.substr(whole.starts_with(record_separator) ? 1 : 0));
    rest_.remove_prefix(std::min(end + 1, rest_.size()));
    ++line_;
    if (line.empty())
      continue;
    number_ = line_;
    indent_ = static_cast<size_t>(line.data() - whole.data());
    return line;
  }
  return std::nullopt;
}

error json_lines::problem(const error& from) const {
  auto line = std::to_string(number_);
  error out{errc::bad_page, from.detail, "line " + line};
  auto colon = from.place.find(':');
  if (colon == std::string::npos)
    return out;
  auto column = std::to_string(std::stoul(from.place.substr(colon + 1)) + indent_);
  out.detail = "line " + line + ", column " + column + from.detail.substr(from.detail.find(':'));
  out.place = line + ":" + column;
  return out;
}

} // namespace vigie
