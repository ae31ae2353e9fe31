// The table of runtime/link/basp_filter.hpp, row by row, and that nothing else passes.
#include "runtime/link/basp_filter.hpp"

#include <catch2/catch.hpp>
#include <rapidcheck.h>

#include <functional>
#include <string>
#include <vector>

#include "runtime/link/caf_settings.hpp"
#include "runtime/link/link_rules.hpp"

#include <caf/all.hpp>

using namespace vigie;
using verdict = basp_filter::verdict;

namespace {

constexpr uint64_t cap = 1 << 20;
enum vigie_operation : int { server_handshake, client_handshake, direct, routed, monitor, down, heartbeat };
constexpr char named = 1, select_connection = 2;
constexpr uint64_t normal = uint64_t{1} << 60, response = uint64_t{1} << 63, answered = uint64_t{1} << 62;

std::string number(uint64_t x, size_t bytes) {
  std::string out;
  for (size_t i = bytes; i-- > 0;)
    out += static_cast<char>(x >> (8 * i));
  return out;
}

std::string node(char machine) {
  return number(static_cast<uint64_t>(caf::atom("default")), 8) + number(4711, 4) + std::string(20, machine);
}

const std::string self = node('s'), peer = node('p'), third = node('t');

std::shared_ptr<const link_contract> contract(link_side side) {
  auto out = std::make_shared<link_contract>();
  out->side = side;
  out->self = self;
  out->messages = {"@<>+envelope+work", "@<>+envelope+attach+handle"};
  out->answers = {"@<>+receipt"};
  out->handle = "handle";
  return out;
}

struct frame {
  vigie_operation what;
  std::string payload{};
  char flags = 0;
  uint64_t data = 0, source = 0, dest = 0;

  std::string header() const {
    return std::string{static_cast<char>(what), 0, 0, flags} + number(payload.size(), 4) + number(data, 8) +
           number(source, 8) + number(dest, 8);
  }
};

std::string length(size_t n) {
  std::string out;
  for (; n >= 0x80; n >>= 7)
    out += static_cast<char>(n | 0x80);
  return out + static_cast<char>(n);
}

std::string text(const std::string& x) {
  return length(x.size()) + x;
}

/// Types and values, as they stand in an error's context as well.
std::string content(const std::string& types, const std::string& values = {}) {
  return std::string(2, '\0') + text(types) + values;
}

std::string message(const std::string& types, const std::string& values = "xyz") {
  return '\0' + content(types, values);
}

std::string an_error(const std::string& types = "@<>", const std::string& values = {}) {
  return '\1' + number(static_cast<uint64_t>(caf::atom("vigie")), 8) + content(types, values);
}

frame work(uint64_t data = normal, const std::string& types = "@<>+envelope+work") {
  return {direct, message(types), 0, data, 7, 9};
}
frame answer(const std::string& types, const std::string& values = "xyz") {
  return {direct, message(types, values), 0, response | normal | 5, 7, 9};
}
frame client(const std::string& who = peer, char flags = 0) {
  return {client_handshake, who, flags};
}
frame server(const std::string& who = peer) {
  return {server_handshake, who + "apps, actor, interface", 0, 3};
}

verdict see(basp_filter& aut, const std::string& bytes) {
  return aut.examine(bytes.data(), bytes.size());
}

/// Of its header, and where that passes or is swallowed, of its payload.
verdict see(basp_filter& aut, const frame& x) {
  auto out = see(aut, x.header());
  if (out != verdict::refuse && !x.payload.empty()) {
    CHECK(aut.needs() == x.payload.size());
    auto of_payload = see(aut, x.payload);
    CHECK((of_payload == verdict::refuse || of_payload == out));
    out = of_payload;
  }
  CHECK(aut.why().empty() == (out != verdict::refuse));
  return out;
}

/// A link of the worker's side (the peer is main) or of main's, past its handshake.
basp_filter open_link(link_side side = link_side::accepted) {
  basp_filter out{contract(side), cap};
  if (side == link_side::dialled) {
    CHECK(see(out, server()) == verdict::pass);
  } else {
    CHECK(see(out, client()) == verdict::pass);
    CHECK(see(out, client(peer, select_connection)) == verdict::pass);
  }
  return out;
}

verdict on_open_link(const frame& x) {
  auto aut = open_link();
  return see(aut, x);
}

verdict first(link_side side, const frame& x) {
  basp_filter aut{contract(side), cap};
  return see(aut, x);
}

/// As it is, and no longer so once any one of its fields is another.
void require_exact(const std::function<basp_filter()>& link, const frame& good, bool source_is_free = false,
                   bool data_is_free = false, bool dest_is_free = false) {
  auto judge = [&](const std::function<void(frame&)>& change) {
    auto x = good;
    change(x);
    auto aut = link();
    return see(aut, x);
  };
  REQUIRE(judge([](frame&) {}) == verdict::pass);
  for (int bit = 0; bit < 8; ++bit)
    CHECK(judge([&](frame& x) { x.flags = static_cast<char>(x.flags ^ 1 << bit); }) == verdict::refuse);
  if (!data_is_free)
    CHECK(judge([](frame& x) { x.data ^= 4; }) == verdict::refuse);
  if (!source_is_free)
    CHECK(judge([](frame& x) { x.source ^= 4; }) == verdict::refuse);
  if (!dest_is_free)
    CHECK(judge([](frame& x) { x.dest ^= 4; }) == verdict::refuse);
  CHECK(judge([](frame& x) { x.payload = x.payload.empty() ? "x" : ""; }) == verdict::refuse);
  for (size_t at : {1u, 2u}) { // the padding
    auto aut = link();
    auto bytes = good.header();
    bytes[at] = 1;
    CHECK(see(aut, bytes) == verdict::refuse);
  }
}

} // namespace

