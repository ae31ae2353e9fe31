// The walk of one fetch plan: which request comes next, and when the plan is over. Pure; the shell is the scraper.
//
//               ┌────── the next page ◀───────┐
//               ▼                             │
//   begin ──▶ ask ──▶ answered ──▶ read ──▶ was_read ──▶ done
//               ▲         │ 304: ────────────▲
//               ├─────────┤ redirect: the next hop
//               └─ pause ─┘ a passing trouble: once more, after a back-off
//
// Whatever answers come, a page takes at most 1 + max_redirects + max_retries requests, and pages are bounded by the
// source's max_pages. A hop is a request like any other, with a permit for its own host.
#pragma once

#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "actors/policy/fetch_outcome.hpp"
#include "actors/policy/page_walk.hpp"
#include "actors/policy/url_template.hpp"
#include "messages/values/command.hpp"

namespace vigie {

struct plan_walk_config {
  uint32_t max_redirects = 5;    ///< of one page; 0 = none is followed
  uint32_t max_retries = 2;      ///< repetitions of requests for one page, over all its hops; 0 = none
  duration first_pause{1000};    ///< before the first repetition, doubled each time; half of it is drawn
  duration longest_pause{30000}; ///< of all pauses
  uint32_t max_records = 256;    ///< pages of one plan that are kept to be asked conditionally
};

/// bad_config unless 0 < first_pause <= longest_pause.
error validate(const plan_walk_config& config);

/// A header of a source that hops to another origin get too; all others may be credentials. Any case.
bool goes_to_any_origin(std::string_view header);

/// What is open at the assignment's deadline settles with this: where its page is being read it is the page that takes
/// long, and no other worker is to have it.
error past_deadline(bool reading, std::string place);

/// One request of the walk.
struct walk_request {
  host_key host;
  std::string url;
  std::map<std::string, std::string> headers; ///< the source's, as far as this hop may have them, and validators
  bool conditional = false;
  bool retry = false;
  bool own_host = true; ///< the source's; else a redirect led here
};

/// What was read of a page.
struct page_reading {
  uint32_t items = 0; ///< with the entries that became none: they fill the page all the same
  std::string next{}; ///< cursor or URL of the page behind it
  wall_time newest{}; ///< the epoch = not known
};

struct walk_step {
  enum class kind : uint8_t {
    ask,  ///< request(), after `pause`
    read, ///< the answer's body, then say was_read
    done  ///< settle with `problem`
  };
  kind what = kind::done;
  duration pause{0};
  error problem{};
  int32_t status = 0; ///< of the answer that is the problem; 0 = none came
};

class plan_walk {
public:
  /// bad_config or bad_request for a URL that is none.
  static result<plan_walk> begin(plan_walk_config config, const source_spec& source, const fetch_plan& plan,
                                 uint64_t seed);

  const walk_request& request() const { return request_; }
  /// "page 3".
  std::string page_name() const;

  /// No permit.
  walk_step denied(const error& why) const;
  /// The answer to request(), judged with request().conditional. `left`: until the deadline.
  walk_step answered(const fetch_outcome& outcome, duration left);
  /// After a step `read`.
  walk_step was_read(const http_response& answer, const page_reading& page);
  /// After a step `read`: the body was none. With the place.
  walk_step unreadable(error why) const;

  /// Of the pages so far: what to ask conditionally the next time.
  const std::vector<page_record>& records() const { return records_; }
  uint32_t unchanged() const { return unchanged_; }
  uint32_t unchanged_items() const { return unchanged_items_; }
  uint32_t pages_read() const { return read_; }
  /// Of all pages, as they are or were; the epoch = not known.
  wall_time newest() const { return newest_; }

private:
  plan_walk(plan_walk_config config, const source_spec& source, const fetch_plan& plan, url_template url,
            uint64_t seed);

  error go_to_page();
  void aim(const parsed_url& at, bool retry);
  walk_step follow(const fetch_outcome& outcome);
  walk_step repeat(const fetch_outcome& outcome, duration left);
  walk_step pass(page_record record);
  walk_step stop(error why, int32_t status) const;
  std::string chain_text(std::string_view last) const;

  plan_walk_config config_;
  source_spec source_;
  std::string query_;
  url_template url_;
  page_walk walk_;
  std::mt19937_64 random_;
  std::vector<page_record> known_;
  uint64_t reading_ = 0;

  walk_request request_;
  parsed_url here_;
  std::vector<std::string> chain_; ///< URLs of this page's hops
  bool abroad_ = false;            ///< a hop of this page led to another origin
  uint32_t retries_ = 0;           ///< for this page
  error trouble_{};                ///< of the request that is repeated
  int32_t trouble_status_ = 0;

  std::vector<page_record> records_;
  uint32_t unchanged_ = 0;
  uint32_t unchanged_items_ = 0;
  uint32_t read_ = 0;
  wall_time newest_{};
};

} // namespace vigie
