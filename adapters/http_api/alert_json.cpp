#include "adapters/http_api/alert_json.hpp"

#include <algorithm>
#include <set>

#include "actors/policy/currency_codes.hpp"
#include "actors/policy/decimal_text.hpp"
#include "actors/policy/plain_text.hpp"
#include "actors/policy/unicode.hpp"
#include "adapters/json/json_text.hpp"

namespace vigie {

namespace {

/// Reads the members of one object; the first fault stays.
class object_reader {
public:
  object_reader(const json_node& from, std::string pointer, const alert_limits& limits, error& fault)
      : from_(from), pointer_(std::move(pointer)), limits_(limits), fault_(fault) {
    if (from.kind() != json_kind::object)
      refuse("an object is wanted here", {});
  }

  void text(std::string_view name, std::string& out, bool needed = false) {
    auto member = take(name, needed);
    if (!member)
      return;
    auto value = member->as_string();
    if (!value)
      return refuse("a string is wanted here", name);
    out = *value;
  }

  /// What alert_json writes and nobody may set.
  void skip(std::string_view name) { take(name, false); }

  void flag(std::string_view name, bool& out) {
    auto member = take(name, false);
    if (!member)
      return;
    auto value = member->as_bool();
    if (!value)
      return refuse("true or false is wanted here", name);
    out = *value;
  }

  void id(std::string_view name, alert_id& out) {
    auto member = take(name, false);
    if (!member)
      return;
    auto value = member->as_int();
    if (!value || *value < 0)
      return refuse("a whole number of at least 0 is wanted here", name);
    out = alert_id{*value};
  }

  void money(std::string_view name, optional<cents>& out) {
    auto member = take(name, false);
    if (!member || member->is_null())
      return;
    auto number = member->as_decimal_text();
    if (!number)
      return refuse("a number or null is wanted here", name);
    auto value = read_exact_cents(*number, limits_);
    if (!value)
      return refuse(value.error().detail, name);
    out = *value;
  }

  template <class Make>
  void list(std::string_view name, Make&& make) {
    auto member = take(name, false);
    if (!member)
      return;
    if (member->kind() != json_kind::array)
      return refuse("an array of strings is wanted here", name);
    size_t i = 0;
    for (auto element : member->elements()) {
      auto place = std::string{name} + "/" + std::to_string(i++);
      auto value = element.as_string();
      if (!value)
        return refuse("a string is wanted here", place);
      make(std::string{*value});
    }
  }

  void words(std::string_view name, std::vector<std::string>& out) {
    list(name, [&](std::string x) { out.push_back(std::move(x)); });
  }

  std::optional<json_node> take(std::string_view name, bool needed) {
    if (fault_.code != errc::none)
      return {};
    known_.insert(name);
    auto member = from_.find(name);
    if (!member && needed)
      refuse("this is missing", name);
    return member;
  }

  /// After all members were named.
  void nothing_else() {
    if (fault_.code != errc::none)
      return;
    for (auto member : from_.members())
      if (!known_.contains(member.key()))
        return refuse("unknown key; known are: " + known_names(), member.key());
  }

  void refuse(std::string why, std::string_view name) {
    if (fault_.code != errc::none)
      return;
    fault_ = {errc::bad_request, std::move(why), name.empty() ? pointer_ : pointer_ + "/" + std::string{name}};
  }

  std::string place_of(std::string_view name) const { return pointer_ + "/" + std::string{name}; }

private:
  std::string known_names() const {
    std::string out;
    for (auto x : known_)
      out += (out.empty() ? "" : ", ") + std::string{x};
    return out;
  }

  json_node from_;
  std::string pointer_;
  const alert_limits& limits_;
  error& fault_;
  std::set<std::string_view> known_;
};

void read_keywords(object_reader& of, match_conditions& out, const alert_limits& limits, error& fault) {
  auto member = of.take("keywords", false);
  if (!member)
    return;
  object_reader r{*member, of.place_of("keywords"), limits, fault};
  r.words("all", out.all);
  r.words("any", out.any);
  r.words("none", out.none);
  r.nothing_else();
}

void read_price(object_reader& of, match_conditions& out, const alert_limits& limits, error& fault) {
  auto member = of.take("price", false);
  if (!member || member->is_null())
    return;
  object_reader r{*member, of.place_of("price"), limits, fault};
  r.money("min", out.price_min);
  r.money("max", out.price_max);
  if (auto currency = r.take("currency", false); currency && !currency->is_null())
    r.text("currency", out.currency);
  r.nothing_else();
}

/// What the texts of an alert are held to, wherever they come from; the first fault stays.
class alert_check {
public:
  alert_check(const alert_limits& limits, const std::string& pointer) : limits_(limits), pointer_(pointer) {}

