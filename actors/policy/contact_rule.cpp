#include "actors/policy/contact_rule.hpp"

#include "actors/policy/address_guard.hpp"
#include "actors/policy/url_template.hpp"

namespace vigie {

bool needs_contact(std::string_view url) {
  auto parsed = parse_url(url);
  return parsed && !is_loopback_host(parsed->host);
}

error check_contact(const std::vector<source_spec>& sources, bool has_contact) {
  for (const auto& x : sources)
    if (!has_contact && x.enabled && needs_contact(x.url))
      return {errc::bad_config,
              "the source " + x.id.value + " asks " + host_key_of(x.url).value_or(host_key{}).value +
                  ", which is not on loopback, and this worker's [fetch] contact is empty; write one there, as contact "
                  "= \"https://example.org/bot\", and restart the worker",
              {}};
  return {};
}

} // namespace vigie
