#include "actors/policy/gate_keys.hpp"

#include <catch2/catch.hpp>

using namespace vigie;

namespace {

/// Two labels, or none.
std::string two_labels(std::string_view name) {
  auto dot = name.rfind('.');
  if (dot == name.npos || dot == 0)
    return {};
  auto before = name.rfind('.', dot - 1);
  return std::string{before == name.npos ? name : name.substr(before + 1)};
}

host_key host(std::string text) {
  return host_key{std::move(text)};
}

} // namespace

TEST_CASE("the gate of a host, by kind") {
  gate_keys aut{two_labels};
  struct row {
    const char* host;
    const char* domain;
  };
  for (auto x : {row{"www.shop.example", "shop.example"}, row{"api.shop.example:8443", "shop.example"},
                 row{"shop.example", "shop.example"}, row{"www.shop.example.", "shop.example"},
                 row{"localhost:8080", "localhost:8080"}, row{"127.0.0.1:8080", "127.0.0.1:8080"},
                 row{"[::1]:8080", "[::1]:8080"}, row{"intranet", "intranet"}}) {
    INFO(x.host);
    CHECK(aut.gate_of(host(x.host), gate_key_kind::domain) == host(x.domain));
    CHECK(aut.gate_of(host(x.host), gate_key_kind::host) == host(x.host));
    CHECK(aut.gate_of(host(x.host), gate_key_kind::ip) == host(x.host)); // until it is known
  }
  CHECK(gate_keys{}.gate_of(host("www.shop.example"), gate_key_kind::domain) == host("www.shop.example"));
}

TEST_CASE("hosts on one address share a gate; a host on two addresses joins theirs") {
  gate_keys aut;
  auto gate = [&](const char* x) { return aut.gate_of(host(x), gate_key_kind::ip); };
  auto first = aut.learn(host("a.example"), "192.0.2.1");
  REQUIRE(first.size() == 1);
  CHECK(first[0].from == host("a.example"));
  CHECK(first[0].into == host("192.0.2.1"));
  CHECK(aut.learn(host("a.example"), "192.0.2.1").empty());
  CHECK(aut.learn(host("b.example"), "192.0.2.2").size() == 1);
  CHECK(aut.learn(host("c.example"), "192.0.2.2").size() == 1);
  CHECK(gate("b.example") == gate("c.example"));
  CHECK(gate("a.example") != gate("b.example"));
  auto both = aut.learn(host("a.example"), "192.0.2.2");
  REQUIRE(both.size() == 1);
  CHECK(both[0].from == host("192.0.2.1"));
  CHECK(gate("a.example") == gate("b.example"));
  CHECK(aut.learn(host("d.example"), "192.0.2.1").size() == 1);
  CHECK(gate("d.example") == gate("a.example"));
  CHECK(aut.members(gate("a.example")).size() == 4);
}

TEST_CASE("names are remembered up to a limit; the others keep their own gates") {
  gate_keys aut{{}, 2};
  CHECK(aut.learn(host("a.example"), "192.0.2.1").size() == 1);
  CHECK(aut.learn(host("b.example"), "192.0.2.1").empty());
  CHECK(aut.gate_of(host("b.example"), gate_key_kind::ip) == host("b.example"));
  CHECK(aut.learn(host("a.example"), "").empty());
}

TEST_CASE("addresses of this machine") {
  for (const auto* x : {"127.0.0.1", "127.8.9.1", "::1", "::ffff:127.0.0.1", "", "name"})
    CHECK(is_loopback_address(x));
  for (const auto* x : {"192.0.2.1", "::2", "128.0.0.1", "::ffff:192.0.2.1"})
    CHECK_FALSE(is_loopback_address(x));
}
