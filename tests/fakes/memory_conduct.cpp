// memory_database: gates, copies of robots.txt, the conduct ledger.
#include <algorithm>

#include "actors/policy/conduct_rows.hpp"
#include "tests/fakes/memory_impl.hpp"

namespace vigie {

namespace {

using unit = database::unit;

} // namespace

void memory_database::load_host_states(done<std::vector<host_state>> cb) {
  impl_->answer(std::move(cb),
                [](memory_state& s) -> result<std::vector<host_state>> { return values_of(s.host_states); });
}

void memory_database::load_robots(done<std::vector<stored_robots>> cb) {
  impl_->answer(std::move(cb),
                [](memory_state& s) -> result<std::vector<stored_robots>> { return values_of(s.robots); });
}

void memory_database::put_robots(stored_robots what, done<unit> cb) {
  impl_->answer(std::move(cb), [&](memory_state& s) -> result<unit> {
    if (what.copy.standing == robots_standing::unknown)
      s.robots.erase(what.authority);
    else
      s.robots[what.authority] = what;
    return unit{};
  });
}

void memory_database::list_conduct(get_conduct which, done<std::vector<conduct_row>> cb) {
  impl_->answer(std::move(cb), [&](memory_state& s) -> result<std::vector<conduct_row>> {
    conduct_fold fold{which};
    for (const auto& [key, row] : s.conduct)
      if ((which.host.value.empty() || row.host == which.host) && row.hour + std::chrono::hours{1} > which.since &&
          !fold.take(row))
        break;
    return std::move(fold).rows();
  });
}

void memory_database::add_conduct(std::vector<conduct_row> rows, std::vector<host_state> states, done<unit> cb) {
  impl_->answer(std::move(cb), [&](memory_state& s) -> result<unit> {
    for (const auto& x : states)
      s.host_states[x.gate] = x;
    for (const auto& x : rows)
      if (auto [i, fresh] = s.conduct.try_emplace({x.host, x.hour}, x); !fresh)
        add(i->second, x);
    return unit{};
  });
}

void memory_database::prune_conduct(wall_time before, uint32_t limit, done<uint32_t> cb) {
  impl_->answer(std::move(cb), [&](memory_state& s) -> result<uint32_t> {
    std::vector<std::pair<wall_time, host_key>> old;
    for (const auto& [key, row] : s.conduct)
      if (row.hour + std::chrono::hours{1} < before)
        old.emplace_back(row.hour, row.host);
    std::sort(old.begin(), old.end());
    old.resize(std::min<size_t>(old.size(), limit));
    for (const auto& [hour, host] : old)
      s.conduct.erase({host, hour});
    return static_cast<uint32_t>(old.size());
  });
}

void memory_database::prune_host_states(wall_time before, done<uint32_t> cb) {
  impl_->answer(std::move(cb), [&](memory_state& s) -> result<uint32_t> {
    auto day = std::chrono::floor<std::chrono::days>(before).time_since_epoch().count();
    return static_cast<uint32_t>(std::erase_if(s.host_states, [&](const auto& x) {
      return x.second.held_until < before && x.second.last_strike < before && x.second.day < day;
    }));
  });
}

} // namespace vigie