  void text(const char* place, std::string_view value, size_t most) {
    if (value.size() > most)
      refuse("at most " + std::to_string(most) + " bytes are taken here", place);
    else if (first_invalid_utf8(value) != value.npos)
      refuse("this is not UTF-8", place);
    else if (std::any_of(value.begin(), value.end(),
                         [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }))
      refuse("control characters are not taken here", place);
  }

  void needed(const char* place, std::string_view value, size_t most) {
    text(place, value, most);
    if (trim_blanks(value).empty())
      refuse("this must not be empty", place);
  }

  /// Of what people read and type: nothing that cannot be seen is a part of it.
  void visible(const char* place, std::string_view value) {
    for (size_t at = 0; at < value.size();) {
      auto length = std::max<size_t>(utf8_length(value, at), 1);
      if (is_unprintable(utf8_code_point(value.substr(at, length))))
        return refuse("control characters are not taken here", place);
      at += length;
    }
  }

  template <class Words, class Text>
  void words(const char* place, const Words& all, Text text_of) {
    if (all.size() > limits_.words_per_list)
      return refuse("at most " + std::to_string(limits_.words_per_list) + " are taken here", place);
    for (size_t i = 0; i < all.size(); ++i)
      needed((place + ("/" + std::to_string(i))).c_str(), text_of(all[i]), limits_.word_bytes);
  }
  void words(const char* place, const std::vector<std::string>& all) {
    words(place, all, [](const std::string& x) -> std::string_view { return x; });
  }

  void keywords(const char* place, const std::vector<std::string>& all) {
    words(place, all);
    for (size_t i = 0; i < all.size(); ++i)
      if (all[i].starts_with('~') && trim_blanks(std::string_view{all[i]}.substr(1)).empty())
        refuse("write the part of a word behind the ~, as ~phone", place + ("/" + std::to_string(i)));
  }

  void refuse(std::string why, const std::string& place) {
    if (fault_.code == errc::none)
      fault_ = {errc::bad_request, std::move(why), pointer_ + place};
  }

