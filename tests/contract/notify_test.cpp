// The channels of the port notify_channel, on fakes of what they use and on real children.
#include "adapters/notify/channels.hpp"

#include "adapters/json/json_reader.hpp"
#include "adapters/process/posix_child_process.hpp"
#include "tests/fakes/fake_child_process.hpp"
#include "tests/fakes/fake_event_log.hpp"
#include "tests/fakes/fake_http_client.hpp"

#include <catch2/catch.hpp>

#include <chrono>
#include <future>

using namespace vigie;
using fakes::fake_http_client;

namespace {

const std::string token = "123456:AAE-very_secret";
const std::string body =
    R"j({"alert":{"id":7,"name":"phones"},"source":"market","item":{"id":"m-1",)j"
    R"j("title":"Nice \u001b[31mphone\n\"new\" `id` $(id)","price":142.5,"currency":"EUR","brand":null,"size":null,)j"
    R"j("condition":"good","url":"https://shop.test/m-1","photo":null},"run":12,)j"
    R"j("found":"2026-11-21T22:38:35.120Z","key":"alert-7:shop:m-1"})j";

outbox_row row() {
  outbox_row r;
  r.id = outbox_id{3};
  r.key = "alert-7:shop:m-1";
  r.body = body;
  return r;
}

/// The outcome of one send; it must be given exactly once.
send_outcome outcome_of(notify_channel& channel, const outbox_row& what) {
  auto answers = std::make_shared<std::promise<send_outcome>>();
  auto future = answers->get_future();
  channel.send(what, [answers](send_outcome x) { answers->set_value(std::move(x)); });
  if (future.wait_for(std::chrono::seconds{30}) != std::future_status::ready)
    throw std::runtime_error("the send was not answered in time");
  return future.get();
}

error send(notify_channel& channel, const outbox_row& what) {
  return outcome_of(channel, what).problem;
}

errc code_of(notify_channel& channel) {
  return send(channel, row()).code;
}

exec_channel_config exec(std::vector<std::string> argv) {
  exec_channel_config c;
  c.argv = std::move(argv);
  return c;
}

} // namespace

TEST_CASE("log: one event with the body's fields") {
  fake_event_log log;
  auto channel = make_log_channel(log);
  REQUIRE(code_of(*channel) == errc::none);
  auto events = log.events("match_found");
  REQUIRE(events.size() == 1);
  CHECK(events[0].field("alert_id") == "7");
  CHECK(events[0].field("alert") == "phones");
  CHECK(events[0].field("source") == "market");
  CHECK(events[0].field("run") == "12");
  CHECK(events[0].field("item") == "m-1");
  CHECK(events[0].field("price") == "142.50");
  CHECK(events[0].field("currency") == "EUR");
  CHECK(events[0].field("url") == "https://shop.test/m-1");
  CHECK(events[0].field("key") == "alert-7:shop:m-1");
  CHECK(events[0].fields.count("brand") == 0);
}

TEST_CASE("log: a match is written whatever the level, and what is not taken is not called delivered") {
  fake_event_log log;
  log.set_threshold(log_level::off);
  auto channel = make_log_channel(log);
  REQUIRE(code_of(*channel) == errc::none);
  CHECK(log.count("match_found") == 1);
  log.refuse_lines({errc::store_unavailable, "No space left on device", {}});
  auto e = send(*channel, row());
  CHECK(e.code == errc::store_unavailable);
  CHECK(e.detail == "No space left on device");
  CHECK(log.count("match_found") == 1);
}

TEST_CASE("a body that is none of the store's is refused for good") {
  fake_event_log log;
  fake_http_client http;
  auto bad = row();
  for (std::string text : {"", "{", "[]", "7"}) {
    bad.body = text;
    CHECK(send(*make_log_channel(log), bad).code == errc::bad_request);
    CHECK(send(*make_telegram_channel(http, {}), bad).code == errc::bad_request);
  }
  CHECK(log.events().empty());
  CHECK(http.request_count() == 0);
}

TEST_CASE("exec: the body goes in by stdin and nowhere else") {
  fake_child_process children;
  auto config = exec({"/opt/tell", "--quiet"});
  config.env = {{"A", "1"}};
  config.time_out = std::chrono::milliseconds{1234};
  auto channel = make_exec_channel(children, config);
  CHECK_FALSE(channel->idempotent());
  config.idempotent = true;
  CHECK(make_exec_channel(children, config)->idempotent());
  REQUIRE(code_of(*channel) == errc::none);
  auto requests = children.requests();
  REQUIRE(requests.size() == 1);
  CHECK(requests[0].argv == std::vector<std::string>{"/opt/tell", "--quiet"});
  CHECK(requests[0].env == config.env);
  CHECK(requests[0].input == body + "\n");
  CHECK(requests[0].time_out == config.time_out);
}

