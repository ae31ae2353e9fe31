// What happened in one simulated run, and when: every event of every node, every request to a site.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "adapters/ports/event_log.hpp"
#include "messages/values/ids.hpp"
#include "messages/values/time.hpp"

namespace vigie::simulation {

struct site_request {
  wall_time at{};
  worker_id by;
  host_key host;
  std::string url;
  int32_t status = 0; ///< 0 = no answer
};

/// The log of all nodes; also the digest by which two runs of one seed are compared.
class trace : public event_log {
public:
  struct line {
    wall_time at{};
    std::string name;
    std::vector<std::pair<std::string, std::string>> fields;
  };

  explicit trace(std::function<wall_time()> now) : now_(std::move(now)) { set_threshold(log_level::debug); }

  void emit(const event& what) override {
    lines_.push_back({now_(), std::string{what.name}, what.fields});
    mix(to_rfc3339(lines_.back().at));
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

  void note(site_request what) {
    mix(to_rfc3339(what.at));
    mix(what.by.value);
    mix(what.url);
    mix(std::to_string(what.status));
    requests_.push_back(std::move(what));
  }

  const std::vector<line>& lines() const { return lines_; }
  const std::vector<site_request>& requests() const { return requests_; }
  uint64_t digest() const { return digest_; }

  size_t count(std::string_view name) const {
    size_t out = 0;
    for (const auto& x : lines_)
      out += x.name == name ? 1 : 0;
    return out;
  }

  /// For people, when a run is red.
  std::string tail(size_t most) const {
    std::string out;
    for (size_t i = lines_.size() > most ? lines_.size() - most : 0; i < lines_.size(); ++i) {
      out += to_rfc3339(lines_[i].at) + ' ' + lines_[i].name;
      for (const auto& [name, value] : lines_[i].fields)
        out += ' ' + name + '=' + value;
      out += '\n';
    }
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
  uint64_t digest_ = 14695981039346656037ULL;
};

} // namespace vigie::simulation