TEST_CASE("handshakes: from the right side, whole, once") {
  auto accepted = [] { return basp_filter{contract(link_side::accepted), cap}; };
  auto dialled = [] { return basp_filter{contract(link_side::dialled), cap}; };
  require_exact(accepted, client());
  require_exact(dialled, server());
  auto after_first = [] {
    basp_filter out{contract(link_side::accepted), cap};
    CHECK(see(out, client()) == verdict::pass);
    return out;
  };
  require_exact(after_first, client(peer, select_connection));

  // Without a payload CAF reads from nowhere.
  for (auto side : {link_side::accepted, link_side::dialled}) {
    CHECK(first(side, {client_handshake}) == verdict::refuse);
    CHECK(first(side, {server_handshake, {}, 0, 3}) == verdict::refuse);
    CHECK(first(side, {server_handshake, {}, 0, 1}) == verdict::refuse);
  }
  CHECK(first(link_side::accepted, server()) == verdict::refuse);
  CHECK(first(link_side::dialled, client()) == verdict::refuse);
  CHECK(first(link_side::dialled, {server_handshake, peer, 0, 3}) == verdict::refuse);
  CHECK(first(link_side::dialled, {server_handshake, peer + std::string(basp_filter::max_handshake, 'x'), 0, 3}) ==
        verdict::refuse);

  // This very node; a URI; nobody.
  for (const auto& who : {self, number(static_cast<uint64_t>(caf::atom("uri")), 8) + std::string(24, 'u'),
                          number(static_cast<uint64_t>(caf::atom("")), 8) + std::string(24, '\0')}) {
    CHECK(first(link_side::accepted, client(who)) == verdict::refuse);
    CHECK(first(link_side::dialled, server(who)) == verdict::refuse);
  }
  auto aut = after_first();
  CHECK(see(aut, client(third, select_connection)) == verdict::refuse);
  aut = after_first();
  CHECK(see(aut, client()) == verdict::refuse);
  for (auto side : {link_side::accepted, link_side::dialled})
    for (const auto& again : {client(), client(peer, select_connection), server(), client(third), server(third)}) {
      aut = open_link(side);
      CHECK(see(aut, again) == verdict::refuse);
    }
}

