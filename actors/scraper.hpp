// One fetch plan, from its first page to a settlement for each of its alerts; then it ends. One per running plan,
// temporary: the worker-gateway starts it and settles `crashed` for it when it dies.
//
//   run_plan ──▶ fetch, under a permit ──▶ extract, match ──▶ next page, hop or repetition ─┐
//                  ▲                                                                        │
//                  └────────────────────────────────────────────────────────────────────────┘
// What is asked next is decided by plan_walk (actors/policy/plan_walk.hpp). The last page, the first problem that no
// repetition mends, or the deadline settles all alerts of the plan, and the scraper quits.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "actors/actor.hpp"
#include "actors/environment.hpp"
#include "actors/policy/alert_match.hpp"
#include "actors/policy/content_sanity.hpp"
#include "actors/policy/plan_walk.hpp"
#include "adapters/ports/extractor.hpp"
#include "adapters/ports/page_reader.hpp"

namespace vigie {

struct scraper_config {
  plan_walk_config walk;
  uint32_t max_items = 100000;             ///< distinct items of one plan; more is bad_page
  uint64_t max_settlement_bytes = 4 << 20; ///< of one alert's matches; more is body_too_large
  duration patience{3600000};              ///< for a permit, where the assignment has no deadline
  /// Bytes. From here on a page is read on a thread of the page_reader's; of a source with XPath of its own, any page:
  /// what that costs nobody knows before.
  uint64_t large_page = 256 << 10;
  std::map<std::string, std::string> headers; ///< of every request; the source's win
};

/// bad_config unless all are positive.
error validate(const scraper_config& config);

struct scraper_parts {
  environment env;
  actor_ref<gate_client_actor> gate;
  actor_ref<worker_gateway_actor> gateway;
  extractor_factory new_extractor;
  page_reader* threads = nullptr;             ///< null: every page is read in the scraper's own handler
  std::shared_ptr<std::atomic<bool>> reading; ///< a page is being read: for whoever has to end what does not come back
};

struct scraper_state {
  static inline const char* name = "scraper";
  scraper_config config;
  scraper_parts parts;
  worker_gateway_actor owner; ///< the incarnation that gave the plan; it takes the settlements
  run_plan plan;
  mono_time started;
  mono_time deadline; ///< max() = none
  std::unique_ptr<plan_walk> walk;
  std::shared_ptr<extractor> reader;
  std::unique_ptr<alert_matcher> matcher;
  match_room room;
  std::unique_ptr<content_sanity> sanity; ///< what the pages were like
  std::set<std::string> seen;
  std::vector<page_note> notes;            ///< of all pages so far
  answer_counts answers;                   ///< of all requests so far
  std::vector<std::vector<match>> matches; ///< by place in plan.plan.alerts
  std::vector<uint64_t> match_bytes;
  bool done = false;
};

using scraper_ptr = shell<scraper_actor, scraper_state>*;

// scraper_pages.cpp: what the pages hold, and what comes of it.

/// What the plan needs before the first page.
error prepare_pages(scraper_ptr self);
/// The items of a page, matched; what comes next.
walk_step take_page(scraper_ptr self, const http_response& answer, result<extraction>& page);
/// What the source's sanity rules say of the whole walk.
error suspicion(scraper_ptr self);
/// The end, good or bad: one settlement for each alert, then nothing more.
void settle_all(scraper_ptr self, const error& problem, int32_t status = 0);

// scraper_reading.cpp: where they are read.

/// Reads the answer's page, here or on a thread of its own, and then goes on with what comes next.
void read_page(scraper_ptr self, http_response& answer, std::function<void(const walk_step&)> then);

scraper_actor::behavior_type scraper(scraper_ptr self, scraper_config config, scraper_parts parts);

} // namespace vigie
