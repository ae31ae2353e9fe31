// What the address guard and the URL parser must never do, over addresses and texts that nobody thought of, each beside
// a second opinion that shares no code with them.
#include <array>
#include <bitset>
#include <fstream>
#include <set>
#include <sstream>

#include <arpa/inet.h>
#include <netdb.h>
#include <sys/socket.h>

#include <catch2/catch.hpp>
#include <rapidcheck.h>

#include "actors/policy/address_guard.hpp"
#include "actors/policy/url_reference.hpp"
#include "actors/policy/url_template.hpp"

using namespace vigie;

namespace {

/// Blocked, as text that another parser reads (inet_pton) and compares bit by bit.
const std::vector<std::pair<const char*, size_t>>& blocked_ranges() {
  static const std::vector<std::pair<const char*, size_t>> list{
      {"0.0.0.0", 8},      {"10.0.0.0", 8},     {"100.64.0.0", 10}, {"127.0.0.0", 8},
      {"169.254.0.0", 16}, {"172.16.0.0", 12},  {"192.0.0.0", 24},  {"192.0.2.0", 24},
      {"192.88.99.0", 24}, {"192.168.0.0", 16}, {"198.18.0.0", 15}, {"198.51.100.0", 24},
      {"203.0.113.0", 24}, {"224.0.0.0", 4},    {"240.0.0.0", 4},   {"255.255.255.255", 32},
      {"::", 128},         {"::1", 128},        {"::ffff:0:0", 96}, {"64:ff9b::", 96},
      {"64:ff9b:1::", 48}, {"2002::", 16},      {"100::", 64},      {"2001::", 23},
      {"2001:db8::", 32},  {"3fff::", 20},      {"5f00::", 16},     {"fc00::", 7},
      {"fe80::", 10},      {"fec0::", 10},      {"ff00::", 8},      {"::", 3},
      {"4000::", 2},       {"8000::", 1}};
  return list;
}

std::string bits_of(const ip_address& x) {
  std::string out;
  for (size_t i = 0; i < (x.is_v6 ? 16u : 4u); ++i)
    out += std::bitset<8>{x.bytes[i]}.to_string();
  return out;
}

std::string bits_of(const char* text) {
  std::array<unsigned char, 16> raw{};
  bool v6 = std::string_view{text}.find(':') != std::string_view::npos;
  REQUIRE(inet_pton(v6 ? AF_INET6 : AF_INET, text, raw.data()) == 1);
  std::string out;
  for (size_t i = 0; i < (v6 ? 16u : 4u); ++i)
    out += std::bitset<8>{raw[i]}.to_string();
  return out;
}

bool is_blocked(const ip_address& x) {
  auto bits = bits_of(x);
  for (const auto& [base, length] : blocked_ranges()) {
    auto wanted = bits_of(base);
    if (wanted.size() == bits.size() && wanted.substr(0, length) == bits.substr(0, length))
      return true;
  }
  return false;
}

/// Half of them in or beside a blocked range: its bits, with up to three of them turned, and anything behind.
ip_address some_address() {
  ip_address out;
  out.bytes = *rc::gen::arbitrary<std::array<uint8_t, 16>>();
  out.is_v6 = *rc::gen::arbitrary<bool>();
  if (*rc::gen::arbitrary<bool>()) {
    const auto& [base, length] = *rc::gen::elementOf(blocked_ranges());
    auto bits = bits_of(base);
    out.is_v6 = bits.size() == 128;
    auto turned = *rc::gen::container<std::set<size_t>>(rc::gen::inRange<size_t>(0, length));
    while (turned.size() > 3)
      turned.erase(turned.begin());
    if (*rc::gen::arbitrary<bool>())
      turned.clear();
    for (size_t i = 0; i < length; ++i) {
      bool bit = (bits[i] == '1') != (turned.count(i) > 0);
      auto mask = static_cast<uint8_t>(0x80u >> (i % 8));
      out.bytes[i / 8] = static_cast<uint8_t>(bit ? out.bytes[i / 8] | mask : out.bytes[i / 8] & ~mask);
    }
  }
  if (!out.is_v6)
    std::fill(out.bytes.begin() + 4, out.bytes.end(), uint8_t{0});
  return out;
}

/// What the C library takes a text for, without any name service.
optional<ip_address> numeric(const std::string& host) {
  addrinfo hints{};
  hints.ai_flags = AI_NUMERICHOST;
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  if (getaddrinfo(host.c_str(), nullptr, &hints, &found) != 0)
    return std::nullopt;
  ip_address out;
  out.is_v6 = found->ai_family == AF_INET6;
  if (out.is_v6)
    std::copy_n(reinterpret_cast<const sockaddr_in6*>(found->ai_addr)->sin6_addr.s6_addr, 16, out.bytes.begin());
  else
    std::copy_n(reinterpret_cast<const unsigned char*>(&reinterpret_cast<const sockaddr_in*>(found->ai_addr)->sin_addr),
                4, out.bytes.begin());
  freeaddrinfo(found);
  return out;
}

/// The URLs of the network test's table (tests/network/ssrf_corpus.txt).
std::vector<std::string> corpus() {
  std::ifstream in{VIGIE_SOURCE_DIR "/tests/network/ssrf_corpus.txt"};
  std::vector<std::string> out;
  for (std::string line; std::getline(in, line);) {
    auto url = line.find("http");
    if (!line.empty() && line[0] != '#' && url != std::string::npos)
      out.push_back(line.substr(url, line.find(" | ", url) - url));
  }
  return out;
}

address_guard open_guard() {
  guard_rules rules;
  rules.mode = guard_mode::global_and_listed;
  return address_guard{rules};
}

bool allows(const address_guard& guard, const ip_address& address, uint16_t port) {
  return guard.decide(address, port).code == errc::none;
}

uint16_t port_of(const parsed_url& url) {
  return url.port.value_or(url.scheme == "http" ? 80 : 443);
}

/// Whatever the parser makes of a text: no host that the resolver would take for an address in another way, none that
/// opens a blocked address, and the same again from its own text.
void must_be_sound(const std::string& text) {
  auto url = parse_url(text);
  if (!url)
    return;
  RC_ASSERT(*parse_url(to_string(*url)) == *url);
  // What is meant by it is written as browsers do ("/./" is "/"); that is the same again, and of the same site.
  auto meant = resolve_url(*url, to_string(*url));
  RC_ASSERT(meant.has_value());
  RC_ASSERT(*resolve_url(*meant, to_string(*meant)) == *meant);
  RC_ASSERT(meant->scheme == url->scheme);
  RC_ASSERT(meant->host == url->host);
  RC_ASSERT(port_of(*meant) == port_of(*url));
  auto ours = parse_ip(url->host);
  RC_ASSERT(numeric(url->host) == ours);
  RC_ASSERT(ours || !ends_in_number(url->host));
  if (ours)
    RC_ASSERT(!is_blocked(*ours) || !allows(open_guard(), *ours, port_of(*url)));
}

} // namespace

