#include <catch2/catch.hpp>
#include <rapidcheck.h>

#include "actors/policy/address_guard.hpp"

using namespace vigie;

namespace {

std::string class_of(std::string_view text) {
  auto x = parse_ip(text);
  REQUIRE(x);
  return std::string{to_string(classify(*x))};
}

bool allows(const address_guard& guard, std::string_view address, uint16_t port) {
  auto said = guard.decide(*parse_ip(address), port);
  CHECK((said.code == errc::none || said.code == errc::blocked_address));
  return said.code == errc::none;
}

} // namespace

TEST_CASE("addresses as text") {
  auto [text, normal] = GENERATE(table<std::string, std::string>({
      {"127.0.0.1", "127.0.0.1"},
      {"0.0.0.0", "0.0.0.0"},
      {"255.255.255.255", "255.255.255.255"},
      {"::", "::"},
      {"::1", "::1"},
      {"1::", "1::"},
      {"2001:DB8:0:0:1:0:0:1", "2001:db8::1:0:0:1"},
      {"2001:db8::0:1", "2001:db8::1"},
      {"1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7:8"},
      {"1:0:3:4:5:6:7:8", "1:0:3:4:5:6:7:8"},
      {"1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0"},
      {"::2:3:4:5:6:7:8", "0:2:3:4:5:6:7:8"},
      {"::ffff:10.0.0.1", "::ffff:a00:1"},
      {"64:ff9b::192.0.2.33", "64:ff9b::c000:221"},
      {"1:2:3:4:5:6:1.2.3.4", "1:2:3:4:5:6:102:304"},
      {"fe80::", "fe80::"},
  }));
  CAPTURE(text);
  auto x = parse_ip(text);
  REQUIRE(x);
  CHECK(to_string(*x) == normal);
  CHECK(parse_ip(normal) == x);
}

TEST_CASE("what is no address") {
  auto text =
      GENERATE(as<std::string>{}, "", "1.2.3", "1.2.3.4.5", "1.2.3.256", "01.2.3.4", "1.2.3.4 ", " 1.2.3.4", "1..3.4",
               "0x7f.0.0.1", "0x7f.1", "2130706433", "127.1", "1.2.3.+4", "-1.2.3.4", ":", ":::", "1:2:3:4:5:6:7",
               "1:2:3:4:5:6:7:8:9", "1::2::3", "1:2:3:4:5:6:7::8", "12345::", "g::", "::1%lo", "1:", ":1",
               "::1:", "::1.2.3", "::1.2.3.4:5", "1.2.3.4::", "1:2:3:4:5:6:7:1.2.3.4", "[::1]", "localhost");
  CAPTURE(text);
  CHECK_FALSE(parse_ip(text));
}

TEST_CASE("every address is read back from its text") {
  REQUIRE(rc::check("write, parse", [](bool is_v6, std::array<uint8_t, 16> bytes, uint16_t zeros) {
    for (size_t i = 0; i < 16; ++i)
      if (!is_v6 && i >= 4)
        bytes[i] = 0;
      else if (is_v6 && (zeros >> i & 1))
        bytes[i] = bytes[i ^ 1] = 0;
    ip_address x{is_v6, bytes};
    RC_ASSERT(parse_ip(to_string(x)) == x);
  }));
  REQUIRE(rc::check("any text", [](const std::string& text) {
    if (auto x = parse_ip(text))
      RC_ASSERT(parse_ip(to_string(*x)) == x);
    if (auto range = parse_address_range(text)) {
      auto again = parse_address_range(to_string(*range));
      RC_ASSERT(again.has_value());
      RC_ASSERT(to_string(*again) == to_string(*range));
    }
  }));
}

