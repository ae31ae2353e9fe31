#include "runtime/commands/command_help.hpp"

#include <string>
#include <string_view>
#include <vector>

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

class people_formatter : public CLI::Formatter {
public:
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
};

} // namespace

std::shared_ptr<CLI::FormatterBase> plain_help() {
  return std::make_shared<people_formatter>();
}

} // namespace vigie