TEST_CASE("nothing comes before the handshake is over") {
  for (const auto& early : {work(), answer("@<>"), frame{monitor, peer + self, 0, 0, 0, 9},
                            frame{down, peer + self + an_error(), 0, 0, 7}, frame{heartbeat}}) {
    CHECK(first(link_side::accepted, early) == verdict::refuse);
    CHECK(first(link_side::dialled, early) == verdict::refuse);
    basp_filter half{contract(link_side::accepted), cap};
    CHECK(see(half, client()) == verdict::pass);
    CHECK(see(half, early) == verdict::refuse);
  }
}

TEST_CASE("monitor, down and heartbeat messages are as CAF writes them") {
  auto link = [] { return open_link(); };
  require_exact(link, {monitor, peer + self, 0, 0, 0, 9}, false, false, true);
  require_exact(link, {down, peer + self + an_error(), 0, 0, 7}, true);
  require_exact(link, {heartbeat});
  CHECK(on_open_link({monitor, peer + self, 0, 0, 0, 0}) == verdict::refuse);
  CHECK(on_open_link({monitor, third + self, 0, 0, 0, 9}) == verdict::refuse);
  CHECK(on_open_link({monitor, peer + third, 0, 0, 0, 9}) == verdict::refuse);
  CHECK(on_open_link({monitor, peer + self + "x", 0, 0, 0, 9}) == verdict::refuse);
  CHECK(on_open_link({down, peer + self + an_error(), 0, 0, 0}) == verdict::refuse);
  CHECK(on_open_link({down, third + self + an_error(), 0, 0, 7}) == verdict::refuse);
  CHECK(on_open_link({down, peer + third + an_error(), 0, 0, 7}) == verdict::refuse);
  CHECK(on_open_link({down, peer + self, 0, 0, 7}) == verdict::refuse);
}

TEST_CASE("messages are those of the contract, and none that CAF obeys without asking the actor") {
  CHECK(on_open_link(work()) == verdict::pass);
  CHECK(on_open_link({direct, message("@<>+envelope+attach+handle", "…" + number(3, 8) + peer), 0, normal, 7, 9}) ==
        verdict::pass);
  CHECK(on_open_link(answer("@<>+receipt")) == verdict::pass);
  CHECK(on_open_link(answer("@<>", "")) == verdict::pass);
  CHECK(on_open_link(answer("@<>+@error", an_error())) == verdict::pass);
  CHECK(on_open_link(answer("@<>+@error", an_error("@<>+@str+@str", text("why") + text(std::string(300, 'w'))))) ==
        verdict::pass);

  for (const auto* type : {"@exit", "@down", "@group", "@group_down", "@open_stream_msg", "@upstream_msg",
                           "@downstream_msg", "@timeout", "@message", "@config_value", "@error", "receipt"}) {
    CAPTURE(type);
    CHECK(on_open_link(work(normal, "@<>+" + std::string{type})) == verdict::refuse);
    CHECK(on_open_link(work(normal, "@<>+envelope+work+" + std::string{type})) == verdict::refuse);
    if (std::string_view{type} != "receipt" && std::string_view{type} != "@error")
      CHECK(on_open_link(answer("@<>+" + std::string{type})) == verdict::refuse);
  }
  CHECK(on_open_link(work(normal, "@<>")) == verdict::refuse);
  CHECK(on_open_link(work(normal, "@<>+@atom+@strong_actor_ptr")) == verdict::refuse); // CAF's link order
  CHECK(on_open_link(answer("@<>+envelope+work")) == verdict::refuse);
  CHECK(on_open_link({direct, message("@<>+envelope+attach+handle", "…" + number(3, 8) + third), 0, normal, 7, 9}) ==
        verdict::refuse);
}

TEST_CASE("a message's header: identifiers of plain messages only, and somebody to answer") {
  for (auto id : {uint64_t{0}, normal, uint64_t{77}, normal | 77})
    CHECK(on_open_link(work(id)) == verdict::pass);
  for (uint64_t category : {2, 3})
    for (uint64_t rest : {uint64_t{0}, uint64_t{5}, response, response | 5})
      CHECK(on_open_link(work(category << 60 | rest)) == verdict::refuse);
  CHECK(on_open_link(work(answered | normal | 5)) == verdict::refuse);
  CHECK(on_open_link(work(response | normal)) == verdict::refuse);
  auto anonymous = work();
  anonymous.source = 0;
  CHECK(on_open_link(anonymous) == verdict::pass);
  anonymous.data = normal | 5;
  CHECK(on_open_link(anonymous) == verdict::refuse);
  auto to_nobody = work();
  to_nobody.dest = 0;
  CHECK(on_open_link(to_nobody) == verdict::refuse);
  CHECK(on_open_link({direct, {}, 0, normal, 7, 9}) == verdict::refuse);
  for (char flags : {named, select_connection, '\4', '\x80', '\3'}) {
    auto x = work();
    x.flags = flags;
    CHECK(on_open_link(x) == verdict::refuse);
  }
}