  error fault() && { return std::move(fault_); }

private:
  const alert_limits& limits_;
  const std::string& pointer_;
  error fault_;
};

json_value word_list(const std::vector<std::string>& words) {
  auto out = json_value::array();
  for (const auto& x : words)
    out.push(x);
  return out;
}

json_value money_json(const optional<cents>& x) {
  return x ? json_value{static_cast<double>(*x) / 100.0} : json_value{}; // prints as the decimal it stands for
}

result<std::vector<alert>> read_lines(std::string_view text, const alert_limits& limits) {
  std::vector<alert> out;
  json_parser parser;
  for (size_t line = 1; !text.empty(); ++line) {
    auto end = std::min(text.find('\n'), text.size());
    auto row = trim_blanks(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    if (row.empty())
      continue;
    auto root = parser.parse(row);
    auto one = root ? read_alert(*root, limits) : tl::unexpected(root.error());
    if (!one)
      return fail(one.error().code, one.error().detail, "line " + std::to_string(line) + ": " + one.error().place);
    out.push_back(std::move(*one));
    if (out.size() > limits.alerts_per_import)
      return fail(errc::bad_request,
                  "at most " + std::to_string(limits.alerts_per_import) + " alerts are taken at once");
  }
  return out;
}

} // namespace

namespace {

void add_what_people_set(json_value& to, const alert& what, bool baseline = true) {
  auto channels = json_value::array();
  for (const auto& x : what.channels)
    channels.push(x.value);
  const auto& when = what.when;
  to.set("name", what.name)
      .set("source", what.source.value)
      .set("query", what.query)
      .set("keywords",
           json_value::object(
               {{"all", word_list(when.all)}, {"any", word_list(when.any)}, {"none", word_list(when.none)}}))
      .set("price",
           json_value::object({{"min", money_json(when.price_min)},
                               {"max", money_json(when.price_max)},
                               {"currency", when.currency.empty() ? json_value{} : json_value{when.currency}}}))
      .set("conditions", word_list(when.conditions))
      .set("brands", word_list(when.brands))
      .set("sizes", word_list(when.sizes))
      .set("foldAccents", when.fold_accents)
      .set("channels", std::move(channels))
      .set("enabled", what.enabled);
  if (baseline)
    to.set("baseline", what.baseline);
}

} // namespace

json_value alert_json(const alert& what) {
  auto out = json_value::object({{"id", what.id.value}});
  add_what_people_set(out, what);
  return out.set("baselineDone", what.baseline_done)
      .set("pausedWhy", what.paused_why.empty() ? json_value{} : json_value{what.paused_why});
}

json_value import_json(const alert& what, bool baseline) {
  auto out = json_value::object();
  add_what_people_set(out, what, baseline);
  return out;
}

error check_alert(const alert& what, const alert_limits& limits, const std::string& pointer) {
  const auto& when = what.when;
  alert_check check{limits, pointer};
  check.needed("/name", what.name, limits.name_bytes);
  check.visible("/name", what.name);
  check.needed("/source", what.source.value, limits.word_bytes);
  check.text("/query", what.query, limits.query_bytes);
  check.keywords("/keywords/all", when.all);
  check.keywords("/keywords/any", when.any);
  check.keywords("/keywords/none", when.none);
  check.words("/conditions", when.conditions);
  check.words("/brands", when.brands);
  check.words("/sizes", when.sizes);
  check.words("/channels", what.channels, [](const channel_id& x) -> std::string_view { return x.value; });
  if (!when.currency.empty() && !is_currency_code(when.currency))
    check.refuse("a currency is one of ISO 4217, three capital letters such as EUR", "/price/currency");
  if (when.price_min && when.price_max && *when.price_min > *when.price_max)
    check.refuse("min is more than max", "/price/min");
  return std::move(check).fault();
}

result<alert> read_alert(const json_node& from, const alert_limits& limits, const std::string& pointer) {
  auto out = parse_alert(from, limits, pointer);
  if (!out)
    return out;
  if (auto fault = check_alert(*out, limits, pointer); fault.code != errc::none)
    return tl::unexpected<error>(std::move(fault));
  return out;
}

result<alert> parse_alert(const json_node& from, const alert_limits& limits, const std::string& pointer) {
  error fault;
  alert out;
  out.baseline = limits.baseline;
  object_reader r{from, pointer, limits, fault};
  r.id("id", out.id);
  r.text("name", out.name, true);
  r.text("source", out.source.value, true);
  r.text("query", out.query);
  read_keywords(r, out.when, limits, fault);
  read_price(r, out.when, limits, fault);
  r.words("conditions", out.when.conditions);
  r.words("brands", out.when.brands);
  r.words("sizes", out.when.sizes);
  r.flag("foldAccents", out.when.fold_accents);
  r.list("channels", [&](std::string x) { out.channels.emplace_back(std::move(x)); });
  r.flag("enabled", out.enabled);
  r.flag("baseline", out.baseline);
  r.skip("baselineDone");
  r.skip("pausedWhy");
  r.skip("warnings");
  r.nothing_else();
  if (fault.code != errc::none)
    return tl::unexpected<error>(std::move(fault));
  return out;
}

result<alert> alert_from_json(std::string_view text, const alert_limits& limits) {
  auto doc = parse_json(text);
  return doc ? read_alert(doc->root(), limits) : tl::unexpected(doc.error());
}

result<std::vector<alert>> alerts_from_json(std::string_view text, const alert_limits& limits) {
  auto start = text.starts_with("\xEF\xBB\xBF") ? text.substr(3) : text;
  if (!trim_blanks(start).starts_with('['))
    return read_lines(start, limits);
  auto doc = parse_json(text);
  if (!doc)
    return tl::unexpected(doc.error());
  if (doc->root().size() > limits.alerts_per_import)
    return fail(errc::bad_request, "at most " + std::to_string(limits.alerts_per_import) + " alerts are taken at once");
  std::vector<alert> out;
  for (auto element : doc->root().elements()) {
    auto one = read_alert(element, limits, "/" + std::to_string(out.size()));
    if (!one)
      return tl::unexpected(one.error());
    out.push_back(std::move(*one));
  }
  return out;
}

result<cents> read_exact_cents(std::string_view number, const alert_limits& limits) {
  if (number.find_first_not_of("-0123456789.") != std::string_view::npos)
    return fail(errc::bad_request, "write the amount as a plain decimal number, such as 12.50");
  auto dot = number.find('.');
  auto decimals = dot == std::string_view::npos ? std::string_view{} : number.substr(dot + 1);
  if (decimals.size() > 2 && decimals.find_first_not_of('0', 2) != std::string_view::npos)
    return fail(errc::bad_request, "an amount has at most two decimals");
  auto value = parse_decimal(number);
  if (!value || *value > limits.price || *value < -limits.price)
    return fail(errc::bad_request, "an amount is a number of at most " + format_cents(limits.price));
  return *value;
}

} // namespace vigie