TEST_CASE("special addresses, first, last and the neighbours of each range") {
  auto [address, what] = GENERATE(table<std::string, std::string>({
      {"0.0.0.0", "this network"},
      {"0.255.255.255", "this network"},
      {"1.0.0.0", "global"},
      {"9.255.255.255", "global"},
      {"10.0.0.0", "private"},
      {"10.255.255.255", "private"},
      {"11.0.0.0", "global"},
      {"100.63.255.255", "global"},
      {"100.64.0.0", "shared"},
      {"100.127.255.255", "shared"},
      {"100.128.0.0", "global"},
      {"126.255.255.255", "global"},
      {"127.0.0.1", "loopback"},
      {"127.255.255.255", "loopback"},
      {"128.0.0.0", "global"},
      {"169.253.255.255", "global"},
      {"169.254.169.254", "link-local"},
      {"169.255.0.0", "global"},
      {"172.15.255.255", "global"},
      {"172.16.0.0", "private"},
      {"172.31.255.255", "private"},
      {"172.32.0.0", "global"},
      {"192.0.0.255", "protocol assignments"},
      {"192.0.1.0", "global"},
      {"192.0.2.1", "documentation"},
      {"192.0.3.0", "global"},
      {"192.88.99.1", "6to4 relay"},
      {"192.88.100.0", "global"},
      {"192.167.255.255", "global"},
      {"192.168.0.1", "private"},
      {"192.169.0.0", "global"},
      {"198.17.255.255", "global"},
      {"198.18.0.0", "benchmarking"},
      {"198.19.255.255", "benchmarking"},
      {"198.20.0.0", "global"},
      {"198.51.100.7", "documentation"},
      {"203.0.113.7", "documentation"},
      {"203.0.114.0", "global"},
      {"223.255.255.255", "global"},
      {"224.0.0.1", "multicast"},
      {"239.255.255.255", "multicast"},
      {"240.0.0.0", "reserved"},
      {"255.255.255.254", "reserved"},
      {"255.255.255.255", "broadcast"},
      {"8.8.8.8", "global"},
      {"::", "unspecified"},
      {"::1", "loopback"},
      {"::2", "reserved"},
      {"::127.0.0.1", "reserved"},
      {"::ffff:127.0.0.1", "loopback"},
      {"::ffff:169.254.169.254", "link-local"},
      {"::ffff:8.8.8.8", "carries IPv4"},
      {"64:ff9b::10.0.0.1", "private"},
      {"64:ff9b::8.8.8.8", "carries IPv4"},
      {"64:ff9b:1::1", "private"},
      {"2002:7f00:1::", "loopback"},
      {"2002:a9fe:a9fe::1", "link-local"},
      {"2002:808:808::1", "carries IPv4"},
      {"100::1", "discard only"},
      {"100:0:0:1::", "reserved"},
      {"1fff:ffff::", "reserved"},
      {"2000::", "global"},
      {"3ffe:ffff::", "global"},
      {"3fff::1", "documentation"},
      {"3fff:fff:ffff::", "documentation"},
      {"3fff:1000::", "global"},
      {"4000::", "reserved"},
      {"5f00::1", "private"},
      {"2001::1", "protocol assignments"},
      {"2001:1ff:ffff::", "protocol assignments"},
      {"2001:200::", "global"},
      {"2001:db8::1", "documentation"},
      {"2001:db9::1", "global"},
      {"fbff::1", "reserved"},
      {"fc00::1", "private"},
      {"fdff::1", "private"},
      {"fe00::1", "reserved"},
      {"fe80::1", "link-local"},
      {"febf::1", "link-local"},
      {"fec0::1", "private"},
      {"ff02::1", "multicast"},
      {"2606:4700::1111", "global"},
  }));
  CAPTURE(address);
  CHECK(class_of(address) == what);
}

TEST_CASE("entries of allow_private") {
  struct row {
    const char* text;
    const char* base;
    unsigned bits;
    int port;
  };
  auto x = GENERATE(values<row>({{"10.1.2.3/32:8080", "10.1.2.3", 32, 8080},
                                 {"127.0.0.1", "127.0.0.1", 32, 0},
                                 {"127.0.0.1:80", "127.0.0.1", 32, 80},
                                 {"127.0.0.0/8:18080", "127.0.0.0", 8, 18080},
                                 {"10.0.0.0/9", "10.0.0.0", 9, 0},
                                 {"::1", "::1", 128, 0},
                                 {"fd00::/8", "fd00::", 8, 0},
                                 {"[::1]", "::1", 128, 0},
                                 {"[::1]:80", "::1", 128, 80},
                                 {"[::1/128]:80", "::1", 128, 80},
                                 {"[fd00::/8]:80", "fd00::", 8, 80},
                                 {"0.0.0.0/1", "0.0.0.0", 1, 0},
                                 {"[fd00::]/8:65535", "fd00::", 8, 65535}}));
  CAPTURE(x.text);
  auto range = parse_address_range(x.text);
  REQUIRE(range);
  CHECK(to_string(range->range.base) == x.base);
  CHECK(range->range.bits == x.bits);
  CHECK(range->port.value_or(0) == x.port);
  CHECK(to_string(*parse_address_range(to_string(*range))) == to_string(*range));
}

