// memory_database: the outbox and its channels.
#include <algorithm>
#include <tuple>

#include "actors/policy/not_before.hpp"
#include "tests/fakes/memory_impl.hpp"

namespace vigie {

std::vector<outbox_row> memory_state::claim(const claim_outbox& which, wall_time now) {
  std::map<channel_id, std::vector<outbox_row*>> due;
  for (auto& [id, row] : outbox) {
    if (row.state != delivery_state::pending)
      continue;
    auto named =
        std::find_if(which.of.begin(), which.of.end(), [&](const auto& x) { return x.channel == row.channel; });
    if (named != which.of.end() && named->limit == 0)
      continue;
    row.next_attempt = not_before(row.next_attempt, row.attempts == 0 ? duration{0} : which.longest_wait, now);
    if (row.next_attempt <= now)
      due[row.channel].push_back(&row);
  }
  auto by_time = [](const auto* a, const auto* b) {
    return std::tie(a->next_attempt, a->id) < std::tie(b->next_attempt, b->id);
  };
  std::vector<outbox_row*> chosen;
  for (auto& [channel, rows] : due) {
    std::sort(rows.begin(), rows.end(), by_time);
    for (const auto& x : which.of)
      if (x.channel == channel)
        rows.resize(std::min<size_t>(rows.size(), x.limit));
    chosen.insert(chosen.end(), rows.begin(), rows.end());
  }
  std::sort(chosen.begin(), chosen.end(), by_time);
  chosen.resize(std::min<size_t>(which.limit, chosen.size()));
  std::vector<outbox_row> out;
  for (auto* row : chosen) {
    row->state = delivery_state::sending;
    ++row->attempts;
    out.push_back(*row);
  }
  return out;
}

std::vector<outbox_row> memory_state::recover(const recover_outbox& which) {
  std::vector<outbox_row> out;
  for (auto& [id, row] : outbox) {
    if (row.state != delivery_state::sending)
      continue;
    auto again = std::find(which.idempotent.begin(), which.idempotent.end(), row.channel) != which.idempotent.end();
    row.state = again ? delivery_state::pending : delivery_state::ambiguous;
    if (!again)
      row.last_error = which.why;
    out.push_back(row);
  }
  return out;
}

std::vector<outbox_row> memory_state::give_up(const give_up_outbox& which, wall_time before) {
  std::vector<outbox_row> out;
  for (auto& [id, row] : outbox) {
    if (row.state != delivery_state::pending || row.channel != which.channel || row.since > before ||
        out.size() == which.limit)
      continue;
    row.state = delivery_state::dead;
    row.last_error = which.problem;
    out.push_back(row);
  }
  return out;
}

result<database::unit> memory_state::finish(outbox_id id, delivery_state how, wall_time next_attempt,
                                            std::string problem) {
  auto row = outbox.find(id.value);
  if (row == outbox.end())
    return fail(errc::not_found, "no notification " + std::to_string(id.value));
  if (how == delivery_state::sending)
    return fail(errc::bad_request, "a send cannot finish as sending");
  if (row->second.state == delivery_state::sent)
    return how == delivery_state::sent ? result<database::unit>{database::unit{}}
                                       : fail(errc::conflict, "notification " + std::to_string(id.value) + " was sent");
  row->second.state = how;
  row->second.next_attempt = next_attempt;
  row->second.last_error = std::move(problem);
  return database::unit{};
}

result<uint32_t> memory_state::retry(const std::vector<outbox_id>& ids, const std::vector<delivery_state>& states,
                                     wall_time now) {
  auto waits = [](delivery_state x) { return x == delivery_state::dead || x == delivery_state::ambiguous; };
  for (const auto& id : ids) {
    auto row = outbox.find(id.value);
    if (row == outbox.end())
      return fail(errc::not_found, "no notification " + std::to_string(id.value));
    if (!waits(row->second.state))
      return fail(errc::conflict, "notification " + std::to_string(id.value) + " is in another state");
  }
  if (!std::all_of(states.begin(), states.end(), waits))
    return fail(errc::bad_request, "only dead and ambiguous notifications wait for a person");
  uint32_t moved = 0;
  for (auto& [id, row] : outbox) {
    if (std::find(ids.begin(), ids.end(), row.id) == ids.end() &&
        std::find(states.begin(), states.end(), row.state) == states.end())
      continue;
    row.state = delivery_state::pending;
    row.attempts = 0;
    row.next_attempt = now;
    row.since = now;
    ++moved;
  }
  return moved;
}

std::string memory_state::delivery_of(alert_id alert, const item_id& item) const {
  std::string out;
  for (const auto& [id, row] : outbox)
    if (row.alert == alert && row.item == item)
      out += (out.empty() ? "" : ", ") + row.channel.value + ":" + std::string{to_string(row.state)};
  return out;
}

// -- the port --------------------------------------------------------------------------------------

void memory_database::claim_outbox(vigie::claim_outbox which, wall_time now, done<std::vector<outbox_row>> cb) {
  impl_->answer(std::move(cb), [&](memory_state& s) -> result<std::vector<outbox_row>> { return s.claim(which, now); });
}

void memory_database::return_outbox(outbox_id id, done<unit> cb) {
  impl_->answer(std::move(cb), [&](memory_state& s) -> result<database::unit> {
    if (auto row = s.outbox.find(id.value); row != s.outbox.end() && row->second.state == delivery_state::sending) {
      row->second.state = delivery_state::pending;
      --row->second.attempts;
    }
    return database::unit{};
  });
}

void memory_database::give_up_outbox(vigie::give_up_outbox which, wall_time before, done<std::vector<outbox_row>> cb) {
  impl_->answer(std::move(cb),
                [&](memory_state& s) -> result<std::vector<outbox_row>> { return s.give_up(which, before); });
}

void memory_database::finish_outbox(outbox_id id, delivery_state how, wall_time next_attempt, std::string problem,
                                    done<unit> cb) {
  impl_->answer(std::move(cb), [&](memory_state& s) { return s.finish(id, how, next_attempt, problem); });
}

void memory_database::recover_outbox(vigie::recover_outbox which, done<std::vector<outbox_row>> cb) {
  impl_->answer(std::move(cb), [&](memory_state& s) -> result<std::vector<outbox_row>> { return s.recover(which); });
}

void memory_database::load_channel_states(done<std::vector<channel_state>> cb) {
  impl_->answer(std::move(cb),
                [](memory_state& s) -> result<std::vector<channel_state>> { return values_of(s.channels); });
}

void memory_database::put_channel_state(channel_state what, done<unit> cb) {
  impl_->answer(std::move(cb), [&](memory_state& s) -> result<database::unit> {
    s.channels[what.channel] = what;
    return database::unit{};
  });
}

void memory_database::count_outbox(done<outbox_counts> cb) {
  impl_->answer(std::move(cb), [](memory_state& s) -> result<outbox_counts> {
    outbox_counts out;
    for (const auto& [id, row] : s.outbox)
      ++(row.state == delivery_state::pending     ? out.pending
         : row.state == delivery_state::sending   ? out.sending
         : row.state == delivery_state::sent      ? out.sent
         : row.state == delivery_state::ambiguous ? out.ambiguous
                                                  : out.dead);
    return out;
  });
}

void memory_database::retry_outbox(std::vector<outbox_id> ids, std::vector<delivery_state> states, wall_time now,
                                   done<uint32_t> cb) {
  impl_->answer(std::move(cb), [&](memory_state& s) { return s.retry(ids, states, now); });
}

void memory_database::list_outbox(std::vector<delivery_state> states, uint32_t limit,
                                  done<std::vector<outbox_row>> cb) {
  impl_->answer(std::move(cb), [&](memory_state& s) -> result<std::vector<outbox_row>> {
    auto all = values_of(s.outbox);
    std::erase_if(all, [&](const auto& row) {
      return !states.empty() && std::find(states.begin(), states.end(), row.state) == states.end();
    });
    std::reverse(all.begin(), all.end());
    all.resize(std::min<size_t>(limit, all.size()));
    return all;
  });
}

} // namespace vigie
