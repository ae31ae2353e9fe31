#include "runtime/commands/command_help.hpp"

#include <algorithm>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/commands/display_width.hpp"

namespace vigie {

namespace {

/// "UINT:INT in [1 - 1000]": what is expected, and what the library adds of its checks.
struct type_words {
  std::string_view kind;
  std::string_view checks;
};

type_words words_of(std::string_view type) {
  auto colon = type.find(':');
  return {type.substr(0, colon), colon == type.npos ? std::string_view{} : type.substr(colon + 1)};
}

std::string kind_of(const type_words& x) {
  if (x.checks == "DURATION")
    return "TIME";
  if (x.checks == "PRICE")
    return "PRICE";
  return x.kind == "TEXT" ? "TEXT" : "N";
}

/// "1 to 1000".
std::string range_of(const type_words& x) {
  auto open = x.checks.find("in [");
  auto middle = x.checks.find(" - ", open);
  auto close = x.checks.find(']', middle);
  if (open == x.checks.npos || middle == x.checks.npos || close == x.checks.npos)
    return {};
  open += 4;
  return std::string{x.checks.substr(open, middle - open)} + " to " +
         std::string{x.checks.substr(middle + 3, close - middle - 3)};
}

bool is_flag(const CLI::Option* x) {
  return x->get_type_size() == 0 || x->get_expected_max() == 0;
}

/// Where a line goes on: under the right one of two columns, or of an example or a list under its own text.
size_t hang_of(const std::string& line, size_t second_column) {
  auto indent = std::min(line.find_first_not_of(' '), line.size());
  auto two = line.size() > second_column && line.compare(second_column - 2, 2, "  ") == 0;
  return indent == 0 ? 0 : two ? second_column : indent + 4;
}

class people_formatter : public CLI::Formatter {
public:
  explicit people_formatter(size_t columns) : columns_(columns) {}

  std::string make_help(const CLI::App* app, std::string name, CLI::AppFormatMode mode) const override {
    std::istringstream whole{CLI::Formatter::make_help(app, std::move(name), mode)};
    std::string out;
    for (std::string line; std::getline(whole, line);)
      for (const auto& part : wrapped(line, columns_, hang_of(line, get_column_width())))
        out += part + '\n';
    return out;
  }

  std::string make_option_name(const CLI::Option* x, bool is_positional) const override {
    // The library's way to write that a flag may have a value.
    auto out = CLI::Formatter::make_option_name(x, is_positional);
    auto brace = out.find('{');
    if (brace == out.npos)
      return out;
    return out.substr(0, brace) +
           (x->get_lnames().front() == "watch" || x->get_lnames().front() == "wait" ? "[=TIME]" : "");
  }

  std::string make_option_opts(const CLI::Option* x) const override {
    if (is_flag(x) || x->get_positional())
      return {};
    auto type = x->get_type_name();
    return " " + kind_of(words_of(type)) +
           (x->get_expected_max() == CLI::detail::expected_max_vector_size ? " ..." : "");
  }

  std::string make_option_desc(const CLI::Option* x) const override {
    std::vector<std::string> more;
    auto type = x->get_type_name();
    if (auto range = is_flag(x) ? std::string{} : range_of(words_of(type)); !range.empty())
      more.push_back(range);
    if (x->get_required())
      more.emplace_back("required");
    for (const auto* other : x->get_needs())
      more.push_back("with " + other->get_name());
    for (const auto* other : x->get_excludes())
      more.push_back("without " + other->get_name());
    if (auto text = x->get_default_str(); !text.empty())
      more.push_back("default " + text);
    std::string said;
    for (const auto& words : more)
      said += (said.empty() ? "" : ", ") + words;
    auto out = CLI::Formatter::make_option_desc(x);
    return said.empty() ? out : out + " (" + said + ")";
  }

private:
  size_t columns_;
};

} // namespace

std::shared_ptr<CLI::FormatterBase> plain_help(size_t columns) {
  return std::make_shared<people_formatter>(columns);
}

} // namespace vigie
