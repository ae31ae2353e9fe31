// Every type of the contract survives the wire with every field filled, and a broken byte stream is an error, not a
// crash.
#include <caf/all.hpp>
#include <catch2/catch.hpp>

#include <random>
#include <type_traits>

#include "messages/failure.hpp"
#include "messages/registration.hpp"
#include "messages/type_ids.hpp"

namespace vigie {

namespace {

/// An inspector that gives every field a value of its own, so that a field lost or swapped on the way shows.
class filler {
public:
  using result_type = caf::error;
  static constexpr bool reads_state = false;
  static constexpr bool writes_state = true;

  template <class... Ts>
  caf::error operator()(Ts&&... xs) {
    (fill(xs), ...);
    return caf::none;
  }

private:
  template <class T>
  void fill(T& x) {
    if constexpr (std::is_base_of_v<caf::meta::annotation, T>) {
      if constexpr (requires { x.fun; })
        (void)x.fun();
    } else if constexpr (std::is_same_v<T, bool>) {
      x = true;
    } else if constexpr (std::is_enum_v<T>) {
      x = static_cast<T>(1 + (next_++ % 2));
    } else if constexpr (std::is_arithmetic_v<T>) {
      x = static_cast<T>(++next_ % 120);
    } else if constexpr (std::is_same_v<T, std::string>) {
      x = "text " + std::to_string(++next_) + " \xc3\xa9\n";
    } else if constexpr (std::is_same_v<T, duration>) {
      x = duration{++next_};
    } else if constexpr (std::is_same_v<T, wall_time>) {
      x = from_unix_ms(1'800'000'000'000 + ++next_);
    } else if constexpr (requires { typename T::mapped_type; }) {
      for (int i = 0; i < 2; ++i) {
        typename T::key_type k;
        typename T::mapped_type v;
        fill(k);
        fill(v);
        x.emplace(std::move(k), std::move(v));
      }
    } else if constexpr (requires { x.first; }) {
      fill(x.first);
      fill(x.second);
    } else if constexpr (requires(T v) { v.emplace_back(); }) {
      for (int i = 0; i < 2; ++i)
        fill(x.emplace_back());
    } else {
      inspect(*this, x);
    }
  }

  int next_ = 0;
};

struct wire {
  wire() : system(prepare()) {}

  caf::actor_system_config& prepare() {
    register_messages(config);
    return config;
  }

