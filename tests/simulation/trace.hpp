// What happened in one simulated run, and when: every event of every node, every request to a site, every blow.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "adapters/ports/event_log.hpp"
#include "messages/values/ids.hpp"
#include "messages/values/time.hpp"

namespace vigie::simulation {

/// One request as its site sees it: whoever asked may be dead before it ends.
struct site_request {
  wall_time at{}; ///< it arrives
  worker_id by;
  host_key host;
  std::string url;
  int32_t status = 0;    ///< of the answer
  duration wanted{0};    ///< its Retry-After
  wall_time ended{};     ///< answered, or the connection closed; zero = it is under way
  bool answered = false; ///< the asker's process has got the answer

  bool over() const { return ended != wall_time{}; }
};

/// One thing that a storm did to the fleet.
struct blow {
  wall_time at{};
  std::string kind; ///< crash, kill, stop, cut, cancel, outage
  std::string whom; ///< an actor, a node, a worker
};

/// The log of all nodes; also the digest by which two runs of one seed are compared.
class trace : public event_log {
public:
  struct line {
    wall_time at{};
    std::string node;
    std::string name;
    std::vector<std::pair<std::string, std::string>> fields;
  };

  explicit trace(std::function<wall_time()> now) : now_(std::move(now)) { set_threshold(log_level::debug); }

  void emit(const event& what) override { emit({}, what); }

  void emit(const std::string& node, const event& what) {
    lines_.push_back({now_(), node, std::string{what.name}, what.fields});
    mix(to_rfc3339(lines_.back().at));
    mix(node);
    mix(what.name);
    for (const auto& [name, value] : what.fields) {
      mix(name);
      mix(value);
    }
  }

  void write_through(const event& what, written done) override {
    emit(what);
    done({});
  }

  /// Its number.
  size_t begun(site_request what) {
    mix(to_rfc3339(what.at));
    mix(what.by.value);
    mix(what.url);
    mix(std::to_string(what.status));
    requests_.push_back(std::move(what));
    return requests_.size() - 1;
  }

  void over(size_t request, bool answered) {
    auto& x = requests_.at(request);
    x.ended = now_();
    x.answered = answered;
    mix(to_rfc3339(x.ended));
  }

  void struck(std::string kind, std::string whom) {
    mix(kind);
    mix(whom);
    blows_.push_back({now_(), std::move(kind), std::move(whom)});
  }

  const std::vector<line>& lines() const { return lines_; }
  const std::vector<site_request>& requests() const { return requests_; }
  const std::vector<blow>& blows() const { return blows_; }
  uint64_t digest() const { return digest_; }

  size_t count(std::string_view name) const {
    size_t out = 0;
    for (const auto& x : lines_)
      out += x.name == name ? 1 : 0;
    return out;
  }

  /// For people, when a run is red: the end of everything, in order of time.
  std::string tail(size_t most) const {
    std::multimap<wall_time, std::string> all;
    for (const auto& x : lines_) {
      auto text = x.node + ' ' + x.name;
      for (const auto& [name, value] : x.fields)
        text += ' ' + name + '=' + value;
      all.emplace(x.at, std::move(text));
    }
    for (const auto& x : blows_)
      all.emplace(x.at, "BLOW " + x.kind + ' ' + x.whom);
    for (const auto& x : requests_) {
      all.emplace(x.at, "site " + x.host.value + " asked by " + x.by.value + ' ' + x.url);
      if (x.over())
        all.emplace(x.ended, "site " + x.host.value + (x.answered ? " answered " : " did not answer ") + x.by.value +
                                 ' ' + std::to_string(x.status) + ' ' + x.url);
    }
    std::string out;
    auto skip = all.size() > most ? all.size() - most : 0;
    for (const auto& [at, text] : all)
      if (skip > 0)
        --skip;
      else
        out += to_rfc3339(at) + ' ' + text + '\n';
    return out;
  }

private:
  void mix(std::string_view text) {
    for (unsigned char c : text)
      digest_ = (digest_ ^ c) * 1099511628211ULL;
    digest_ = (digest_ ^ 0xff) * 1099511628211ULL;
  }

  std::function<wall_time()> now_;
  std::vector<line> lines_;
  std::vector<site_request> requests_;
  std::vector<blow> blows_;
  uint64_t digest_ = 14695981039346656037ULL;
};

/// One node's way to the trace.
class node_log : public event_log {
public:
  node_log(trace* all, std::string node) : all_(all), node_(std::move(node)) { set_threshold(log_level::debug); }

  void emit(const event& what) override { all_->emit(node_, what); }

  void write_through(const event& what, written done) override {
    emit(what);
    done({});
  }

private:
  trace* all_;
  std::string node_;
};

} // namespace vigie::simulation