TEST_CASE("errors hold text and nothing else, wherever they come from") {
  auto nested = an_error();
  for (int i = 0; i < 3; ++i)
    nested = an_error("@<>+@error", nested);
  for (const auto& bad :
       {nested, an_error("@<>+@message", content("@<>")), an_error("@<>+@str"), an_error("@<>+@strx", text("x")),
        an_error("@<>+@str", "\x7fshort"), an_error("@<>", "behind"), an_error("@str", text("x")), an_error("", ""),
        an_error().substr(0, 9), an_error().substr(0, 5), std::string{}}) {
    CHECK(on_open_link(answer("@<>+@error", bad)) == verdict::refuse);
    CHECK(on_open_link({down, peer + self + bad, 0, 0, 7}) == verdict::refuse);
  }
  CHECK(on_open_link({direct, message("@<>+@error", an_error()), 0, normal, 7, 9}) == verdict::refuse);
}

TEST_CASE("a list of types can be read in one way only") {
  auto list = std::string{"@<>+envelope+work"};
  auto n = static_cast<char>(list.size());
  auto with_length = [&](const std::string& bytes) {
    return on_open_link({direct, std::string(3, '\0') + bytes + list + "xyz", 0, normal, 7, 9});
  };
  CHECK(with_length(std::string{n}) == verdict::pass);
  // CAF reads these as the same length.
  auto more = static_cast<char>(n | 0x80);
  CHECK(with_length({more, '\0'}) == verdict::refuse);
  CHECK(with_length({more, '\x80', '\0'}) == verdict::refuse);
  CHECK(with_length({more, '\x80', '\x80', '\x80', '\0'}) == verdict::refuse);
  CHECK(on_open_link({direct, "abc", 0, normal, 7, 9}) == verdict::refuse);
  CHECK(on_open_link({direct, std::string(3, '\0') + "\x7f" + list, 0, normal, 7, 9}) == verdict::refuse);
  CHECK(on_open_link({direct, '\1' + content(list), 0, normal, 7, 9}) == verdict::refuse); // a forwarding stack
  CHECK(on_open_link({direct, std::string{0, 0, 1} + text(list), 0, normal, 7, 9}) == verdict::refuse);
}

TEST_CASE("CAF's question to the spawn server is swallowed, to other names refused, and what follows passes") {
  auto to = [](const char* name) {
    return frame{
        direct, message("@<>+@atom+@atom+@str"), named, normal, 7, static_cast<uint64_t>(caf::atom_from_string(name))};
  };
  auto aut = open_link();
  CHECK(see(aut, to("SpawnServ")) == verdict::swallow);
  CHECK(see(aut, work()) == verdict::pass);
  CHECK(on_open_link(to("ConfigServ")) == verdict::refuse);
}

TEST_CASE("routing, unknown operations, and too much are refused; after a refusal everything is") {
  for (int operation = routed; operation < 256; operation += operation == routed ? heartbeat - routed + 1 : 1)
    CHECK(on_open_link({static_cast<vigie_operation>(operation), message("@<>"), 0, normal, 7, 9}) == verdict::refuse);
  for (uint64_t length : {cap + 1, uint64_t{0xC0000000}, uint64_t{0xffffffff}}) {
    auto aut = open_link();
    auto bytes = work().header();
    bytes.replace(4, 4, number(length, 4));
    CHECK(see(aut, bytes) == verdict::refuse);
    CHECK(aut.needs() == basp_filter::header_bytes);
    CHECK(see(aut, frame{heartbeat}.header()) == verdict::refuse);
  }
  auto exact = open_link();
  auto bytes = work().header();
  bytes.replace(4, 4, number(cap, 4));
  CHECK(see(exact, bytes) == verdict::pass);
  auto aut = open_link();
  CHECK(see(aut, "short") == verdict::refuse);
}

