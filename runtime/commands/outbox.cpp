// `vigie outbox`: the notifications that wait for a person, and `retry`.
#include "actors/policy/plain_text.hpp"
#include "adapters/json/json_writer.hpp"
#include "runtime/commands/api_client.hpp"

namespace vigie {

namespace {

std::string counts_line(const json_node& data) {
  std::string out;
  if (auto counts = data.find("counts"))
    for (auto x : counts->members())
      out += (out.empty() ? "" : ", ") + text_of(*counts, x.key()) + " " + std::string{x.key()};
  return out;
}

text_table::cell state_cell(const json_node& row) {
  auto state = text_of(row, "state");
  auto how = state == "sent" ? paint::good : state == "dead" ? paint::bad : paint::warning;
  return {std::move(state), how};
}

/// Why rows wait although nothing is wrong with them.
void print_channels(const json_node& data, std::ostream& out) {
  for (auto x : rows_of(data, "channels"))
    if (int_of(x, "failures") > 0)
      out << "channel " << text_of(x, "channel") << " is left alone until " << text_of(x, "heldUntil") << " after "
          << text_of(x, "failures") << " failures in a row: " << strip_control(text_of(x, "problem")) << '\n';
}

int list_rows(const outbox_options& options, api_client& client, std::ostream& out) {
  auto states = options.state.empty() ? std::string{"dead,ambiguous"} : options.state;
  auto path = "/api/v1/outbox?limit=" + std::to_string(options.limit);
  auto answer = client.get(states == "all" ? path : path + "&state=" + states);
  if (!answer.ok())
    return answer.exit_code;
  if (options.style.json) {
    out << answer.text << '\n';
    return exit_done;
  }
  using enum text_table::holds;
  text_table table{{{"ID", number},
                    {"STATE", word, 0},
                    {"CHANNEL", text, 2},
                    {"ALERT", text, 3},
                    {"ITEM", text, 4},
                    {"TRIES", number, 5},
                    {"LAST ERROR", text, 1}}};
  for (auto x : rows_of(answer.data(), "outbox"))
    table.add({text_of(x, "id"), state_cell(x), text_of(x, "channel"), text_of(x, "alertName"), text_of(x, "itemId"),
               text_of(x, "attempts"), text_of(x, "lastError")});
  if (!table.empty())
    table.print(out, options.style);
  table.say_if_cut(options.limit, out);
  print_channels(answer.data(), out);
  out << counts_line(answer.data()) << '\n';
  return exit_done;
}

int retry_rows(const outbox_options& options, api_client& client, std::ostream& out, std::ostream& err) {
  if (options.ids.empty() && !options.dead && !options.ambiguous) {
    err << "Nothing is named: give the ids of `vigie outbox`, or --dead, or --ambiguous.\n";
    return exit_usage;
  }
  auto ids = json_value::array();
  for (auto id : options.ids)
    ids.push(id);
  auto body =
      json_value::object({{"ids", std::move(ids)}, {"dead", options.dead}, {"ambiguous", options.ambiguous}}).dump();
  auto answer = client.send("POST", "/api/v1/outbox/retry", std::move(body));
  if (!answer.ok())
    return answer.exit_code;
  auto count = int_of(answer.data(), "retried");
  if (options.style.json)
    out << answer.text << '\n';
  else
    out << count << (count == 1 ? " notification is" : " notifications are") << " sent again\n";
  return exit_done;
}

} // namespace

int run_outbox(const outbox_options& options, std::ostream& out, std::ostream& err) {
  api_client client{options.node, options.style, err};
  return options.retry ? retry_rows(options, client, out, err) : list_rows(options, client, out);
}

} // namespace vigie