TEST_CASE("exec: what a program's end means") {
  fake_child_process children;
  auto config = exec({"/opt/tell"});
  config.env = {{"API", "hunter2-value"}};
  auto channel = make_exec_channel(children, config);
  children.script_exit(75, "", "no route\nfor hunter2-value\x1b[0m");
  auto failed = send(*channel, row());
  CHECK(failed.code == errc::child_failed);
  CHECK(failed.detail == "/opt/tell exited with 75: no route for ***");
  children.script_exit(128 + 9);
  CHECK(code_of(*channel) == errc::ambiguous);
  children.script_exit(255);
  CHECK(code_of(*channel) == errc::child_failed);
  child_outcome half;
  half.input_left = true; // it says 0 of something that it did not hear to the end
  children.script(half);
  auto doubtful = send(*channel, row());
  CHECK(doubtful.code == errc::ambiguous);
  CHECK(doubtful.detail == "/opt/tell exited with 0 before it had read the whole match");
  half.exit_status = 1;
  children.script(half);
  CHECK(code_of(*channel) == errc::child_failed);
  child_outcome late;
  late.timed_out = true; // whatever it managed to exit with
  children.script(late);
  CHECK(code_of(*channel) == errc::ambiguous);
  for (auto [given, expected] : {std::pair{errc::child_failed, errc::child_failed}, std::pair{errc::busy, errc::busy},
                                 std::pair{errc::cancelled, errc::ambiguous}}) {
    children.script(fail(given, "x"));
    CHECK(code_of(*channel) == expected);
  }
}

TEST_CASE("exec: with real children") {
  auto children = make_posix_child_process();
  auto seen = exec({"/bin/sh", "-c", "read -r line; [ \"$#\" = 0 ] && echo \"$line\" | grep -qF 'alert-7:shop:m-1'"});
  CHECK(code_of(*make_exec_channel(*children, seen)) == errc::none);
  auto refused = send(*make_exec_channel(*children, exec({"/bin/sh", "-c", "echo full >&2; exit 75"})), row());
  CHECK(refused.code == errc::child_failed);
  CHECK(refused.detail == "/bin/sh exited with 75: full");
  CHECK(code_of(*make_exec_channel(*children, exec({"/no/such/program"}))) == errc::child_failed);
  auto big = row();
  big.body = std::string(1 << 20, 'x'); // more than a pipe holds
  CHECK(send(*make_exec_channel(*children, exec({"/bin/true"})), big).code == errc::ambiguous);
  CHECK(send(*make_exec_channel(*children, exec({"/bin/sh", "-c", "cat > /dev/null"})), big).code == errc::none);
  auto slow = exec({"/bin/sleep", "1000"});
  slow.time_out = std::chrono::milliseconds{50};
  CHECK(code_of(*make_exec_channel(*children, slow)) == errc::ambiguous);
  auto promise = std::make_shared<std::promise<error>>();
  make_exec_channel(*children, exec({"/bin/sleep", "1000"}))->send(row(), [promise](send_outcome x) {
    promise->set_value(x.problem);
  });
  children.reset(); // the channel is gone already
  CHECK(promise->get_future().get().code == errc::ambiguous);
}

TEST_CASE("webhook: one POST with body and key") {
  fake_http_client http;
  http.on("hook.test", 204, "");
  webhook_config config;
  config.url = "https://hook.test/in/abcdef?k=1";
  config.headers = {{"X-Team", "red"}, {"content-type", "text/plain"}, {"idempotency-key", "mine"}};
  auto channel = make_webhook_channel(http, config);
  CHECK(channel->idempotent());
  REQUIRE(code_of(*channel) == errc::none);
  REQUIRE(code_of(*channel) == errc::none);
  auto requests = http.requests();
  REQUIRE(requests.size() == 2);
  for (const auto& r : requests) {
    CHECK(r.method == "POST");
    CHECK(r.url == config.url);
    CHECK(r.body == body);
    CHECK(r.headers == std::map<std::string, std::string>{{"X-Team", "red"},
                                                          {"Content-Type", "application/json"},
                                                          {"Idempotency-Key", "alert-7:shop:m-1"}});
  }
}

