// What surrounds the worker node's actors in their tests: a main that notes what it is told, a gateway, a reader of
// simple pages.
#pragma once

#include <deque>
#include <memory>
#include <optional>
#include <sstream>

#include "actors/actor.hpp"
#include "actors/policy/page_notes.hpp"
#include "adapters/ports/extractor.hpp"
#include "adapters/ports/page_reader.hpp"
#include "tests/support/world.hpp"

namespace vigie::test {

/// What a fake main has seen and how it answers. Outlives it.
struct main_notes {
  std::vector<std::pair<envelope, alert_settled>> settled;
  std::vector<assignment_beat> beats;
  std::vector<assignment_id> finished;
  std::vector<permit_request> permits;
  uint64_t first_permit = 0; ///< no two mains give the same
  std::vector<permit_release> released;
  std::vector<permits_held> held;
  uint32_t fail_settlements = 0; ///< so many are answered store_unavailable
  bool silent = false;           ///< settlements are not answered at all
  bool withhold = false;         ///< permits are not answered
  bool forget_releases = false;  ///< they are answered worker_lost
  bool forget_words = false;     ///< so is what is held
  bool withhold_words = false;   ///< that is not answered
  error deny;                    ///< of every permit, unless none
  std::vector<reply<settle_ack>> unanswered;
  std::vector<reply<permit>> withheld;
  std::vector<reply<void>> words; ///< withheld
  std::deque<std::string> robots; ///< of the next permits: to fetch these first
};

struct fake_state {
  static inline const char* name = "fake";
};

inline main_endpoint_actor::behavior_type fake_main(shell<main_endpoint_actor, fake_state>* self, main_notes* notes) {
  return {
      [=](const envelope& env, const alert_settled& what) -> caf::result<settle_ack> {
        if (notes->fail_settlements > 0) {
          --notes->fail_settlements;
          return to_caf({errc::store_unavailable, "the store is away", {}});
        }
        notes->settled.emplace_back(env, what);
        if (!notes->silent)
          return settle_ack{true};
        return promise<settle_ack>{notes->unanswered.emplace_back(self->owe<settle_ack>())};
      },
      [=](const envelope&, const assignment_beat& what) { notes->beats.push_back(what); },
      [=](const envelope&, const assignment_finished& what) { notes->finished.push_back(what.id); },
      [=](const envelope&, const permit_request& what) -> caf::result<permit> {
        notes->permits.push_back(what);
        if (notes->withhold)
          return promise<permit>{notes->withheld.emplace_back(self->owe<permit>())};
        if (notes->deny.code != errc::none)
          return permit{0, duration{0}, notes->deny};
        return permit{notes->first_permit + notes->permits.size(), duration{0}, {}};
      },
      [=](const envelope&, const permit_release& what) -> promise<void> {
        notes->released.push_back(what);
        auto owed = self->owe<void>();
        if (notes->forget_releases)
          owed.fail({errc::worker_lost, "gone", {}});
        else
          owed.keep();
        return owed;
      },
      [=](const envelope&, const permits_held& what) { notes->held.push_back(what); },
  };
}

/// As a gateway hands on to gate-clients and hears from scrapers; the rest of its interface is refused.
inline worker_gateway_actor::behavior_type fake_gateway(shell<worker_gateway_actor, fake_state>* self,
                                                        main_notes* notes) {
  auto no = [] { return to_caf({errc::not_found, "not here", {}}); };
  return {
      [=](const envelope&, const attach&, const main_endpoint_actor&) -> caf::result<worker_hello> { return no(); },
      [=](const envelope&, const assignment&) -> caf::result<assign_receipt> { return no(); },
      [=](const envelope&, const cancel_assignment&) -> caf::result<void> { return no(); },
      [=](const envelope&, const worker_command&) -> caf::result<command_result> { return no(); },
      [=](const envelope&, const heartbeat&) -> caf::result<heartbeat> { return no(); },
      [=](const envelope&, const get_health&) -> caf::result<worker_health> { return no(); },
      [=](const envelope&, const get_node&) -> caf::result<node_row> { return no(); },
      [=](const envelope&, const crash_order&) -> caf::result<void> { return no(); },
      [=](const alert_settled& what) { notes->settled.emplace_back(envelope{}, what); },
      [=](const permit_request& what) -> caf::result<permit> {
        notes->permits.push_back(what);
        if (notes->withhold)
          return promise<permit>{notes->withheld.emplace_back(self->owe<permit>())};
        if (notes->deny.code != errc::none)
          return permit{0, duration{0}, notes->deny};
        permit leave{notes->first_permit + notes->permits.size(), duration{0}, {}};
        if (!notes->robots.empty()) {
          leave.robots_url = notes->robots.front();
          notes->robots.pop_front();
        }
        return leave;
      },
      [=](const permit_release& what) -> promise<void> {
        notes->released.push_back(what);
        auto owed = self->owe<void>();
        if (notes->forget_releases)
          owed.fail({errc::worker_lost, "gone", {}});
        else
          owed.keep();
        return owed;
      },
      [=](const permits_held& what) -> promise<void> {
        notes->held.push_back(what);
        auto owed = self->owe<void>();
        if (notes->withhold_words)
          notes->words.push_back(owed);
        else if (notes->forget_words)
          owed.fail({errc::worker_lost, "gone", {}});
        else
          owed.keep();
        return owed;
      },
  };
}

/// One item a line: "id title". A line that begins with '!' is a bad page, with '~' an entry that becomes no item,
/// with '@' an item that has the page's address and, as its condition, its Content-Type.
class line_extractor : public extractor {
public:
  result<extraction> extract(std::string_view page, const page_origin& from) override {
    extraction out;
    std::istringstream in{std::string{page}};
    for (std::string line; std::getline(in, line);) {
      if (line.starts_with('!'))
        return fail(errc::bad_page, "no title", "/items/" + std::to_string(out.items.size()) + "/title");
      if (line.starts_with('~')) {
        ++out.left_out.without_title;
        auto place = "/items/" + std::to_string(out.items.size());
        add_note(out.page_notes,
                 {"an item without a title was left out", "items without a title were left out", place});
        continue;
      }
      auto blank = line.find(' ');
      item x;
      x.id = item_id{line.substr(0, blank)};
      if (line.starts_with('@')) {
        x.url = from.url;
        x.condition = from.content_type;
      }
      x.title = blank == line.npos ? "" : line.substr(blank + 1);
      out.items.push_back(std::move(x));
    }
    return out;
  }
};

inline result<std::unique_ptr<extractor>> make_line_extractor(const source_spec&) {
  return std::make_unique<line_extractor>();
}

/// Reads at once; or keeps what it is given, as if the page took for ever.
class fake_page_reader : public page_reader {
public:
  struct page {
    source_id source;
    std::function<void()> read;
    std::function<void(error)> done;
  };

