// `vigie tree` and `vigie top`: every actor, on every node. `vigie crash` ends one, to see supervision work.
#include <algorithm>
#include <map>

#include "actors/policy/plain_text.hpp"
#include "adapters/json/json_writer.hpp"
#include "runtime/commands/api_client.hpp"

namespace vigie {

namespace {

/// Asks for the tree and prints it: as JSON, or with `show(data)`.
template <class F>
int with_tree(const tree_options& options, std::ostream& out, std::ostream& err, F show) {
  api_client client{options.node, options.style, err};
  auto answer = client.get(options.fleet ? "/api/v1/inspect/tree?fleet=1" : "/api/v1/inspect/tree");
  if (!answer.ok())
    return answer.exit_code;
  if (options.style.json)
    out << answer.text << '\n';
  else
    show(answer.data());
  return exit_done;
}

std::string busy_time(const json_node& actor) {
  auto handled = int_of(actor, "handled");
  if (handled <= 0)
    return "";
  auto us = int_of(actor, "busyNs") / handled / 1000;
  return std::to_string(us) + " µs";
}

uint64_t count_of(const json_node& x, std::string_view key) {
  return static_cast<uint64_t>(std::max<int64_t>(0, int_of(x, key)));
}

using children_map = std::multimap<std::string, json_node>;

struct tree_printer {
  text_table table{{{"ACTOR"},
                    {"STATE", text_table::holds::text, 1},
                    {"MAILBOX", text_table::holds::number, 2},
                    {"HANDLED", text_table::holds::number, 4},
                    {"PER CALL", text_table::holds::number, 5},
                    {"RESTARTS", text_table::holds::number, 2},
                    {"LAST CRASH", text_table::holds::text, 3}}};

  void row(const json_node& x, const std::string& indent) {
    auto alive = !x.find("alive") || bool_of(x, "alive");
    auto restarts = count_of(x, "restarts");
    table.add({indent + text_of(x, "name"),
               {alive ? text_of(x, "state") : "down", alive ? paint::plain : paint::bad},
               text_of(x, "mailbox"),
               grouped(count_of(x, "handled")),
               busy_time(x),
               {std::to_string(restarts), restarts > 0 ? paint::warning : paint::plain},
               text_of(x, "lastCrash")});
  }

  // Depth is bounded: names come over the network, and a circle of them must not be followed for ever.
  void below(const children_map& children, const std::string& parent, const std::string& indent, int depth) {
    auto [first, last] = children.equal_range(parent);
    for (auto i = first; i != last && depth < 16; ++i) {
      auto is_last = std::next(i) == last;
      row(i->second, indent + (is_last ? "└─ " : "├─ "));
      below(children, text_of(i->second, "name"), indent + (is_last ? "   " : "│  "), depth + 1);
    }
  }
};

void print_heading(const json_node& node, const output_style& style, std::ostream& out) {
  out << painted(strip_control(text_of(node, "node")), paint::strong, style) << "  "
      << strip_control(text_of(node, "role")) << "  pid " << text_of(node, "pid") << "  "
      << short_size(count_of(node, "rssBytes")) << "  up " << short_duration(duration{int_of(node, "uptimeMs")})
      << '\n';
}

void print_node(const json_node& node, const output_style& style, std::ostream& out) {
  auto why = strip_control(text_of(node, "unreachable"));
  if (!why.empty()) {
    out << painted(strip_control(text_of(node, "node")) + ": " + why, paint::bad, style) << '\n';
    return;
  }
  print_heading(node, style, out);
  children_map children;
  std::vector<std::string> names;
  auto actors = rows_of(node, "actors");
  for (auto x : actors)
    names.push_back(text_of(x, "name"));
  for (auto x : actors) {
    auto parent = text_of(x, "parent");
    auto known = std::find(names.begin(), names.end(), parent) != names.end() && parent != text_of(x, "name");
    children.emplace(known ? parent : std::string{}, x);
  }
  tree_printer printer;
  printer.below(children, "", "", 0);
  printer.table.print(out, style);
}

struct top_row {
  std::string node;
  json_node actor;
};

int64_t rank(const json_node& x, top_order order) {
  switch (order) {
  case top_order::busy:
    return int_of(x, "busyNs");
  case top_order::mailbox:
    return int_of(x, "mailbox");
  case top_order::handled:
    return int_of(x, "handled");
  case top_order::restarts:
    return int_of(x, "restarts");
  }
  return 0;
}

void print_top(const json_node& data, const tree_options& options, std::ostream& out) {
  std::vector<top_row> rows;
  for (auto node : rows_of(data, "nodes"))
    for (auto actor : rows_of(node, "actors"))
      rows.push_back({text_of(node, "node"), actor});
  std::stable_sort(rows.begin(), rows.end(), [&](const auto& a, const auto& b) {
    return rank(a.actor, options.order) > rank(b.actor, options.order);
  });
  rows.erase(rows.begin() + static_cast<ptrdiff_t>(std::min<size_t>(rows.size(), options.rows)), rows.end());
  using enum text_table::holds;
  text_table table{{{"NODE", word},
                    {"ACTOR", text, 0},
                    {"BUSY", number, 1},
                    {"HANDLED", number, 1},
                    {"PER CALL", number, 3},
                    {"LONGEST", number, 4},
                    {"MAILBOX", number, 1},
                    {"RESTARTS", number, 2},
                    {"STATE", text, 5}}};
  auto ms = [](const json_node& x, std::string_view key) { return short_duration(duration{int_of(x, key) / 1000000}); };
  for (const auto& x : rows)
    table.add({x.node, text_of(x.actor, "name"), ms(x.actor, "busyNs"), grouped(count_of(x.actor, "handled")),
               busy_time(x.actor), ms(x.actor, "maxNs"), text_of(x.actor, "mailbox"), text_of(x.actor, "restarts"),
               text_of(x.actor, "state")});
  table.print(out, options.style);
}

} // namespace

int run_tree(const tree_options& options, std::ostream& out, std::ostream& err) {
  return with_tree(options, out, err, [&](const json_node& data) {
    auto first = true;
    for (auto node : rows_of(data, "nodes")) {
      out << (first ? "" : "\n");
      print_node(node, options.style, out);
      first = false;
    }
  });
}

int run_top(const tree_options& options, std::ostream& out, std::ostream& err) {
  return with_tree(options, out, err, [&](const json_node& data) { print_top(data, options, out); });
}

int run_crash(const crash_options& options, std::ostream& out, std::ostream& err) {
  api_client client{options.node, options.style, err};
  auto body = json_value::object({{"node", options.at}, {"actor", options.actor}}).dump();
  auto answer = client.send("POST", "/api/v1/inspect/crash", std::move(body));
  if (!answer.ok())
    return answer.exit_code;
  if (options.style.json)
    out << answer.text << '\n';
  else
    out << "crashed " << strip_control(options.actor) << "; see its restart with: vigie tree\n";
  return exit_done;
}

} // namespace vigie