TEST_CASE("webhook: what an answer means") {
  fake_http_client http;
  webhook_config config;
  config.url = "https://hook.test/in/abcdef";
  auto channel = make_webhook_channel(http, config);
  std::map<int, errc> expected{{200, errc::none},        {201, errc::none},        {299, errc::none},
                               {301, errc::refused},     {400, errc::bad_request}, {401, errc::refused},
                               {403, errc::refused},     {404, errc::refused},     {410, errc::refused},
                               {413, errc::bad_request}, {422, errc::bad_request}, {408, errc::http_status},
                               {409, errc::http_status}, {425, errc::http_status}, {429, errc::rate_limited},
                               {500, errc::http_status}, {503, errc::http_status}};
  for (auto [status, code] : expected) {
    http.once("hook.test", status, "answer text");
    auto e = send(*channel, row());
    CAPTURE(status);
    CHECK(e.code == code);
    CHECK(e.detail.find("answer text") == std::string::npos);
  }
}

TEST_CASE("webhook: a 2xx is delivered however large its body is") {
  fake_http_client http;
  webhook_config config;
  config.url = "https://hook.test/in/abcdef";
  auto channel = make_webhook_channel(http, config);
  http.once("hook.test", 200, std::string(2 << 20, 'x'));
  CHECK(code_of(*channel) == errc::none);
  http.once("hook.test", 404, std::string(2 << 20, 'x'));
  CHECK(code_of(*channel) == errc::refused);
}

TEST_CASE("webhook: a receiver's word is passed on, as seconds and in all forms of a date") {
  using namespace std::chrono_literals;
  fake_http_client http;
  webhook_config config;
  config.url = "https://hook.test/in/abcdef";
  auto channel = make_webhook_channel(http, config);
  auto asked = [&](int status, std::string value) {
    header_fields headers;
    headers.add("date", "Sun, 06 Nov 1994 08:49:37 GMT");
    headers.add("retry-after", std::move(value));
    http.once("hook.test", status, "", headers);
    return outcome_of(*channel, row()).asked;
  };
  CHECK(asked(429, "120") == optional<duration>{120s});
  CHECK(asked(503, "7") == optional<duration>{7s});
  CHECK(asked(429, "0") == optional<duration>{0s});
  CHECK(asked(429, "Sun, 06 Nov 1994 08:50:37 GMT") == optional<duration>{60s});
  CHECK(asked(429, "Sunday, 06-Nov-94 08:50:37 GMT") == optional<duration>{60s});
  CHECK(asked(429, "Sun Nov  6 08:50:37 1994") == optional<duration>{60s});
  CHECK(asked(429, "Sun, 06 Nov 1994 08:00:00 GMT") == optional<duration>{0s});
  CHECK_FALSE(asked(429, "soon"));
  http.once("hook.test", 429, "");
  CHECK_FALSE(outcome_of(*channel, row()).asked);
}

TEST_CASE("webhook: a call without an answer may have arrived; its secrets are not told") {
  fake_http_client http;
  webhook_config config;
  config.url = "https://hook.test/in/abcdef";
  config.headers = {{"X-Sign", "s3cr3t-header"}};
  auto channel = make_webhook_channel(http, config);
  for (auto code : {errc::network, errc::timed_out, errc::cancelled, errc::body_too_large}) {
    http.once_error("hook.test", code, "POST https://hook.test/in/abcdef with s3cr3t-header broke");
    auto e = send(*channel, row());
    CHECK(e.code == errc::ambiguous);
    CHECK(e.detail == std::string{to_string(code)} + ": POST https://hook.test*** with *** broke");
  }
  for (auto code : {errc::busy, errc::bad_request, errc::blocked_address}) {
    http.once_error("hook.test", code);
    CHECK(code_of(*channel) == code);
  }
}

TEST_CASE("telegram: plain text to the chat") {
  fake_http_client http;
  http.on("tg.test", 200, R"({"ok":true,"result":{}})");
  auto channel = make_telegram_channel(http, {"https://tg.test/", token, "@here"});
  CHECK_FALSE(channel->idempotent());
  REQUIRE(code_of(*channel) == errc::none);
  auto requests = http.requests();
  REQUIRE(requests.size() == 1);
  CHECK(requests[0].method == "POST");
  CHECK(requests[0].url == "https://tg.test/bot" + token + "/sendMessage");
  CHECK(requests[0].headers.at("Content-Type") == "application/json");
  auto sent = parse_json(requests[0].body);
  REQUIRE(sent);
  CHECK(sent->root().size() == 2); // no parse_mode: nothing in a title is markup
  CHECK(sent->root().find("chat_id")->as_string() == "@here");
  CHECK(sent->root().find("text")->as_string() ==
        "phones: Nice phone \"new\" `id` $(id)\n142.50 EUR, good\nhttps://shop.test/m-1");
}