  caf::actor_system_config config;
  caf::actor_system system;
};

template <class T>
std::vector<char> write(wire& w, T& x) {
  std::vector<char> bytes;
  caf::binary_serializer out{w.system, bytes};
  auto problem = out(x);
  REQUIRE(!problem);
  return bytes;
}

template <class T>
void round_trip(wire& w, const char* name) {
  INFO(name);
  T full{};
  filler fill;
  fill(full);
  auto bytes = write(w, full);
  T back{};
  caf::binary_deserializer in{w.system, bytes};
  auto problem = in(back);
  REQUIRE(!problem);
  REQUIRE(caf::deep_to_string(full) == caf::deep_to_string(back));
  REQUIRE(write(w, back) == bytes);

  // As a message of its own, which also needs its registered name.
  auto message = caf::make_message(full);
  std::vector<char> wrapped;
  caf::binary_serializer out{w.system, wrapped};
  REQUIRE(!out(message));
  caf::message received;
  caf::binary_deserializer again{w.system, wrapped};
  REQUIRE(!again(received));
  REQUIRE(received.match_elements<T>());

  for (size_t cut = 0; cut < bytes.size(); cut += 1 + bytes.size() / 64) {
    T part{};
    std::vector<char> head(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(cut));
    caf::binary_deserializer broken{w.system, head};
    REQUIRE(broken(part));
  }
}

} // namespace

#define ROUND_TRIP(type) round_trip<type>(w, #type)

TEST_CASE("every message survives the wire") {
  wire w;
  ROUND_TRIP(alert_id);
  ROUND_TRIP(run_id);
  ROUND_TRIP(assignment_id);
  ROUND_TRIP(fencing_token);
  ROUND_TRIP(outbox_id);
  ROUND_TRIP(item_id);
  ROUND_TRIP(worker_id);
  ROUND_TRIP(source_id);
  ROUND_TRIP(channel_id);
  ROUND_TRIP(host_key);
  ROUND_TRIP(trace_id);
  ROUND_TRIP(error);
  ROUND_TRIP(match_conditions);
  ROUND_TRIP(alert);
  ROUND_TRIP(item);
  ROUND_TRIP(paging_spec);
  ROUND_TRIP(extract_spec);
  ROUND_TRIP(gate_policy);
  ROUND_TRIP(source_spec);
  ROUND_TRIP(http_request);
  ROUND_TRIP(http_response);
  ROUND_TRIP(permit);
  ROUND_TRIP(robots_report);
  ROUND_TRIP(sanity_rules);
  ROUND_TRIP(page_record);
  ROUND_TRIP(fetch_outcome);
  ROUND_TRIP(fetch_report);
  ROUND_TRIP(robots_copy);
  ROUND_TRIP(stored_robots);
  ROUND_TRIP(host_state);
  ROUND_TRIP(conduct_row);
  ROUND_TRIP(match);
  ROUND_TRIP(alert_settled);
  ROUND_TRIP(run_summary);
  ROUND_TRIP(run_alert);
  ROUND_TRIP(stored_match);
  ROUND_TRIP(outbox_row);
  ROUND_TRIP(channel_state);
  ROUND_TRIP(verdict);
  ROUND_TRIP(worker_health);
  ROUND_TRIP(worker_status);
  ROUND_TRIP(envelope);
  ROUND_TRIP(planned_alert);
  ROUND_TRIP(fetch_plan);
  ROUND_TRIP(assignment);
  ROUND_TRIP(worker_command);
  ROUND_TRIP(command_result);
  ROUND_TRIP(attach);
  ROUND_TRIP(worker_hello);
  ROUND_TRIP(actor_row);
  ROUND_TRIP(node_row);
  ROUND_TRIP(begun_run);
  ROUND_TRIP(attempt_request);
  ROUND_TRIP(settle_receipt);
  ROUND_TRIP(match_filter);
  ROUND_TRIP(get_alerts);
  ROUND_TRIP(put_alert);
  ROUND_TRIP(import_alerts);
  ROUND_TRIP(remove_alert);
  ROUND_TRIP(enable_alert);
  ROUND_TRIP(find_unfinished_run);
  ROUND_TRIP(begin_run);
  ROUND_TRIP(record_skipped_run);
  ROUND_TRIP(begin_attempts);
  ROUND_TRIP(settle_alert);
  ROUND_TRIP(end_run);
  ROUND_TRIP(get_runs);
  ROUND_TRIP(get_run);
  ROUND_TRIP(get_run_alerts);
  ROUND_TRIP(get_matches);
  ROUND_TRIP(channel_claim);
  ROUND_TRIP(claim_outbox);
  ROUND_TRIP(return_outbox);
  ROUND_TRIP(give_up_outbox);
  ROUND_TRIP(get_channel_states);
  ROUND_TRIP(put_channel_state);
  ROUND_TRIP(finish_outbox);
  ROUND_TRIP(recover_outbox);
  ROUND_TRIP(get_outbox);
  ROUND_TRIP(count_outbox);
  ROUND_TRIP(outbox_counts);
  ROUND_TRIP(retry_outbox);
  ROUND_TRIP(get_worker_status);
  ROUND_TRIP(save_worker_status);
  ROUND_TRIP(get_verdicts);
  ROUND_TRIP(put_verdict);
  ROUND_TRIP(drop_verdict);
  ROUND_TRIP(get_host_states);
  ROUND_TRIP(get_robots);
  ROUND_TRIP(put_robots);
  ROUND_TRIP(get_conduct);
  ROUND_TRIP(add_conduct);
  ROUND_TRIP(host_hold);
  ROUND_TRIP(get_holds);
  ROUND_TRIP(lift_holds);
  ROUND_TRIP(link_changed);
  ROUND_TRIP(health_judged);
  ROUND_TRIP(bans_changed);
  ROUND_TRIP(work_ended);
  ROUND_TRIP(work_begun);
  ROUND_TRIP(get_workers);
  ROUND_TRIP(get_available);
  ROUND_TRIP(available_worker);
  ROUND_TRIP(probe_worker);
  ROUND_TRIP(set_draining);
  ROUND_TRIP(site_refused);
  ROUND_TRIP(refusal_ruling);
  ROUND_TRIP(site_answered);
  ROUND_TRIP(lift_bans);
  ROUND_TRIP(get_bans);
  ROUND_TRIP(permit_request);
  ROUND_TRIP(permit_release);
  ROUND_TRIP(held_permit);
  ROUND_TRIP(permits_held);
  ROUND_TRIP(gated_fetch);
  ROUND_TRIP(gated_answer);
  ROUND_TRIP(begin_fetch);
  ROUND_TRIP(trigger_run);
  ROUND_TRIP(run_ticket);
  ROUND_TRIP(assign_receipt);
  ROUND_TRIP(cancel_assignment);
  ROUND_TRIP(assignment_beat);
  ROUND_TRIP(assignment_finished);
  ROUND_TRIP(settle_ack);
  ROUND_TRIP(worker_lost);
  ROUND_TRIP(get_cycle);
  ROUND_TRIP(cycle_report);
  ROUND_TRIP(outbox_grew);
  ROUND_TRIP(heartbeat);
  ROUND_TRIP(run_plan);
  ROUND_TRIP(get_health);
  ROUND_TRIP(get_node);
  ROUND_TRIP(get_fleet);
  ROUND_TRIP(crash_order);
  ROUND_TRIP(std::vector<alert>);
  ROUND_TRIP(std::vector<fencing_token>);
  ROUND_TRIP(std::vector<run_summary>);
  ROUND_TRIP(std::vector<run_alert>);
  ROUND_TRIP(std::vector<stored_match>);
  ROUND_TRIP(std::vector<outbox_row>);
  ROUND_TRIP(std::vector<channel_state>);
  ROUND_TRIP(std::vector<host_hold>);
  ROUND_TRIP(std::vector<worker_status>);
  ROUND_TRIP(std::vector<verdict>);
  ROUND_TRIP(std::vector<host_state>);
  ROUND_TRIP(std::vector<stored_robots>);
  ROUND_TRIP(std::vector<conduct_row>);
  ROUND_TRIP(std::vector<available_worker>);
  ROUND_TRIP(std::vector<node_row>);
}

TEST_CASE("vigie's errors survive the wire with their detail and place") {
  wire w;
  auto sent = to_caf({errc::bad_page, "no items", "/results"});
  std::vector<char> bytes;
  caf::binary_serializer out{w.system, bytes};
  REQUIRE(!out(sent));
  caf::error back;
  caf::binary_deserializer in{w.system, bytes};
  REQUIRE(!in(back));
  auto e = from_caf(back);
  REQUIRE(e == error{errc::bad_page, "no items", "/results"});
  REQUIRE(w.system.render(back).find("no items") != std::string::npos);
}

TEST_CASE("what CAF says of a lost receiver is one of our errors") {
  REQUIRE(from_caf(caf::make_error(caf::sec::request_receiver_down)).code == errc::crashed);
  REQUIRE(from_caf(caf::make_error(caf::sec::request_timeout)).code == errc::deadline_exceeded);
  REQUIRE(from_caf(caf::make_error(caf::exit_reason::remote_link_unreachable)).code == errc::worker_lost);
  REQUIRE(from_caf({}).code == errc::none);
}

TEST_CASE("why a part ended is said in words, not in CAF's") {
  for (auto why : {caf::exit_reason::unhandled_exception, caf::exit_reason::unknown, caf::exit_reason::out_of_workers,
                   caf::exit_reason::user_shutdown, caf::exit_reason::kill, caf::exit_reason::unreachable}) {
    auto e = from_caf(caf::make_error(why));
    INFO(e.detail);
    CHECK(e.code == errc::crashed);
    CHECK(e.detail.starts_with("the part "));
    CHECK(e.detail.find('_') == std::string::npos);
  }
  CHECK(from_caf(caf::make_error(caf::exit_reason::user_shutdown)).detail ==
        "the part was ended: its node stops, or its work was taken back");
}

} // namespace vigie