TEST_CASE("the table of special addresses is what a naive one says") {
  REQUIRE(rc::check("classify", [] {
    auto x = some_address();
    RC_CLASSIFY(is_blocked(x), "blocked");
    RC_ASSERT((classify(x) != address_class::global) == is_blocked(x));
    RC_ASSERT(allows(open_guard(), x, 443) == !is_blocked(x));
    RC_ASSERT(!allows(address_guard{}, x, 443));
  }));
}

TEST_CASE("no rule opens what it does not name") {
  REQUIRE(rc::check("decide", [] {
    guard_rules rules;
    rules.mode = *rc::gen::element(guard_mode::allow_listed_only, guard_mode::global_and_listed);
    rules.anonymous = *rc::gen::arbitrary<bool>();
    auto x = some_address();
    auto port = *rc::gen::element<uint16_t>(22, 80, 443, 8443);
    if (*rc::gen::arbitrary<bool>())
      rules.public_ports.push_back(8443);
    bool range = *rc::gen::arbitrary<bool>();
    bool exact = *rc::gen::arbitrary<bool>();
    bool own = *rc::gen::arbitrary<bool>();
    auto first_bit = ip_address{x.is_v6, {static_cast<uint8_t>(x.bytes[0] & 0x80u)}};
    if (range)
      rules.allowed.push_back({{first_bit, 1}, {}});
    if (exact)
      rules.allowed.push_back({{x, x.bits()}, port});
    if (own)
      rules.own.push_back({{x, x.bits()}, port});
    bool opened = allows(address_guard{rules}, x, port);
    bool unspecified = x == ip_address{x.is_v6, {}};
    bool usual = !is_blocked(x) && (port == 80 || port == 443 || (port == 8443 && rules.public_ports.size() == 3));
    bool by_mode = rules.mode == guard_mode::global_and_listed && usual;
    bool may = (range || exact || by_mode) && !unspecified && (!own || exact) &&
               (!rules.anonymous || classify(x) == address_class::loopback);
    RC_ASSERT(!opened || may);
    static const auto mapped = *parse_ip("::ffff:0:0");
    bool carries = subnet{mapped, 96}.contains(x) || subnet{*parse_ip("64:ff9b::"), 96}.contains(x) ||
                   subnet{*parse_ip("2002::"), 16}.contains(x);
    RC_ASSERT(opened == may || carries);
  }));
}

TEST_CASE("an address around another needs both to be open") {
  auto decide = [](std::vector<std::string> allowed, const char* address, uint16_t port = 80) {
    return allows(*address_guard::parse(allowed, guard_mode::global_and_listed), *parse_ip(address), port);
  };
  for (auto text : {"::ffff:8.8.8.8", "64:ff9b::8.8.8.8", "2002:808:808::1"})
    CHECK_FALSE(decide({}, text));
  CHECK(decide({"64:ff9b::/96"}, "64:ff9b::8.8.8.8"));
  CHECK_FALSE(decide({"64:ff9b::/96"}, "64:ff9b::8.8.8.8", 22));
  CHECK_FALSE(decide({"64:ff9b::/96"}, "64:ff9b::10.0.0.1"));
  CHECK(decide({"64:ff9b::/96", "10.0.0.1"}, "64:ff9b::10.0.0.1"));
  CHECK_FALSE(decide({"10.0.0.1"}, "::ffff:10.0.0.1"));
}