TEST_CASE("the peer's actors that speak are bounded, and those that ended make room") {
  auto aut = open_link();
  auto speak = [&](uint64_t who) {
    auto x = work();
    x.source = who;
    return see(aut, x);
  };
  for (uint64_t who = 1; who <= basp_filter::max_peer_actors; ++who)
    if (speak(who) != verdict::pass)
      FAIL("refused at actor " << who);
  CHECK(speak(1) == verdict::pass);
  CHECK(see(aut, frame{down, peer + self + an_error(), 0, 0, 1}) == verdict::pass);
  CHECK(speak(uint64_t{1} << 40) == verdict::pass);
  CHECK(speak(1) == verdict::refuse);
}

TEST_CASE("properties of the filter") {
  REQUIRE(rc::check("any bytes are judged, and no more than the cap is ever asked for", [] {
    auto aut = *rc::gen::arbitrary<bool>() ? open_link() : basp_filter{contract(link_side::accepted), cap};
    for (int i = 0; i < 20; ++i) {
      RC_ASSERT(aut.needs() >= 1u);
      RC_ASSERT(aut.needs() <= cap);
      auto bytes = *rc::gen::container<std::string>(std::min<size_t>(aut.needs(), 200), rc::gen::arbitrary<char>());
      if (aut.needs() == basp_filter::header_bytes) {
        bytes[0] = static_cast<char>(bytes[0] & 7);
        bytes[1] = bytes[2] = bytes[3] = bytes[4] = bytes[5] = bytes[6] = 0;
      }
      if (see(aut, bytes) == verdict::refuse)
        return;
    }
  }));
  REQUIRE(
      rc::check("of a good frame with one byte of its header changed, only numbers of actors and messages pass", [] {
        auto good =
            *rc::gen::element(work(), work(normal | 5), answer("@<>+receipt"), frame{heartbeat},
                              frame{monitor, peer + self, 0, 0, 0, 9}, frame{down, peer + self + an_error(), 0, 0, 7});
        auto at = *rc::gen::inRange<size_t>(0, basp_filter::header_bytes);
        auto header = good.header();
        auto before = std::exchange(header[at], *rc::gen::arbitrary<char>());
        RC_PRE(header[at] != before);
        auto aut = open_link();
        auto passed = see(aut, header) == verdict::pass && aut.needs() == good.payload.size() &&
                      (good.payload.empty() || see(aut, good.payload) == verdict::pass);
        if (passed)
          RC_ASSERT(at >= 8u);
        if (passed && at == 8)
          RC_ASSERT((static_cast<uint8_t>(header[at]) & 0x60) == 0);
      }));
}

TEST_CASE("the contract of real nodes: envelopes only, and each side its own messages") {
  caf::actor_system_config config;
  configure(config);
  caf::actor_system system{config};
  auto of_main = make_link_contract(system, link_side::accepted),
       of_worker = make_link_contract(system, link_side::dialled);
  CHECK(of_main->self.size() == basp_filter::node_bytes);
  CHECK(of_main->self == of_worker->self);
  CHECK(of_main->messages.contains("@<>+vigie::envelope+vigie::attach+" + of_main->handle));
  CHECK(of_main->messages.contains("@<>+vigie::envelope+vigie::heartbeat"));
  CHECK(of_worker->messages.contains("@<>+vigie::envelope+vigie::alert_settled"));
  CHECK(of_worker->answers.contains("@<>+vigie::worker_hello"));
  CHECK(of_main->answers.contains("@<>+vigie::settle_ack"));
  for (const auto& contract : {of_main, of_worker})
    for (const auto& list : contract->messages) {
      CAPTURE(list);
      CHECK(list.starts_with("@<>+vigie::envelope"));
      CHECK(list.find("+@") == std::string::npos);
    }
  for (const auto& list : of_main->messages)
    CHECK_FALSE(of_worker->messages.contains(list));
}
