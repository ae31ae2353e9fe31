// What a stranger can do to a listening link, and what a dial can meet.
#include "adapters/link/plain_streams.hpp"

#include <arpa/inet.h>
#include <catch2/catch.hpp>
#include <netinet/in.h>
#include <poll.h>
#include <rapidcheck.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <future>
#include <mutex>
#include <thread>

#include "adapters/link/hello.hpp"

using namespace vigie;
using namespace std::chrono_literals;

namespace {

template <class F>
bool eventually(F f) {
  auto deadline = std::chrono::steady_clock::now() + 30s;
  while (!f()) {
    if (std::chrono::steady_clock::now() > deadline)
      return false;
    std::this_thread::sleep_for(2ms);
  }
  return true;
}

link_streams_config as(const std::string& name, const std::string& role) {
  link_streams_config out;
  out.self = {name, role};
  out.peer_roles = {role == "main" ? "worker" : "main"};
  out.insecure_loopback = true;
  out.handshake_deadline = duration{30000};
  out.dial_deadline = duration{30000};
  return out;
}

/// A listening side that greets every stream with one byte and keeps it.
struct gate {
  explicit gate(link_streams_config config) : streams(make_plain_streams(std::move(config))) {
    auto opened = streams->listen(
        "127.0.0.1:0",
        [this](link_stream x) {
          [[maybe_unused]] auto n = ::send(x.fd.get(), "!", 1, MSG_NOSIGNAL);
          std::lock_guard guard{mutex};
          accepted.push_back(std::move(x));
        },
        [this](const std::string&, const std::string& why) {
          std::lock_guard guard{mutex};
          refused.push_back(why);
        });
    REQUIRE(opened);
    port = *opened;
  }

  ~gate() { streams.reset(); }

  std::string address() const { return "127.0.0.1:" + std::to_string(port); }
  size_t accepts() {
    std::lock_guard guard{mutex};
    return accepted.size();
  }
  size_t refusals() {
    std::lock_guard guard{mutex};
    return refused.size();
  }