  void read(const source_id& source, std::function<void()> read, std::function<void(error)> done) override {
    ++asked;
    if (hold)
      return held.push_back({source, std::move(read), std::move(done)});
    read();
    done({});
  }

  bool hold = false;
  uint32_t asked = 0;
  std::deque<page> held;
};

inline alert alert_on(int64_t id, std::string keyword) {
  alert out;
  out.id = alert_id{id};
  out.name = "alert-" + std::to_string(id);
  out.source = source_id{"shop"};
  out.query = "all";
  out.when.all = {std::move(keyword)};
  return out;
}

/// Pages of two items at most.
inline source_spec shop() {
  source_spec out;
  out.id = source_id{"shop"};
  out.url = "http://shop.example/search?q={query}&page={page}";
  out.paging = {paging_kind::page, 1, 2, 3};
  return out;
}

inline fetch_plan plan_of(const std::vector<alert>& alerts) {
  fetch_plan out{source_id{"shop"}, alerts.front().query, host_key{"shop.example"}, {}};
  for (const auto& x : alerts)
    out.alerts.push_back({x, fencing_token{x.id.value + 1000}});
  return out;
}

/// A request by an actor of its own, which ends with the answer; empty until then.
template <class T>
struct question {
  std::shared_ptr<std::optional<result<T>>> answer = std::make_shared<std::optional<result<T>>>();
  caf::actor asker;

  bool answered() const { return answer->has_value(); }
  const result<T>& operator*() const { return **answer; }
  errc code() const { return (*answer)->has_value() ? errc::none : (*answer)->error().code; }
};

template <class T, class Handle, class... Args>
question<T> ask_apart(world& w, const Handle& whom, Args... args) {
  question<T> out;
  out.asker = w.system.spawn([whom, answer = out.answer, args...](caf::event_based_actor* self) {
    self->request(whom, caf::infinite, args...)
        .then([answer](const T& x) { *answer = x; },
              [answer](const caf::error& e) { *answer = tl::unexpected<error>(from_caf(e)); });
  });
  return out;
}

} // namespace vigie::test
