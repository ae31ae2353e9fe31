// What goes wrong in a storm: drawn from the seed before it begins, so that a seed is a storm.
#pragma once

#include <algorithm>
#include <functional>
#include <queue>
#include <vector>

#include "tests/simulation/fleet.hpp"

namespace vigie::simulation {

struct storm_config {
  bool crashes = false;  ///< any actor, any link, any node
  bool refusals = false; ///< 403 for one region
  bool limits = false;   ///< 429 of a host
  bool slowness = false; ///< answers that take up to 10 s, or do not come
  bool outages = false;  ///< of the store
  bool cancels = false;  ///< a newer trigger, an ordered restart of main
  bool commands = false; ///< scrapes beside the run
  bool spread = false;   ///< from the start answers take 30 ms to 5 s
  duration lasts{30000};
  size_t blows = 12;
  bool pauses = false;   ///< a worker is stopped between its permit and its request, and goes on
  bool failures = false; ///< 500 of a host, for a while or until the end
};

class storm {
public:
  storm(fleet& over, uint64_t seed, storm_config config) : f_(over), dice_(seed * 104729 + 3) {
    auto start = f_.wall();
    for (size_t i = 0; i < config.blows; ++i)
      plan(start + duration{static_cast<int64_t>(below(static_cast<size_t>(config.lasts.count())))}, config);
    end_ = start + config.lasts;
    if (config.spread)
      f_.web.sky.slowest = duration{5000};
  }

  /// Plays it to its end and leaves calm behind: every node up, the sites in order.
  void rage() {
    while (!due_.empty()) {
      auto next = due_.begin();
      f_.until([] { return false; }, next->first - f_.wall());
      auto blow = std::move(next->second);
      due_.erase(next);
      blow();
    }
    f_.until([] { return false; }, end_ - f_.wall());
    f_.web.sky = {};
    for (const auto& name : f_.node_names())
      f_.resume_node(name);
    f_.db.fail_all(errc::none);
    tend();
  }

private:
  size_t below(size_t n) { return std::uniform_int_distribution<size_t>{0, n - 1}(dice_); }

  void at(wall_time when, std::function<void()> what) { due_.emplace(when, std::move(what)); }

  void plan(wall_time when, const storm_config& c) {
    std::vector<std::function<void()>> kinds;
    auto luck = dice_();
    auto lasting = duration{500 + static_cast<int64_t>(below(5000))};
    if (c.crashes) {
      kinds.push_back([=, this] { at(when, [=, this] { crash_any(luck); }); });
      kinds.push_back([=, this] { at(when, [=, this] { crash_any(luck); }); });
      kinds.push_back([=, this] { cut_link(when, lasting, luck); });
      kinds.push_back([=, this] { lose_node(when, lasting, luck); });
    }
    if (c.refusals)
      kinds.push_back([=, this] { refuse(when, lasting, luck); });
    if (c.limits)
      kinds.push_back([=, this] {
        auto seconds = static_cast<int>(1 + luck / 31 % 12);
        at(when, [=, this] { f_.web.sky.limiting.insert_or_assign(host(luck), seconds); });
        at(when + lasting / 4, [=, this] { f_.web.sky.limiting.erase(host(luck)); });
      });
    if (c.failures)
      kinds.push_back([=, this] {
        at(when, [=, this] { f_.web.sky.failing.insert(host(luck)); });
        if (luck % 2 == 0)
          at(when + 4 * lasting, [=, this] { f_.web.sky.failing.erase(host(luck)); });
      });
    if (c.slowness) {
      kinds.push_back([=, this] {
        at(when, [=, this] { f_.web.sky.jitter = duration{10000}; });
        at(when + lasting, [=, this] { f_.web.sky.jitter = weather{}.jitter; });
      });
      kinds.push_back([=, this] {
        at(when, [=, this] { f_.web.sky.silent.insert(host(luck)); });
        at(when + lasting, [=, this] { f_.web.sky.silent.erase(host(luck)); });
      });
    }
    if (c.cancels) {
      kinds.push_back([=, this] {
        at(when, [=, this] {
          f_.log.struck("cancel", "");
          f_.stir(luck % 83);
          f_.trigger();
        });
      });
      kinds.push_back([=, this] { restart_main(when, lasting, luck); });
    }
    if (c.commands)
      kinds.push_back([=, this] {
        at(when, [=, this] {
          f_.stir(luck % 83);
          f_.scrape("https://" + host(luck).value + "/search?q=thing" + std::to_string(1 + luck / 13 % 9) +
                    "&page=1&by=hand");
        });
      });
    if (c.pauses)
      for (auto n = 0; n < 2; ++n) // half of all blows, or so
        kinds.push_back([=, this] { pause(when, lasting, luck); });
    if (c.outages)
      kinds.push_back([=, this] {
        at(when, [=, this] {
          f_.log.struck("outage", "");
          f_.db.fail_all(errc::store_unavailable);
        });
        at(when + lasting, [=, this] { f_.db.fail_all(errc::none); });
      });
    if (!kinds.empty())
      kinds[below(kinds.size())]();
  }

