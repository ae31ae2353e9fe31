#include "runtime/link/basp_filter.hpp"

#include <catch2/catch.hpp>
#include <rapidcheck.h>

#include <string>

using namespace vigie;
using verdict = basp_filter::verdict;

namespace {

constexpr uint64_t cap = 1 << 20;
constexpr char server_handshake = 0, client_handshake = 1, direct = 2, routed = 3, monitor = 4, down = 5, heartbeat = 6;

std::string header(char operation, uint32_t length, char flags = 0, bool response = false) {
  std::string out(32, '\0');
  out[0] = operation;
  out[3] = flags;
  for (size_t i = 0; i < 4; ++i)
    out[4 + i] = static_cast<char>(length >> (24 - 8 * i));
  out[8] = response ? '\x80' : '\0';
  return out;
}

std::string message(const std::string& types, const std::string& values = "xyz") {
  std::string out(3, '\0');
  auto n = types.size();
  for (; n >= 0x80; n >>= 7)
    out += static_cast<char>(n | 0x80);
  out += static_cast<char>(n);
  return out + types + values;
}

verdict see(basp_filter& aut, const std::string& bytes) {
  return aut.examine(bytes.data(), bytes.size());
}

verdict direct_message(const std::string& payload, bool response = false) {
  basp_filter aut{cap};
  REQUIRE(see(aut, header(direct, static_cast<uint32_t>(payload.size()), 0, response)) == verdict::pass);
  REQUIRE(aut.needs() == payload.size());
  auto out = see(aut, payload);
  CHECK(aut.why().empty() == (out != verdict::refuse));
  return out;
}

} // namespace

TEST_CASE("what links need passes") {
  basp_filter aut{cap};
  for (char operation : {server_handshake, client_handshake, monitor, down}) {
    CHECK(see(aut, header(operation, 5)) == verdict::pass);
    CHECK(see(aut, "hello") == verdict::pass);
  }
  CHECK(see(aut, header(heartbeat, 0)) == verdict::pass);
  CHECK(aut.needs() == 32);
  CHECK(direct_message(message("@<>")) == verdict::pass);
  CHECK(direct_message(message("@<>+vigie::envelope+vigie::heartbeat")) == verdict::pass);
  CHECK(direct_message(message("@<>+@atom+@str+@error")) == verdict::pass);
  CHECK(direct_message(message("@<>+@error"), true) == verdict::pass);
  // Text that only looks like a system message, beyond the type list.
  CHECK(direct_message(message("@<>+@str", "@<>+@exit")) == verdict::pass);
  // A long list needs two bytes of length.
  std::string list = "@<>";
  for (int i = 0; i < 30; ++i)
    list += "+vigie::alert";
  CHECK(direct_message(message(list)) == verdict::pass);
  CHECK(direct_message(message(list + "+@exit")) == verdict::refuse);
}

TEST_CASE("what actors obey without asking is refused") {
  for (const auto* type : {"@exit", "@down", "@group", "@group_down", "@open_stream_msg", "@upstream_msg",
                           "@downstream_msg", "@timeout"}) {
    CAPTURE(type);
    CHECK(direct_message(message("@<>+" + std::string{type})) == verdict::refuse);
    CHECK(direct_message(message("@<>+@str+" + std::string{type} + "+@i32")) == verdict::refuse);
  }
  CHECK(direct_message(message("@<>+@error")) == verdict::refuse);
}

TEST_CASE("routing, unknown operations, too much, and malformed messages are refused") {
  for (char operation : {routed, '\7', '\xff'}) {
    basp_filter aut{cap};
    CHECK(see(aut, header(operation, 5)) == verdict::refuse);
  }
  basp_filter exact{cap};
  CHECK(see(exact, header(direct, cap)) == verdict::pass);
  for (uint32_t length : {uint32_t{cap} + 1, 0xC0000000u, 0xffffffffu}) {
    basp_filter aut{cap};
    CHECK(see(aut, header(direct, length)) == verdict::refuse);
    CHECK(aut.needs() == 32);
  }
  auto stack = message("@<>+@str");
  stack[0] = 1;
  CHECK(direct_message(stack) == verdict::refuse);
  CHECK(direct_message("abc") == verdict::refuse);
  CHECK(direct_message(std::string(3, '\0') + "\x7f" + "@<>+@str") == verdict::refuse);
  basp_filter aut{cap};
  CHECK(see(aut, "short") == verdict::refuse);
}

TEST_CASE("messages to named servers never reach CAF, and what follows them does") {
  basp_filter aut{cap};
  auto payload = message("@<>+@atom+@exit");
  CHECK(see(aut, header(direct, static_cast<uint32_t>(payload.size()), 1)) == verdict::swallow);
  CHECK(aut.needs() == payload.size());
  CHECK(see(aut, payload) == verdict::swallow);
  CHECK(aut.needs() == 32);
  CHECK(see(aut, header(direct, 0, 1)) == verdict::swallow);
  CHECK(see(aut, header(heartbeat, 0)) == verdict::pass);
}

TEST_CASE("properties of the filter") {
  REQUIRE(rc::check("any bytes are judged, and no more than the cap is ever asked for", [] {
    basp_filter aut{cap};
    for (int i = 0; i < 20; ++i) {
      RC_ASSERT(aut.needs() >= 1u);
      RC_ASSERT(aut.needs() <= cap);
      auto bytes = *rc::gen::container<std::string>(std::min<size_t>(aut.needs(), 200), rc::gen::arbitrary<char>());
      if (aut.needs() == 32)
        bytes[4] = bytes[5] = bytes[6] = 0;
      if (see(aut, bytes) == verdict::refuse)
        return;
    }
  }));
  REQUIRE(rc::check("a system type is found wherever it stands in the list", [] {
    auto before = *rc::gen::inRange(0, 40), after = *rc::gen::inRange(0, 40);
    std::string list = "@<>";
    for (int i = 0; i < before; ++i)
      list += "+vigie::item";
    list += "+@down";
    for (int i = 0; i < after; ++i)
      list += "+@str";
    RC_ASSERT(direct_message(message(list)) == verdict::refuse);
  }));
}
