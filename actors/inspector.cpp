#include "actors/inspector.hpp"

#include <algorithm>
#include <memory>

namespace vigie {

namespace {

node_row unreachable(const fleet_member& member, const error& why) {
  node_row out;
  out.node = member.node;
  out.role = "worker";
  out.unreachable = to_string(why);
  return out;
}

/// The answers of one get_fleet, by place; kept when the last one is in.
struct collection {
  reply<std::vector<node_row>> answer;
  std::vector<node_row> rows;
  size_t missing = 0;

  void put(size_t place, node_row row) {
    rows[place] = std::move(row);
    if (--missing == 0)
      answer.keep(std::move(rows));
  }
};

node_row describe(const inspector_state& st) {
  return describe_node(st.config.node, st.config.role, st.facts());
}

promise<std::vector<node_row>> ask_fleet(inspector_ptr self) {
  const auto& st = self->state;
  auto answer = self->owe<std::vector<node_row>>();
  auto all =
      std::make_shared<collection>(collection{answer, std::vector<node_row>(1 + st.fleet.size()), 1 + st.fleet.size()});
  for (size_t i = 0; i < st.fleet.size(); ++i) {
    const auto& member = st.fleet[i];
    auto proxy = member.proxy.get();
    if (!proxy) {
      all->put(i + 1, unreachable(member, {errc::worker_lost, "its proxy has not started yet", {}}));
      continue;
    }
    self->request(proxy, st.config.ask_timeout, get_node{})
        .then(
            [all, i, node = member.node](node_row& row) {
              // People name it as the fleet does.
              row.node = node;
              all->put(i + 1, std::move(row));
            },
            [all, i, member](const caf::error& e) { all->put(i + 1, unreachable(member, from_caf(e))); });
  }
  all->put(0, describe(st));
  return answer;
}

promise<void> crash(inspector_ptr self, const crash_order& order) {
  const auto& st = self->state;
  auto answer = self->owe<void>();
  if (order.node.empty() || order.node == st.config.node) {
    if (auto done = crash_local_actor(order.actor))
      answer.keep();
    else
      answer.fail(done.error());
    return answer;
  }
  auto member = std::find_if(st.fleet.begin(), st.fleet.end(), [&](const auto& x) { return x.node == order.node; });
  auto proxy = member == st.fleet.end() ? worker_proxy_actor{} : member->proxy.get();
  if (!proxy) {
    answer.fail({errc::not_found, "no node named " + order.node, {}});
    return answer;
  }
  self->request(proxy, st.config.ask_timeout, order)
      .then([answer]() mutable { answer.keep(); }, [answer](const caf::error& e) mutable { answer.fail(from_caf(e)); });
  return answer;
}

} // namespace

node_row describe_node(const std::string& node, const std::string& role, const process_facts& facts) {
  node_row out;
  out.node = node;
  out.role = role;
  out.pid = facts.pid;
  out.rss_bytes = facts.rss_bytes;
  out.cpu_seconds = facts.cpu_seconds;
  out.uptime = facts.uptime;
  out.actors = actor_directory::instance().snapshot();
  return out;
}

result<void> crash_local_actor(const std::string& name) {
  uint64_t id = 0;
  if (name.empty() || !actor_directory::instance().crash(name, &id))
    return fail(errc::not_found, "no live actor named " + name);
  return {};
}

inspector_actor::behavior_type inspector(inspector_ptr self, inspector_config config, read_process_facts facts,
                                         std::vector<fleet_member> fleet) {
  self->state.config = std::move(config);
  self->state.facts = std::move(facts);
  self->state.fleet = std::move(fleet);
  return {[self](const get_node&) { return describe(self->state); },
          [self](const get_fleet&) { return ask_fleet(self); },
          [self](const crash_order& x) { return crash(self, x); }};
}

} // namespace vigie