  std::string worker(uint64_t luck) const {
    static const std::vector<std::string> all{"worker-fr", "worker-nl", "worker-uk", "worker-us"};
    return all[luck % all.size()];
  }

  host_key host(uint64_t luck) const {
    const auto& all = f_.offered.sources();
    return host_key{all[luck / 7 % all.size()].id.value + ".test"};
  }

  /// In the middle of something, if something is going on; every kind of actor is as likely as any other.
  void crash_any(uint64_t luck) {
    f_.stir(luck % 97);
    std::map<std::string, std::vector<std::string>> kinds;
    for (const auto& row : actor_directory::instance().snapshot())
      if (row.alive && !row.parent.empty())
        kinds[row.name.substr(0, row.name.find('/'))].push_back(row.name);
    if (kinds.empty())
      return;
    auto& names = std::next(kinds.begin(), static_cast<ptrdiff_t>(luck / 97 % kinds.size()))->second;
    std::sort(names.begin(), names.end());
    uint64_t id = 0;
    const auto& name = names[luck / 9973 % names.size()];
    f_.log.struck("crash", name);
    actor_directory::instance().crash(name, &id);
    tend();
  }

  void cut_link(wall_time when, duration lasting, uint64_t luck) {
    auto name = worker(luck / 2);
    at(when, [=, this] {
      uint64_t id = 0;
      f_.log.struck("cut", name);
      f_.wire.cut.insert(name);
      // Either end notices; at the worker's end its memory may go, too.
      actor_directory::instance().crash((luck % 2 == 0 ? "worker-gateway/" : "worker-proxy/") + name, &id);
    });
    at(when + lasting, [=, this] { f_.wire.cut.erase(name); });
  }

  void lose_node(wall_time when, duration lasting, uint64_t luck) {
    auto name = luck % 5 == 0 ? std::string{"main"} : worker(luck);
    at(when, [=, this] {
      f_.stir(luck % 89);
      f_.kill_node(name);
    });
    at(when + lasting, [this] { tend(); });
  }

  void pause(wall_time when, duration lasting, uint64_t luck) {
    auto name = worker(luck);
    at(when, [=, this] {
      f_.stir(luck % 71);
      f_.pause_node(name);
    });
    at(when + lasting, [=, this] { f_.resume_node(name); });
  }

  void restart_main(wall_time when, duration lasting, uint64_t luck) {
    at(when, [=, this] {
      f_.stir(luck % 79);
      if (!f_.is_down("main"))
        f_.stop_node("main");
    });
    at(when + lasting, [this] { tend(); });
  }

  void refuse(wall_time when, duration lasting, uint64_t luck) {
    std::pair key{host(luck), worker_id{worker(luck)}};
    at(when, [=, this] { f_.web.sky.refusing.insert(key); });
    at(when + 2 * lasting, [=, this] { f_.web.sky.refusing.erase(key); });
  }

  /// The process supervisor's part: a node whose root has ended is started again.
  void tend() {
    f_.w.drain();
    for (const auto& name : f_.node_names())
      if (f_.is_down(name))
        f_.start_node(name);
  }

  fleet& f_;
  std::mt19937_64 dice_;
  std::multimap<wall_time, std::function<void()>> due_;
  wall_time end_;
};

} // namespace vigie::simulation