TEST_CASE("the fleet's own endpoints") {
  auto rules = address_guard::parse({"127.0.0.0/8", "::/1"})->rules();
  rules.own = {*parse_address_range("127.0.0.1:3000"), *parse_address_range("[::1]:3000")};
  address_guard guard{rules};
  CHECK(allows(guard, *parse_ip("127.0.0.1"), 3001));
  CHECK_FALSE(allows(guard, *parse_ip("127.0.0.1"), 3000));
  CHECK_FALSE(allows(guard, *parse_ip("::1"), 3000));
  CHECK_FALSE(allows(guard, *parse_ip("::ffff:127.0.0.1"), 3000));
  CHECK_FALSE(allows(guard, *parse_ip("::"), 3000));
  CHECK(guard.decide(*parse_ip("127.0.0.1"), 3000).detail.find("belongs to this fleet") != std::string::npos);
  rules.allowed.push_back(*parse_address_range("127.0.0.1/32"));
  CHECK_FALSE(allows(address_guard{rules}, *parse_ip("127.0.0.1"), 3000));
  rules.allowed.push_back(*parse_address_range("127.0.0.1/32:3000"));
  CHECK(allows(address_guard{rules}, *parse_ip("127.0.0.1"), 3000));
}

TEST_CASE("without a contact there is loopback only") {
  auto rules = address_guard::parse({"127.0.0.1", "10.0.0.1"}, guard_mode::global_and_listed)->rules();
  rules.anonymous = true;
  address_guard guard{rules};
  CHECK(allows(guard, *parse_ip("127.0.0.1"), 80));
  for (auto text : {"10.0.0.1", "8.8.8.8", "2606:4700::1111"})
    CHECK_FALSE(allows(guard, *parse_ip(text), 80));
  CHECK(guard.decide(*parse_ip("8.8.8.8"), 80).detail.find("contact") != std::string::npos);
}

TEST_CASE("the corpus, and mutations of it, never open a blocked address") {
  auto urls = corpus();
  REQUIRE(urls.size() >= 120);
  for (const auto& url : urls)
    must_be_sound(url);
  REQUIRE(rc::check("mutations", [&urls] {
    auto text = *rc::gen::elementOf(urls);
    static const std::string bytes = "0123456789abcdefxX.:/[]@%#?\\-_ \xef\xbc\x91\xe3\x80\x82";
    auto steps = *rc::gen::inRange(1, 6);
    for (int i = 0; i < steps; ++i) {
      auto at = *rc::gen::inRange<size_t>(0, text.size() + 1);
      auto byte = *rc::gen::elementOf(bytes);
      auto kind = *rc::gen::inRange(0, 3);
      if (kind == 0)
        text.insert(at, 1, byte);
      else if (at < text.size() && kind == 1)
        text[at] = byte;
      else if (at < text.size())
        text.erase(at, 1);
    }
    must_be_sound(text);
  }));
  REQUIRE(rc::check("numbers as hosts", [] {
    auto parts = *rc::gen::inRange<size_t>(1, 6);
    std::string host;
    for (size_t i = 0; i < parts; ++i) {
      auto value = *rc::gen::element<uint64_t>(0, 1, 10, 127, 255, 256, 65535, 65536, 16777215, 16777216, 2130706433,
                                               4294967295, 4294967296, 18446744073709551615u);
      std::ostringstream out;
      auto base = *rc::gen::inRange(0, 3);
      out << (base == 0   ? ""
              : base == 1 ? "0"
                          : "0x")
          << (base == 1   ? std::oct
              : base == 2 ? std::hex
                          : std::dec)
          << value;
      host += (i == 0 ? "" : ".") + out.str();
    }
    must_be_sound("http://" + host + "/");
    auto url = parse_url("http://" + host + "/");
    // Whatever the C library reads as an address, we read as the same one.
    if (auto theirs = numeric(host))
      RC_ASSERT(url && parse_ip(url->host) == theirs);
    else
      RC_ASSERT(!url);
  }));
}

TEST_CASE("any text that is a URL stays the same one") {
  REQUIRE(rc::check("parse, write, parse", [] {
    static const std::vector<std::string> pieces{
        "http://", "https://", "a",       "0x7f", "1", ".",    "..", ":", "80", "[", "]",
        "::1",     "fe80::1",  "%lo",     "%25",  "@", "/",    "?",  "#", "\\", " ", "-",
        "_",       "::ffff:",  "1.2.3.4", "017",  "٠", "xn--", "é",  "~", "\t", "0"};
    std::string text = *rc::gen::element<std::string>("http://", "https://", "HTTP://", "");
    for (auto i : *rc::gen::container<std::vector<size_t>>(rc::gen::inRange<size_t>(0, pieces.size())))
      text += pieces[i];
    must_be_sound(text);
  }));
}