  std::mutex mutex;
  std::vector<link_stream> accepted;
  std::vector<std::string> refused;
  uint16_t port = 0;
  std::unique_ptr<link_streams> streams;
};

result<link_stream> dial(link_streams& who, const std::string& address) {
  auto answer = std::make_shared<std::promise<result<link_stream>>>();
  auto pending = answer->get_future();
  // A second call would throw, on a thread where nobody catches it.
  who.dial(address, [answer](result<link_stream> x) { answer->set_value(std::move(x)); });
  REQUIRE(pending.wait_for(30s) == std::future_status::ready);
  return pending.get();
}

unique_fd connect_to(uint16_t port) {
  unique_fd fd{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(port);
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  REQUIRE(::connect(fd.get(), reinterpret_cast<sockaddr*>(&to), sizeof to) == 0);
  return fd;
}

void say(const unique_fd& fd, const std::string& bytes) {
  // The other side may close at any byte.
  [[maybe_unused]] auto n = ::send(fd.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
}

std::string text(const hello_frame& x) {
  return {x.begin(), x.end()};
}

bool is_closed(const unique_fd& fd, int wait_ms = 0) {
  pollfd p{fd.get(), POLLIN, 0};
  if (::poll(&p, 1, wait_ms) != 1)
    return false;
  char sink[512];
  return ::recv(fd.get(), sink, sizeof sink, MSG_DONTWAIT) <= 0;
}

/// Listens, and lets a test play the other side of a dial.
struct impostor {
  impostor() : fd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in at{};
    at.sin_family = AF_INET;
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof at;
    REQUIRE(::bind(fd.get(), reinterpret_cast<sockaddr*>(&at), size) == 0);
    REQUIRE(::listen(fd.get(), 8) == 0);
    ::getsockname(fd.get(), reinterpret_cast<sockaddr*>(&at), &size);
    address = "127.0.0.1:" + std::to_string(ntohs(at.sin_port));
  }

  /// Answers one dial with these bytes and closes.
  std::thread answer(std::string bytes) {
    return std::thread{[this, bytes = std::move(bytes)] {
      unique_fd peer{::accept4(fd.get(), nullptr, nullptr, SOCK_CLOEXEC)};
      char sink[hello_size];
      [[maybe_unused]] auto n = ::recv(peer.get(), sink, sizeof sink, MSG_WAITALL);
      say(peer, bytes);
      ::shutdown(peer.get(), SHUT_WR);
      [[maybe_unused]] auto end = ::recv(peer.get(), sink, sizeof sink, 0);
    }};
  }

  unique_fd fd;
  std::string address;
};

} // namespace

TEST_CASE("two nodes meet: both know who the other is, and bytes flow both ways") {
  gate worker{as("worker-fr", "worker")};
  auto main = make_plain_streams(as("main", "main"));
  auto stream = dial(*main, worker.address());
  REQUIRE(stream);
  CHECK(stream->peer == link_identity{"worker-fr", "worker"});
  REQUIRE(eventually([&] { return worker.accepts() == 1; }));
  CHECK(worker.accepted[0].peer == link_identity{"main", "main"});
  char byte = 0;
  CHECK(::recv(stream->fd.get(), &byte, 1, 0) == 1);
  CHECK(byte == '!');
  CHECK(::send(stream->fd.get(), "?", 1, 0) == 1);
  REQUIRE(eventually([&] { return ::recv(worker.accepted[0].fd.get(), &byte, 1, MSG_DONTWAIT) == 1; }));
  CHECK(byte == '?');
  CHECK(dial(*main, "localhost:" + std::to_string(worker.port)).has_value());
}

TEST_CASE("a silent client is closed at the deadline, and so is one that drips") {
  auto config = as("w", "worker");
  config.handshake_deadline = duration{300};
  gate worker{config};
  auto silent = connect_to(worker.port);
  auto half = connect_to(worker.port);
  auto good = text(encode({hello_status::ok, contract_version, {"main", "main"}}));
  say(half, good.substr(0, 100));
  auto slow = connect_to(worker.port);
  size_t sent = 0;
  CHECK(eventually([&] {
    std::this_thread::sleep_for(20ms);
    if (sent < good.size() - 1)
      say(slow, good.substr(sent++, 1));
    return is_closed(slow);
  }));
  CHECK(sent < good.size() - 1);
  CHECK(eventually([&] { return worker.refusals() == 3; }));
  CHECK(is_closed(silent, 30000));
  CHECK(is_closed(half, 30000));
  CHECK(worker.accepts() == 0);
  CHECK(worker.streams->pending() == 0);
}

TEST_CASE("noise is closed at its first wrong byte, long before the deadline") {
  gate worker{as("w", "worker")};
  std::string basp(32, '\0');
  basp[4] = '\xC0'; // a payload of 3 GiB
  std::string almost = text(encode({hello_status::ok, contract_version, {"main", "main"}}));
  almost[5] = 'X';
  std::string nameless = text(encode({hello_status::ok, contract_version, {"", "main"}}));
  std::string escapes = text(encode({hello_status::ok, contract_version, {"\x1b[2J", "main"}}));
  std::string status = text(encode({hello_status::ok, contract_version, {"main", "main"}}));
  status[7] = 77;
  std::vector<std::string> all{
      "GET / HTTP/1.1\r\nHost: x\r\n\r\n", basp, std::string(4096, '\xff'), "V\n", almost, nameless, escapes, status};
  for (size_t i = 0; i < all.size(); ++i) {
    CAPTURE(i);
    auto fd = connect_to(worker.port);
    say(fd, all[i]);
    CHECK(is_closed(fd, 20000));
    CHECK(eventually([&] { return worker.refusals() == i + 1; }));
  }
  CHECK(worker.accepts() == 0);
  for (const auto& why : worker.refused)
    CHECK(why.find('\x1b') == std::string::npos);
}

TEST_CASE("200 silent clients: the oldest make room, and a worker still gets in") {
  gate worker{as("w", "worker")};
  std::vector<unique_fd> crowd;
  size_t most = 0;
  for (int i = 0; i < 200; ++i) {
    crowd.push_back(connect_to(worker.port));
    most = std::max(most, worker.streams->pending());
  }
  CHECK(eventually([&] { return worker.refusals() == 136; }));
  CHECK(most <= 64);
  auto main = make_plain_streams(as("main", "main"));
  auto stream = dial(*main, worker.address());
  CHECK(stream.has_value());
  CHECK(worker.streams->pending() == 63);
  // Those closed are the oldest.
  for (size_t i = 0; i < 137; ++i)
    REQUIRE(is_closed(crowd[i], 10000));
  for (size_t i = 137; i < 200; ++i)
    REQUIRE_FALSE(is_closed(crowd[i]));
}

TEST_CASE("another contract is refused by both sides with both numbers") {
  gate worker{as("worker-fr", "worker")};
  auto config = as("main", "main");
  config.contract = contract_version + 1;
  auto main = make_plain_streams(config);
  auto stream = dial(*main, worker.address());
  REQUIRE_FALSE(stream);
  CHECK(stream.error().code == errc::contract_mismatch);
  CHECK(stream.error().detail.find("(worker-fr) speaks contract " + std::to_string(contract_version) + ", we speak " +
                                   std::to_string(contract_version + 1)) != std::string::npos);
  REQUIRE(eventually([&] { return worker.refusals() == 1; }));
  CHECK(worker.refused[0].find("speaks contract") == 0);
  CHECK(worker.accepts() == 0);

  // A later frame is told apart from noise.
  auto later = text(encode({hello_status::ok, contract_version, {"main", "main"}}));
  later[6] = 9;
  auto fd = connect_to(worker.port);
  say(fd, later);
  hello_reader in;
  REQUIRE(::recv(fd.get(), in.space(), in.room(), MSG_WAITALL) == static_cast<ssize_t>(hello_size));
  REQUIRE(in.advance(hello_size));
  CHECK(in.decode()->status == hello_status::contract_mismatch);
}

TEST_CASE("caps of admitted peers: the third link of one name is told to come back, until a seat is free") {
  auto config = as("w", "worker");
  config.max_admitted = 3;
  gate worker{config};
  auto main = make_plain_streams(as("main", "main"));
  auto other = make_plain_streams(as("other", "main"));
  auto third = make_plain_streams(as("third", "main"));
  CHECK(dial(*main, worker.address()).has_value());
  CHECK(dial(*main, worker.address()).has_value());
  auto full = dial(*main, worker.address());
  REQUIRE_FALSE(full);
  CHECK(full.error().code == errc::busy);
  CHECK(dial(*other, worker.address()).has_value());
  CHECK(dial(*third, worker.address()).error().code == errc::busy);
  {
    std::lock_guard guard{worker.mutex};
    worker.accepted.erase(worker.accepted.begin());
  }
  CHECK(dial(*main, worker.address()).has_value());
}

TEST_CASE("a role that has no business here is denied") {
  gate worker{as("w", "worker")};
  auto config = as("w2", "worker");
  config.peer_roles = {"worker"};
  auto second = make_plain_streams(config);
  auto denied = dial(*second, worker.address());
  REQUIRE_FALSE(denied);
  CHECK(denied.error().code == errc::worker_lost);
  CHECK(worker.accepts() == 0);
}

TEST_CASE("only loopback, and only when that is written down") {
  auto main = make_plain_streams(as("main", "main"));
  auto none = [](link_stream) {};
  for (const auto* address : {"10.0.0.1:7700", "0.0.0.0:7700", "[::]:7700", "example.org:7700", "192.168.1.1:1"}) {
    CAPTURE(address);
    CHECK(dial(*main, address).error().code == errc::blocked_address);
    CHECK(main->listen(address, none, {}).error().code == errc::blocked_address);
  }
  for (const auto* address : {"", "127.0.0.1", "127.0.0.1:", "127.0.0.1:70000", "127.0.0.1:1x", ":5"}) {
    CAPTURE(address);
    CHECK(dial(*main, address).error().code == errc::bad_config);
    CHECK(main->listen(address, none, {}).error().code == errc::bad_config);
  }
  gate worker{as("w", "worker")};
  CHECK(main->listen(worker.address(), none, {}).error().code == errc::conflict);
  auto config = as("main", "main");
  config.insecure_loopback = false;
  auto strict = make_plain_streams(config);
  CHECK(dial(*strict, worker.address()).error().code == errc::blocked_address);
  CHECK(strict->listen("127.0.0.1:0", none, {}).error().code == errc::blocked_address);
}

TEST_CASE("what a dial can meet: nobody, noise, a hello without a greeting, silence") {
  auto config = as("main", "main");
  config.dial_deadline = duration{300};
  auto main = make_plain_streams(config);
  auto lost = [&](const std::string& address, const std::string& why) {
    auto stream = dial(*main, address);
    REQUIRE_FALSE(stream);
    CHECK(stream.error().code == errc::worker_lost);
    CAPTURE(stream.error().detail);
    CHECK(stream.error().detail.find(why) != std::string::npos);
  };
  std::string nobody;
  {
    impostor gone;
    nobody = gone.address;
  }
  lost(nobody, "refused");
  impostor other;
  auto good = text(encode({hello_status::ok, contract_version, {"w", "worker"}}));
  for (const auto& [bytes, why] :
       {std::pair<std::string, std::string>{"HTTP/1.1 400 Bad Request\r\n\r\n", "does not speak"},
        {good.substr(0, 50), "closed before its hello"},
        {good, "w closed before its greeting"}}) {
    auto thread = other.answer(bytes);
    lost(other.address, why);
    thread.join();
  }
  // The kernel accepts for it, and then nothing comes.
  lost(other.address, "no answer within 300 ms");
}

TEST_CASE("an end with dials under way answers each of them once") {
  impostor mute;
  std::atomic<int> answers{0};
  {
    auto main = make_plain_streams(as("main", "main"));
    for (int i = 0; i < 20; ++i)
      main->dial(mute.address,
                 [&](result<link_stream> x) { answers += x.error().code == errc::worker_lost ? 1 : 100; });
  }
  CHECK(answers == 20);
}

TEST_CASE("more dials than the cap fail at once, and only those") {
  impostor mute;
  std::atomic<int> busy{0}, lost{0};
  {
    auto config = as("main", "main");
    config.max_dials = 5;
    auto main = make_plain_streams(config);
    for (int i = 0; i < 8; ++i)
      main->dial(mute.address, [&](result<link_stream> x) { ++(x.error().code == errc::busy ? busy : lost); });
    CHECK(eventually([&] { return busy == 3; }));
    CHECK(lost == 0);
  }
  CHECK(lost == 5);
}

TEST_CASE("properties of the hello") {
  REQUIRE(rc::check("what is encoded is decoded, in pieces of any size", [] {
    auto word = rc::gen::container<std::string>(rc::gen::inRange('!', '\x7f'));
    auto sized = rc::gen::suchThat(word, [](const std::string& x) { return !x.empty() && x.size() <= 64; });
    hello sent{*rc::gen::element(hello_status::ok, hello_status::full, hello_status::denied),
               *rc::gen::arbitrary<uint32_t>(),
               {*sized, *sized}};
    auto frame = encode(sent);
    hello_reader in;
    for (size_t at = 0; at < frame.size();) {
      auto n = std::min(*rc::gen::inRange<size_t>(1, 60), in.room());
      std::copy_n(frame.begin() + static_cast<std::ptrdiff_t>(at), n, in.space());
      RC_ASSERT(in.advance(n));
      at += n;
    }
    RC_ASSERT(in.complete());
    auto got = in.decode();
    RC_ASSERT(got.has_value());
    RC_ASSERT(got->status == sent.status);
    RC_ASSERT(got->contract == sent.contract);
    RC_ASSERT(got->who == sent.who);
  }));
  REQUIRE(rc::check("a frame with any bytes changed is decoded to something proper, or to an error", [] {
    auto frame = encode({hello_status::ok, contract_version, {"main", "main"}});
    for (const auto& [at, byte] : *rc::gen::container<std::vector<std::pair<size_t, char>>>(
             rc::gen::pair(rc::gen::inRange<size_t>(6, hello_size), rc::gen::arbitrary<char>())))
      frame[at] = byte;
    hello_reader in;
    std::copy(frame.begin(), frame.end(), in.space());
    RC_ASSERT(in.advance(hello_size));
    if (auto got = in.decode())
      RC_ASSERT(valid_identity(got->who));
  }));
}
