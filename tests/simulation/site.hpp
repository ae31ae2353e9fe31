// The outside of the simulated fleet: web sites that answer after a virtual time, and break as the faults say.
#pragma once

#include <cmath>
#include <map>
#include <memory>
#include <random>
#include <set>

#include "actors/actor.hpp"
#include "actors/dialler.hpp"
#include "adapters/ports/http_client.hpp"
#include "adapters/ports/notify_channel.hpp"
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
  std::map<host_key, int> limiting;                  ///< 429, Retry-After: so many seconds
  std::set<host_key> failing;                        ///< 500
  std::set<host_key> silent;                         ///< nothing comes
  duration latency{30};
  duration jitter{40};
  duration slowest{0}; ///< not 0: answers take from `latency` to this, short ones more often
};

struct sites {
  const workload* offered = nullptr;
  trace* log = nullptr;
  clockwork* clock = nullptr;
  std::function<wall_time()> now;
  weather sky;
  std::mt19937_64 dice;

  /// What the site will say, decided as the request arrives.
  http_response answer(const worker_id& by, const host_key& host, const std::string& url) const {
    http_response out;
    out.status = 200;
    if (sky.refusing.contains({host, by})) {
      out.status = 403;
    } else if (auto limit = sky.limiting.find(host); limit != sky.limiting.end()) {
      out.status = 429;
      out.headers["retry-after"] = std::to_string(limit->second);
    } else if (sky.failing.contains(host)) {
      out.status = 500;
    } else if (url.ends_with("/robots.txt")) {
      out.status = 404;
    } else {
      out.body = offered->page(url);
    }
    return out;
  }

  duration takes(const host_key& host) {
    if (sky.silent.contains(host))
      return duration::max();
    if (sky.slowest <= sky.latency) {
      std::uniform_int_distribution<int64_t> more{0, sky.jitter.count()};
      return sky.latency + duration{more(dice)};
    }
    auto share = std::uniform_real_distribution<double>{0, 1}(dice);
    auto times = std::pow(static_cast<double>(sky.slowest.count()) / static_cast<double>(sky.latency.count()), share);
    return duration{static_cast<int64_t>(static_cast<double>(sky.latency.count()) * times)};
  }
};

/// One worker's way to the sites: what the site says is decided when the request arrives, and heard later. A request
/// goes on whatever becomes of the actor that made it; it ends with its process.
class slow_web : public http_client {
public:
  slow_web(sites* all, worker_id by) : all_(all), by_(std::move(by)) {}

  void fetch(http_request request, callback done, departure leave) override {
    if (stopped_)
      waiting_.push_back({std::move(request), std::move(done), std::move(leave)});
    else
      arrive({std::move(request), std::move(done), std::move(leave)});
  }

  /// As a process that is stopped in the middle of a step: when it goes on, answers are heard, and requests that were
  /// about to be made are made then.
  void stop() { stopped_ = true; }
  bool stopped() const { return stopped_; }
  void go_on() {
    stopped_ = false;
    for (auto& hear : std::exchange(unheard_, {}))
      hear();
    for (auto& x : std::exchange(waiting_, {}))
      arrive(std::move(x));
  }

  /// The process ends, and its connections with it.
  void die() {
    for (auto number : std::exchange(open_, {}))
      all_->log->over(number, false);
    waiting_.clear();
    unheard_.clear();
    stopped_ = false;
  }

  size_t open() const { return open_.size(); }

private:
  struct departing {
    http_request request;
    callback done;
    departure leave;
  };

  void arrive(departing x) {
    auto& [request, done, leave] = x;
    if (leave && !leave())
      return done(fail(errc::cancelled, "it was not to be sent any more"));
    auto rest = request.url.substr(request.url.find("://") + 3);
    host_key host{rest.substr(0, rest.find('/'))};
    auto what = all_->answer(by_, host, request.url);
    auto wait = all_->takes(host);
    auto late = wait > request.timeout;
    auto held = what.headers.find("retry-after");
    auto wanted = duration{held == what.headers.end() ? 0 : 1000 * std::stoi(held->second)};
    auto number = all_->log->begun({all_->now(), by_, host, request.url, what.status, wanted, {}, false});
    open_.insert(number);
    all_->clock->after(late ? request.timeout : wait, [this, late, number, done, what] {
      if (open_.erase(number) == 0)
        return; // the process has died
      all_->log->over(number, !late);
      auto hear = [done, late, what] {
        done(late ? result<http_response>{fail(errc::timed_out, "no answer in time")} : what);
      };
      if (stopped_)
        unheard_.push_back(hear);
      else
        hear();
    });
  }

  sites* all_;
  worker_id by_;
  std::set<size_t> open_;
  bool stopped_ = false;
  std::vector<departing> waiting_;
  std::vector<std::function<void()>> unheard_;
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