TEST_CASE("telegram: a text is never too long") {
  fake_http_client http;
  http.on("tg.test", 200, R"({"ok":true})");
  auto channel = make_telegram_channel(http, {"https://tg.test", token, "1"});
  auto big = row();
  big.body = R"({"alert":{"name":")" + std::string(9000, 'a') + R"("},"item":{"title":")" + std::string(9000, 'b') +
             R"(","price":1e300,"url":"https://shop.test/)" + std::string(9000, 'c') + R"("}})";
  REQUIRE(send(*channel, big).code == errc::none);
  auto sent = parse_json(http.requests()[0].body);
  REQUIRE(sent);
  auto text = *sent->root().find("text")->as_string();
  CHECK(text.size() <= 2000);
  CHECK(text.starts_with("aaa"));
  CHECK(text.find("bbb") != std::string::npos);
  CHECK(text.find("ccc") == std::string::npos); // a cut link would lead elsewhere
}

TEST_CASE("telegram: what an answer means, and the token is never told") {
  fake_http_client http;
  auto channel = make_telegram_channel(http, {"https://tg.test", token, "1"});
  auto after = [&](int status, std::string text) {
    http.once("tg.test", status, std::move(text));
    auto e = send(*channel, row());
    CHECK(e.detail.find(token) == std::string::npos);
    return e;
  };
  auto refused = after(400, R"({"ok":false,"description":"chat not found for )" + token + "\"}");
  CHECK(refused.code == errc::refused);
  CHECK(refused.detail == "Telegram answered 400: chat not found for ***");
  CHECK(after(401, R"({"ok":false})").code == errc::refused);
  CHECK(after(429, R"({"ok":false,"parameters":{"retry_after":3}})").code == errc::rate_limited);
  CHECK(after(302, "").code == errc::http_status);
  CHECK(after(502, "<html>").code == errc::ambiguous);
  CHECK(after(200, "<html>").code == errc::ambiguous);
  CHECK(after(200, R"({"ok":false})").code == errc::ambiguous);
}

TEST_CASE("telegram: its word is passed on, by whichever way it comes") {
  using namespace std::chrono_literals;
  fake_http_client http;
  auto channel = make_telegram_channel(http, {"https://tg.test", token, "1"});
  auto asked = [&](std::string text, std::string header = {}) {
    header_fields headers;
    if (!header.empty())
      headers.add("retry-after", std::move(header));
    http.once("tg.test", 429, std::move(text), headers);
    return outcome_of(*channel, row()).asked;
  };
  CHECK(asked(R"({"ok":false,"parameters":{"retry_after":300}})") == optional<duration>{300s});
  CHECK(asked(R"({"ok":false,"parameters":{"retry_after":3}})", "7") == optional<duration>{7s});
  CHECK(asked("<html>", "7") == optional<duration>{7s});
  CHECK(asked(R"({"ok":false,"parameters":{"retry_after":9223372036854775807}})").value() > 24h);
  CHECK_FALSE(asked(R"({"ok":false,"parameters":{"retry_after":"soon"}})"));
  CHECK_FALSE(asked(R"({"ok":false,"parameters":{"retry_after":-3}})"));
}

TEST_CASE("telegram: only what never had a connection is sent again by itself") {
  fake_http_client http;
  auto channel = make_telegram_channel(http, {"https://tg.test", token, "1"});
  for (auto code : {errc::network, errc::timed_out, errc::cancelled, errc::body_too_large}) {
    http.once_error("tg.test", code, "POST https://tg.test/bot" + token + "/sendMessage broke");
    auto e = send(*channel, row());
    CHECK(e.code == errc::ambiguous);
    CHECK(e.detail.find("secret") == std::string::npos);
  }
  for (auto code : {errc::network, errc::timed_out}) {
    http.on_call("tg.test", [code](const http_request&) -> result<http_response> {
      return fail(code, "refused", std::string{http_client::never_connected});
    });
    CHECK(code_of(*channel) == errc::network);
  }
  http.on_error("tg.test", errc::busy);
  CHECK(code_of(*channel) == errc::busy);
}

TEST_CASE("an answer that comes after its channel is gone is still given") {
  fake_http_client http;
  http.on("hook.test", 200, "");
  http.hold();
  int answers = 0;
  webhook_config config;
  config.url = "https://hook.test/in";
  make_webhook_channel(http, config)->send(row(), [&](send_outcome x) { answers += x.problem.code == errc::none; });
  CHECK(answers == 0);
  http.unhold();
  CHECK(answers == 1);
}
