#include "actors/policy/alert_review.hpp"

#include <algorithm>

#include "actors/policy/near_names.hpp"
#include "actors/policy/unicode.hpp"
#include "actors/policy/url_template.hpp"

namespace vigie {

namespace {

/// `there is no source "markt"; did you mean "market"? There are: market, shop`
std::string unknown(const char* what, const std::string& name, const std::vector<std::string>& known) {
  constexpr size_t most_named = 20;
  auto out = std::string{"there is no "} + what + " \"" + name + "\"";
  if (known.empty())
    return out + "; the configuration has none";
  auto meant = nearest(name, known);
  out += meant.empty() ? "; there are: " : "; did you mean \"" + meant + "\"? There are: ";
  for (size_t i = 0; i < std::min(known.size(), most_named); ++i)
    out += (i == 0 ? "" : ", ") + known[i];
  return known.size() > most_named ? out + ", and " + std::to_string(known.size() - most_named) + " more" : out;
}

/// A condition, and the fields of which one must be read for it ever to hold.
struct asked_field {
  const char* name;
  bool asked;
  std::vector<std::string> fields;
};

std::vector<asked_field> asked_of(const match_conditions& x) {
  return {{"price", x.price_min || x.price_max, {"price"}},
          {"currency", !x.currency.empty(), {"currency", "price"}}, // an amount's sign says it, too
          {"condition", !x.conditions.empty(), {"condition"}},
          {"brand", !x.brands.empty(), {"brand"}},
          {"size", !x.sizes.empty(), {"size"}}};
}

/// Nothing of it is ever looked for.
bool is_found_nowhere(const std::string& keyword) {
  return keyword == "~" || (!keyword.starts_with('~') && words(case_fold(keyword)).empty());
}

bool contains(const std::vector<std::string>& all, const std::string& x) {
  return std::find(all.begin(), all.end(), x) != all.end();
}

} // namespace

alert_review::alert_review(const std::vector<source_spec>& sources, const std::vector<channel_id>& channels) {
  for (const auto& x : sources) {
    source_facts facts;
    facts.enabled = x.enabled;
    auto url = url_template::parse(x.url);
    facts.has_query = url && url->has_query();
    facts.knows_fields = x.extract.framing == page_framing::feed || x.extract.framing == page_framing::sitemap;
    for (const auto& [name, path] : x.extract.fields)
      facts.fields.push_back(name);
    for (const auto& [name, text] : x.extract.constants)
      facts.fields.push_back(name);
    sources_.emplace(x.id.value, std::move(facts));
  }
  for (const auto& [name, facts] : sources_)
    source_names_.push_back(name);
  for (const auto& x : channels)
    channel_names_.push_back(x.value);
  std::sort(channel_names_.begin(), channel_names_.end());
}

bool alert_review::knows(const source_id& x) const {
  return sources_.contains(x.value);
}

bool alert_review::knows(const channel_id& x) const {
  return std::binary_search(channel_names_.begin(), channel_names_.end(), x.value);
}

error alert_review::refusal(const alert& what, const std::string& pointer) const {
  if (!knows(what.source))
    return {errc::bad_request, unknown("source", what.source.value, source_names_), pointer + "/source"};
  for (size_t i = 0; i < what.channels.size(); ++i)
    if (!knows(what.channels[i]))
      return {errc::bad_request, unknown("channel", what.channels[i].value, channel_names_),
              pointer + "/channels/" + std::to_string(i)};
  return {};
}

std::vector<std::string> alert_review::doubts(const alert& what) const {
  std::vector<std::string> out;
  for (const auto& x : what.channels)
    if (!knows(x))
      out.push_back(unknown("channel", x.value, channel_names_));
  for (const auto* list : {&what.when.all, &what.when.any, &what.when.none})
    for (const auto& x : *list)
      if (is_found_nowhere(x))
        out.push_back("its keyword \"" + x + "\" is found nowhere: it has no letter and no digit" +
                      (x == "~" ? "" : "; \"~" + x + "\" finds it anywhere"));
  if (what.channels.empty())
    out.push_back("it has no channel: its matches are stored, and nobody is told");
  auto i = sources_.find(what.source.value);
  if (i == sources_.end()) {
    out.push_back(unknown("source", what.source.value, source_names_));
    return out;
  }
  const auto& name = i->first;
  const auto& source = i->second;
  if (!source.enabled)
    out.push_back("the source \"" + name + "\" is switched off (enabled = false)");
  if (!what.query.empty() && !source.has_query)
    out.push_back("its query is not asked: the URL of the source \"" + name + "\" has no {query}");
  if (what.query.empty() && source.has_query)
    out.push_back("its query is empty, and the URL of the source \"" + name + "\" asks for one");
  for (const auto& x : asked_of(what.when))
    if (x.asked && !source.knows_fields &&
        std::none_of(x.fields.begin(), x.fields.end(), [&](const auto& f) { return contains(source.fields, f); }))
      out.push_back(std::string{"its condition on the "} + x.name + " never holds: the source \"" + name +
                    "\" does not read that field");
  return out;
}

} // namespace vigie
