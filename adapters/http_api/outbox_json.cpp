// The outbox as the API shows it, and what of it shall be sent again.

#include "adapters/http_api/api_json.hpp"

namespace vigie {

namespace {

result<std::vector<outbox_id>> read_ids(const json_node& list, size_t most) {
  if (list.kind() != json_kind::array || list.size() > most)
    return fail(errc::bad_request, "an array of at most " + std::to_string(most) + " ids is wanted here", "/ids");
  std::vector<outbox_id> out;
  for (auto element : list.elements()) {
    auto id = element.as_int();
    if (!id || *id < 1)
      return fail(errc::bad_request, "a notification's id is wanted here", "/ids/" + std::to_string(out.size()));
    out.emplace_back(*id);
  }
  return out;
}

} // namespace

json_value outbox_page_json(const outbox_page& x) {
  auto rows = json_value::array();
  for (const auto& row : x.rows)
    rows.push(outbox_json(row));
  auto channels = json_value::array();
  for (const auto& channel : x.channels)
    if (channel.failures > 0 || channel.gap > duration{0})
      channels.push(
          json_value::object({{"channel", channel.channel.value},
                              {"heldUntil", to_rfc3339(channel.held_until)},
                              {"gapMs", channel.gap.count()},
                              {"failures", channel.failures},
                              {"problem", channel.problem.empty() ? json_value{} : json_value{channel.problem}}}));
  return json_value::object({{"outbox", std::move(rows)},
                             {"counts", json_value::object({{"pending", x.counts.pending},
                                                            {"sending", x.counts.sending},
                                                            {"sent", x.counts.sent},
                                                            {"ambiguous", x.counts.ambiguous},
                                                            {"dead", x.counts.dead}})},
                             {"channels", std::move(channels)}});
}

result<retry_outbox> retry_from_json(std::string_view text, size_t most_ids) {
  auto doc = parse_json(text);
  if (!doc)
    return tl::unexpected(doc.error());
  if (doc->root().kind() != json_kind::object)
    return fail(errc::bad_request, "an object with ids, dead or ambiguous is wanted here");
  retry_outbox out;
  for (auto member : doc->root().members()) {
    if (member.key() == "ids") {
      auto ids = read_ids(member, most_ids);
      if (!ids)
        return tl::unexpected(ids.error());
      out.ids = std::move(*ids);
    } else if (member.key() == "dead" || member.key() == "ambiguous") {
      auto flag = member.as_bool();
      if (!flag)
        return fail(errc::bad_request, "true or false is wanted here", "/" + std::string{member.key()});
      if (*flag)
        out.states.push_back(member.key() == "dead" ? delivery_state::dead : delivery_state::ambiguous);
    } else {
      return fail(errc::bad_request, "unknown key", "/" + std::string{member.key()});
    }
  }
  if (out.ids.empty() && out.states.empty())
    return fail(errc::bad_request, "nothing is named: give ids, or \"dead\": true, or \"ambiguous\": true");
  return out;
}

} // namespace vigie