TEST_CASE("entries that are refused") {
  auto text =
      GENERATE(as<std::string>{}, "", "localhost", "127.0.0.1:", "127.0.0.1:0", "127.0.0.1:65536", "127.0.0.1:x",
               "127.0.0.1/", "127.0.0.1/33", "127.0.0.1/0", "0.0.0.0/0", "127.0.0.1/8", "127.0.0.1/8x", "[::1", "[]",
               "[", "[::1/128]/128", "[::1/128", "[::1/0]", "[::1/128x]", "0.0.0.0", "0.0.0.0:80", "::", "[::]:80",
               "::1/129", "fd00::1/8", "[::1]80", "127.0.0.1 ", "http://127.0.0.1", "127.0.0.1:80:80", "0x7f.1");
  CAPTURE(text);
  auto range = parse_address_range(text);
  REQUIRE_FALSE(range);
  CHECK(range.error().code == errc::bad_config);
  CHECK(address_guard::parse({"127.0.0.1", text}).error() == range.error());
}

TEST_CASE("only what is listed is connected to") {
  auto guard = *address_guard::parse({"127.0.0.1:8080", "10.0.0.0/9", "[::1]:80"});
  CHECK(allows(guard, "127.0.0.1", 8080));
  CHECK_FALSE(allows(guard, "127.0.0.1", 8081));
  CHECK_FALSE(allows(guard, "127.0.0.2", 8080));
  CHECK(allows(guard, "10.127.255.255", 1));
  CHECK_FALSE(allows(guard, "10.128.0.0", 1));
  CHECK(allows(guard, "::1", 80));
  CHECK_FALSE(allows(guard, "::1", 81));
  CHECK_FALSE(allows(guard, "::2", 80));
  CHECK_FALSE(allows(guard, "8.8.8.8", 80));
  // Another way to a listed address.
  CHECK_FALSE(allows(guard, "::ffff:127.0.0.1", 8080));
  CHECK_FALSE(allows(guard, "64:ff9b::10.0.0.1", 1));
  CHECK_FALSE(allows(address_guard{}, "127.0.0.1", 80));
  CHECK(guard.decide(*parse_ip("169.254.169.254"), 80).detail ==
        "169.254.169.254 port 80 (link-local) is not in allow_private");
}

TEST_CASE("global addresses besides") {
  auto guard = *address_guard::parse({"127.0.0.1:8080"}, guard_mode::global_and_listed);
  CHECK(allows(guard, "127.0.0.1", 8080));
  CHECK(allows(guard, "8.8.8.8", 443));
  CHECK(allows(guard, "2606:4700::1111", 80));
  CHECK_FALSE(allows(guard, "8.8.8.8", 8080));
  CHECK_FALSE(allows(guard, "::ffff:8.8.8.8", 80));
  CHECK_FALSE(allows(guard, "64:ff9b::8.8.8.8", 443));
  CHECK_FALSE(allows(guard, "2002:808:808::1", 443));
  CHECK_FALSE(allows(guard, "8.8.8.8", 22));
  CHECK(guard.decide(*parse_ip("8.8.8.8"), 22).detail ==
        "8.8.8.8 port 22 (global) is not in allow_private, and the port not in allow_ports");
  CHECK_FALSE(allows(guard, "169.254.169.254", 80));
  CHECK_FALSE(allows(guard, "::ffff:10.0.0.1", 80));
  CHECK_FALSE(allows(guard, "2002:7f00:1::", 443));
}
