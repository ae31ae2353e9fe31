#include "runtime/config_reader.hpp"

#include <algorithm>
#include <charconv>

#include "actors/policy/near_names.hpp"
#include "actors/policy/secret_forms.hpp"
#include "runtime/config_units.hpp"
#include "runtime/config_written.hpp"

namespace vigie {

namespace {

std::string join(std::span<const std::string> words) {
  std::string out;
  for (const auto& x : words)
    out += (out.empty() ? "" : ", ") + x;
  return out;
}

std::string suggestion(std::string_view name, std::span<const std::string> known) {
  if (auto near = nearest(name, known); !near.empty())
    return "Did you mean \"" + near + "\"? Known are: " + join(known) + ".";
  return "Known are: " + join(known) + ".";
}

/// Done when a reading comes to its end, however that is.
template <class F>
struct at_the_end {
  F f;
  ~at_the_end() { f(); }
};
template <class F>
at_the_end(F) -> at_the_end<F>;

// As a line of `vigie check` shows a value: as it is written.
std::string short_text(const config_value& x) {
  if (x.type == config_value::kind::text)
    return x.text;
  if (x.type != config_value::kind::array)
    return describe(x);
  std::string out;
  for (const auto& element : x.elements)
    out += (out.empty() ? "" : " ") + short_text(element);
  return out;
}

} // namespace

config_reader::config_reader(config_context& context, const config_value* table, std::string key, file_position at)
    : context_(&context), table_(table), key_(std::move(key)), at_(at) {}

std::string config_reader::key_of(const std::string& name) const {
  return key_.empty() ? name : name.empty() ? key_ : key_ + "." + name;
}

file_position config_reader::position_of(const std::string& name) const {
  const auto* value = table_ && !name.empty() ? table_->find(name) : nullptr;
  return value ? value->at : at_;
}

bool config_reader::has(const std::string& name) const {
  return context_->overrides.count(key_of(name)) != 0 || (table_ && table_->find(name));
}

config_reader::found config_reader::find(const std::string& name) {
  known_.push_back(name);
  found out;
  if (auto i = context_->overrides.find(key_of(name)); i != context_->overrides.end())
    out.override = &i->second;
  else if (table_)
    out.value = table_->find(name);
  return out;
}

void config_reader::problem(const std::string& name, std::string what, std::string remedy) {
  config_problem x{"", key_of(name), std::move(what), std::move(remedy)};
  if (auto i = context_->overrides.find(x.key); i != context_->overrides.end())
    x.place = i->second.place;
  context_->error(position_of(name), std::move(x));
}

void config_reader::warning(const std::string& name, std::string what, std::string remedy) {
  config_problem x{"", key_of(name), std::move(what), std::move(remedy)};
  if (auto i = context_->overrides.find(x.key); i != context_->overrides.end())
    x.place = i->second.place;
  context_->warn(position_of(name), std::move(x));
}

void config_reader::problem_at(const std::string& name, size_t element, std::string what, std::string remedy) {
  const auto* list = table_ ? table_->find(name) : nullptr;
  auto at = list && element < list->elements.size() ? list->elements[element].at : position_of(name);
  context_->error(at, {"", key_of(name), std::move(what), std::move(remedy)});
}

void config_reader::wrong_type(const std::string& name, const found& what, std::string_view expected) {
  auto seen = what.value ? describe(*what.value) : "the text \"" + what.override->text + "\"";
  problem(name, "expected " + std::string{expected} + ", found " + seen,
          (what.value ? "Write " + name + " as " : std::string{"Set it to "}) + std::string{expected} + ".");
}

bool config_reader::text_of(const std::string& name, const found& what, std::string_view expected, bool secret,
                            std::string& out) {
  if (what.override) {
    out = what.override->text;
    return true;
  }
  if (what.value->type != config_value::kind::text) {
    wrong_type(name, what, expected);
    return false;
  }
  return context_->expand(*what.value, key_of(name), secret, out);
}

bool config_reader::read(const std::string& name, std::string& out) {
  at_the_end say{[&] { in_force(name, written(out)); }};
  std::string text;
  auto x = find(name);
  if (!x || !text_of(name, x, "a text in quotes", false, text))
    return false;
  out = std::move(text);
  return true;
}

bool config_reader::read_path(const std::string& name, std::string& out) {
  at_the_end say{[&] { in_force(name, written(out)); }};
  if (!read(name, out))
    return false;
  if (!context_->overrides.contains(key_of(name)))
    out = context_->beside_file(out);
  return true;
}

void config_reader::read(const std::string& name, bool& out) {
  at_the_end say{[&] { in_force(name, written(out)); }};
  auto x = find(name);
  if (!x)
    return;
  if (x.value && x.value->type == config_value::kind::boolean)
    out = x.value->boolean;
  else if (x.override && (x.override->text == "true" || x.override->text == "1"))
    out = true;
  else if (x.override && (x.override->text == "false" || x.override->text == "0"))
    out = false;
  else
    wrong_type(name, x, "true or false");
}

bool config_reader::whole_number(const std::string& name, const found& what, int64_t& out) {
  if (what.value && what.value->type == config_value::kind::integer) {
    out = what.value->integer;
    return true;
  }
  if (what.override) {
    const auto& text = what.override->text;
    auto [ptr, ec] = std::from_chars(text.data(), text.data() + text.size(), out);
    if (!text.empty() && ec == std::errc{} && ptr == text.data() + text.size())
      return true;
  }
  wrong_type(name, what, "a whole number");
  return false;
}

void config_reader::read(const std::string& name, uint32_t& out, uint32_t min, uint32_t max) {
  at_the_end say{[&] { in_force(name, written(out)); }};
  int64_t number = 0;
  auto x = find(name);
  if (!x || !whole_number(name, x, number))
    return;
  if (number < min || number > max)
    problem(name, std::to_string(number) + " is out of range",
            "Write a number from " + std::to_string(min) + " to " + std::to_string(max) + ".");
  else
    out = static_cast<uint32_t>(number);
}

void config_reader::read_number(const std::string& name, uint64_t& out) {
  at_the_end say{[&] { in_force(name, written(out)); }};
  int64_t number = 0;
  auto x = find(name);
  if (!x || !whole_number(name, x, number))
    return;
  if (number < 0)
    problem(name, std::to_string(number) + " is negative", "Write a number from 0 on.");
  else
    out = static_cast<uint64_t>(number);
}

void config_reader::read(const std::string& name, duration& out, duration min) {
  at_the_end say{[&] { in_force(name, written(out)); }};
  std::string text;
  auto x = find(name);
  if (!x || !text_of(name, x, "a duration with its unit in quotes, as \"" + to_text(out) + "\"", false, text))
    return;
  auto parsed = parse_duration(text);
  if (!parsed)
    problem(name, parsed.error().detail,
            "Write " + name + " = \"" + to_text(out) + "\", or another duration; the units are ms, s, m, h and d.");
  else if (*parsed < min)
    problem(name, "\"" + text + "\" is too short", "Write at least \"" + to_text(min) + "\".");
  else
    out = *parsed;
}

void config_reader::read_size(const std::string& name, uint64_t& out, uint64_t min) {
  at_the_end say{[&] { in_force(name, in_quotes(size_to_text(out))); }};
  std::string text;
  auto x = find(name);
  if (!x || !text_of(name, x, "a size with its unit in quotes, as \"" + size_to_text(out) + "\"", false, text))
    return;
  auto parsed = parse_size(text);
  if (!parsed)
    problem(name, parsed.error().detail,
            "Write " + name + " = \"" + size_to_text(out) + "\", or another size; the units are B, KiB, MiB and GiB.");
  else if (*parsed < min)
    problem(name, "\"" + text + "\" is too small", "Write at least \"" + size_to_text(min) + "\".");
  else
    out = *parsed;
}

void config_reader::read(const std::string& name, endpoint& out) {
  at_the_end say{[&] { in_force(name, written(out)); }};
  std::string text;
  auto x = find(name);
  if (!x || !text_of(name, x, "an address in quotes, as \"127.0.0.1:7700\"", false, text))
    return;
  if (auto parsed = parse_endpoint(text))
    out = *parsed;
  else
    problem(name, parsed.error().detail, "Write a host and a port from 1 to 65535, as \"127.0.0.1:7700\".");
}

bool config_reader::read(const std::string& name, std::vector<std::string>& out) {
  at_the_end say{[&] { in_force(name, written(out)); }};
  auto x = find(name);
  if (!x)
    return false;
  constexpr std::string_view expected = "a list of texts, as [\"one\", \"two\"]";
  if (!x.value || x.value->type != config_value::kind::array) {
    wrong_type(name, x, expected);
    return false;
  }
  std::vector<std::string> all;
  for (size_t i = 0; i < x.value->elements.size(); ++i) {
    const auto& element = x.value->elements[i];
    std::string text;
    if (element.type != config_value::kind::text)
      problem_at(name, i, "expected a text, found " + describe(element),
                 "Put every element of " + name + " in quotes.");
    else if (context_->expand(element, key_of(name), false, text))
      all.push_back(std::move(text));
  }
  auto whole = all.size() == x.value->elements.size();
  out = std::move(all);
  return whole;
}

void config_reader::read(const std::string& name, std::vector<uint16_t>& out) {
  at_the_end say{[&] { in_force(name, written(out)); }};
  auto x = find(name);
  if (!x)
    return;
  if (!x.value || x.value->type != config_value::kind::array)
    return wrong_type(name, x, "a list of port numbers, as [8443]");
  for (size_t i = 0; i < x.value->elements.size(); ++i) {
    const auto& element = x.value->elements[i];
    if (element.type != config_value::kind::integer || element.integer < 1 || element.integer > 65535)
      problem_at(name, i, "expected a port number, found " + describe(element),
                 "Write numbers from 1 to 65535 without quotes, as " + name + " = [8443].");
    else
      out.push_back(static_cast<uint16_t>(element.integer));
  }
}

void config_reader::read(const std::string& name, std::map<std::string, std::string>& out, bool secret) {
  at_the_end say{[&] { in_force(name, written(out, secret)); }};
  auto x = find(name);
  if (!x)
    return;
  if (!x.value || x.value->type != config_value::kind::table)
    return wrong_type(name, x, "a table of texts, as { name = \"value\" }");
  for (const auto& member : x.value->members) {
    auto key = key_of(name) + "." + member.key;
    std::string text;
    if (member.type != config_value::kind::text)
      context_->error(member.at, {"", key, "expected a text, found " + describe(member), "Put the value in quotes."});
    else if (context_->expand(member, key, secret, text)) {
      if (secret && is_secret_name(member.key))
        context_->keep_secret(text);
      out[member.key] = std::move(text);
    }
  }
}

bool config_reader::read_word(const std::string& name, std::span<const std::string> words, size_t& index) {
  at_the_end say{[&] { in_force(name, in_quotes(words[index])); }};
  std::string text;
  auto x = find(name);
  if (!x || !text_of(name, x, "one of: " + join(words) + ", in quotes", false, text))
    return false;
  auto i = std::find(words.begin(), words.end(), text);
  if (i == words.end()) {
    problem(name, "\"" + text + "\" is unknown here", suggestion(text, words));
    return false;
  }
  index = static_cast<size_t>(i - words.begin());
  return true;
}

bool config_reader::require(const std::string& name, std::string_view remedy, bool secret) {
  checked_variable row;
  row.name = key_of(name);
  row.required = true;
  row.configured = has(name);
  if (auto i = context_->overrides.find(row.name); i != context_->overrides.end())
    row.value = i->second.text;
  else if (const auto* value = table_ ? table_->find(name) : nullptr)
    row.value = short_text(*value);
  if (secret && row.configured)
    row.value = secret_mask;
  else
    row.value = mask_secret_forms(row.value);
  auto configured = row.configured;
  context_->note(std::move(row));
  if (!configured)
    problem(name, "this key is missing", std::string{remedy});
  return configured;
}

config_reader config_reader::table(const std::string& name) {
  known_.push_back(name);
  const auto* value = table_ ? table_->find(name) : nullptr;
  if (value && value->type != config_value::kind::table) {
    problem(name, "expected a table, found " + describe(*value), "Write it as [" + key_of(name) + "].");
    value = nullptr;
  }
  return {*context_, value, key_of(name), value ? value->at : at_};
}

std::vector<std::pair<std::string, config_reader>> config_reader::named_tables(const std::string& name) {
  std::vector<std::pair<std::string, config_reader>> out;
  auto all = table(name);
  if (!all.present())
    return out;
  for (const auto& member : all.table_->members) {
    auto key = all.key_of(member.key);
    if (member.type != config_value::kind::table)
      context_->error(member.at, {"", key, "expected a table, found " + describe(member),
                                  "Write it as [" + name + ".NAME], with its keys below."});
    else
      out.emplace_back(member.key, config_reader{*context_, &member, key, member.at});
  }
  std::sort(out.begin(), out.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  return out;
}

std::vector<config_reader> config_reader::tables(const std::string& name) {
  known_.push_back(name);
  std::vector<config_reader> out;
  const auto* value = table_ ? table_->find(name) : nullptr;
  if (!value)
    return out;
  if (value->type != config_value::kind::array) {
    problem(name, "expected a list of tables, found " + describe(*value), "Write each as [[" + key_of(name) + "]].");
    return out;
  }
  for (size_t i = 0; i < value->elements.size(); ++i) {
    const auto& element = value->elements[i];
    if (element.type != config_value::kind::table)
      problem_at(name, i, "expected a table, found " + describe(element), "Write each as [[" + key_of(name) + "]].");
    else
      out.emplace_back(*context_, &element, key_of(name) + "[" + std::to_string(i + 1) + "]", element.at);
  }
  return out;
}

void config_reader::finish() {
  if (!table_)
    return;
  for (const auto& member : table_->members)
    if (std::find(known_.begin(), known_.end(), member.key) == known_.end())
      context_->error(std::min(member.key_at, member.at),
                      {"", key_of(member.key), "this key is unknown", suggestion(member.key, known_)});
}

} // namespace vigie
