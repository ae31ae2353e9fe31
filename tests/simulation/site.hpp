// The outside of the simulated fleet: web sites that answer after a virtual time, and break as the faults say.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <random>

#include "actors/actor.hpp"
#include "actors/dialler.hpp"
#include "adapters/ports/notify_channel.hpp"
#include "tests/fakes/fake_http_client.hpp"
#include "tests/simulation/trace.hpp"
#include "tests/simulation/workloads.hpp"

namespace vigie::simulation {

struct clockwork_state {
  static inline const char* name = "clockwork";
};
/// An actor that does nothing but let virtual time pass for others.
using clockwork = shell<notifier_actor, clockwork_state>;

/// What is wrong with the sites at the moment.
struct weather {
  std::set<std::pair<host_key, worker_id>> refusing; ///< 403
  std::set<host_key> limiting;                       ///< 429, Retry-After: 2
  std::set<host_key> failing;                        ///< 500
  duration latency{30};
  duration jitter{40};
};

struct sites {
  const workload* offered = nullptr;
  trace* log = nullptr;
  clockwork* clock = nullptr;
  std::function<wall_time()> now;
  weather sky;
  std::mt19937_64 dice;
  size_t open = 0; ///< requests under way

  result<http_response> answer(const worker_id& by, const http_request& what) {
    auto rest = what.url.substr(what.url.find("://") + 3);
    host_key host{rest.substr(0, rest.find('/'))};
    http_response out;
    out.status = 200;
    if (what.url.ends_with("/robots.txt")) {
      out.status = 404; // whatever the weather; the gates' own tests have others
    } else if (sky.refusing.contains({host, by})) {
      out.status = 403;
    } else if (sky.limiting.contains(host)) {
      out.status = 429;
      out.headers["retry-after"] = "2";
    } else if (sky.failing.contains(host)) {
      out.status = 500;
    } else {
      out.body = offered->page(what.url);
    }
    log->note({now(), by, host, what.url, out.status});
    return out;
  }
};

/// One worker's way to the sites: what the site says is decided when the request starts, and heard later.
class slow_web : public http_client {
public:
  slow_web(sites* all, worker_id by) : all_(all) {
    inner_.on_call("", [all, by](const http_request& r) { return all->answer(by, r); });
  }

  void fetch(http_request request, callback done) override {
    std::uniform_int_distribution<int64_t> more{0, all_->sky.jitter.count()};
    auto wait = all_->sky.latency + duration{more(all_->dice)};
    auto late = wait > request.timeout;
    inner_.fetch(request, [this, wait, late, limit = request.timeout, done](result<http_response> x) {
      all_->clock->after(late ? limit : wait, [late, done, x] {
        done(late ? result<http_response>{fail(errc::timed_out, "no answer in time")} : x);
      });
    });
  }

private:
  sites* all_;
  fakes::fake_http_client inner_;
};

/// A channel whose receiver has the message at once and says so later: who dies meanwhile cannot know.
class slow_channel : public notify_channel {
public:
  slow_channel(sites* all, notify_channel* inner) : all_(all), inner_(inner) {}

  bool idempotent() const override { return inner_->idempotent(); }

  void send(const outbox_row& row, callback done) override {
    std::uniform_int_distribution<int64_t> wait{20, 600};
    inner_->send(row, [this, done, wait = duration{wait(all_->dice)}](send_outcome e) {
      all_->clock->after(wait, [done, e] { done(e); });
    });
  }

private:
  sites* all_;
  notify_channel* inner_;
};

/// Finds a worker's gateway by its name, unless the way is cut.
class short_wire : public dialler {
public:
  std::map<std::string, actor_ref<worker_gateway_actor>> gateways;
  std::set<std::string> cut;

  void dial(const std::string& address, callback done) override {
    auto gateway = gateways.at(address).get();
    if (!gateway || cut.contains(address))
      done(fail(errc::worker_lost, "nobody is there"));
    else
      done(std::move(gateway));
  }
};

} // namespace vigie::simulation
