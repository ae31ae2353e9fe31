// The port child_process on real children.
#include "adapters/process/posix_child_process.hpp"

#include <catch2/catch.hpp>

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <fstream>
#include <future>
#include <mutex>
#include <set>
#include <thread>

using namespace vigie;
using namespace std::chrono_literals;

namespace {

constexpr auto patience = 30s;

child_request request(std::vector<std::string> argv) {
  child_request r;
  r.argv = std::move(argv);
  return r;
}

child_request shell(std::string script) {
  return request({"/bin/sh", "-c", std::move(script)});
}

result<child_outcome> wait_for(std::future<result<child_outcome>>& f) {
  if (f.wait_for(patience) != std::future_status::ready)
    throw std::runtime_error("the child was not answered in time");
  return f.get();
}

std::future<result<child_outcome>> start(child_process& port, child_request r) {
  auto promise = std::make_shared<std::promise<result<child_outcome>>>();
  auto future = promise->get_future();
  port.run(std::move(r), [promise](result<child_outcome> x) { promise->set_value(std::move(x)); });
  return future;
}

child_outcome run(child_process& port, child_request r) {
  auto future = start(port, std::move(r));
  auto outcome = wait_for(future);
  if (!outcome)
    throw std::runtime_error(to_string(outcome.error()));
  return *outcome;
}

error refusal(child_process& port, child_request r) {
  auto future = start(port, std::move(r));
  auto outcome = wait_for(future);
  return outcome ? error{} : outcome.error();
}

/// Runs it with longer and longer time-outs until it had the time to say `word`: a loaded machine starts a shell
/// slowly.
child_outcome run_past(child_process& port, child_request r, const std::string& word) {
  for (r.time_out = 200ms; r.time_out < patience; r.time_out *= 2)
    if (auto o = run(port, r); o.output.starts_with(word))
      return o;
  throw std::runtime_error("the child never said " + word);
}

/// True as soon as the condition holds, false if it never does.
template <class Condition>
bool eventually(Condition holds) {
  for (auto end = std::chrono::steady_clock::now() + patience; std::chrono::steady_clock::now() < end;) {
    if (holds())
      return true;
    std::this_thread::sleep_for(5ms);
  }
  return false;
}

bool no_child_left() {
  return ::waitpid(-1, nullptr, WNOHANG) == -1 && errno == ECHILD;
}

bool is_gone(pid_t pid) {
  // A zombie of another parent is gone as well: only its parent's table still lists it.
  std::ifstream stat{"/proc/" + std::to_string(pid) + "/stat"};
  std::string line;
  if (!std::getline(stat, line))
    return true;
  auto state = line.substr(line.rfind(')') + 2, 1);
  return state == "Z" || state == "X";
}

struct temporary_file {
  std::string path;
  temporary_file() {
    char name[] = "/tmp/vigie-child-XXXXXX";
    ::close(::mkstemp(name));
    path = name;
  }
  ~temporary_file() { ::unlink(path.c_str()); }
  pid_t read_pid() const {
    std::ifstream in{path};
    pid_t pid = 0;
    in >> pid;
    return pid;
  }
};

} // namespace

TEST_CASE("exit codes, output and errors come back") {
  auto port = make_posix_child_process();
  auto fine = run(*port, shell("echo out; echo err >&2"));
  CHECK(fine.exit_status == 0);
  CHECK(fine.output == "out\n");
  CHECK(fine.errors == "err\n");
  CHECK_FALSE(fine.timed_out);
  CHECK_FALSE(fine.truncated);
  CHECK(run(*port, shell("exit 7")).exit_status == 7);
  CHECK(run(*port, shell("kill -KILL $$")).exit_status == 128 + SIGKILL);
  CHECK(run(*port, shell("kill -SEGV $$")).exit_status == 128 + SIGSEGV);
  CHECK(no_child_left());
}

TEST_CASE("a program is found in the PATH it is given") {
  auto port = make_posix_child_process();
  CHECK(run(*port, request({"true"})).exit_status == 0);
  auto r = request({"true"});
  r.env["PATH"] = "relative:/nowhere:/usr/bin";
  CHECK(run(*port, r).exit_status == 0);
  r.env["PATH"] = "/nowhere";
  auto e = refusal(*port, r);
  CHECK(e.code == errc::child_failed);
  CHECK(e.detail == "no program \"true\" in PATH \"/nowhere\"");
}

TEST_CASE("what cannot be started is child_failed and says why, without the arguments") {
  auto port = make_posix_child_process();
  auto e = refusal(*port, request({"/no/such/program", "s3cret"}));
  CHECK(e.code == errc::child_failed);
  CHECK(e.detail == "cannot start /no/such/program: No such file or directory");
  CHECK(refusal(*port, request({"/etc/passwd"})).detail == "cannot start /etc/passwd: Permission denied");
  CHECK(refusal(*port, request({})).detail == "no program is named");
  CHECK(refusal(*port, request({"/bin/echo", std::string{"a\0b", 3}})).detail == "argument 1 holds a NUL byte");
  auto elsewhere = request({"/bin/pwd"});
  elsewhere.work_dir = "/no/such/folder";
  CHECK(refusal(*port, elsewhere).detail == "the working directory /no/such/folder does not exist");
  auto odd = request({"/bin/true"});
  odd.env["A=B"] = "c";
  CHECK(refusal(*port, odd).code == errc::child_failed);
  CHECK(no_child_left());
}

TEST_CASE("a child sees its own environment, folder and descriptors, and nothing of ours") {
  ::setenv("VIGIE_TEST_INHERITED", "1", 1);
  int leak = ::dup(1); // without CLOEXEC
  auto port = make_posix_child_process();
  CHECK(run(*port, request({"/usr/bin/env"})).output.empty());
  auto named = request({"/usr/bin/env"});
  named.env = {{"B", "2 two"}, {"A", "1"}};
  CHECK(run(*port, named).output == "A=1\nB=2 two\n");
  CHECK(run(*port, request({"/bin/pwd"})).output == "/\n");
  auto elsewhere = request({"/bin/pwd"});
  elsewhere.work_dir = "/usr";
  CHECK(run(*port, elsewhere).output == "/usr\n");
  // 3 is the folder that ls itself has open
  CHECK(run(*port, request({"/bin/ls", "/proc/self/fd"})).output == "0\n1\n2\n3\n");
  CHECK(run(*port, request({"/bin/readlink", "/proc/self/fd/0"})).output == "/dev/null\n");
  ::close(leak);
  ::unsetenv("VIGIE_TEST_INHERITED");
}

TEST_CASE("a child has default signals and a group of its own") {
  struct sigaction old {};
  struct sigaction ignore {};
  ignore.sa_handler = SIG_IGN;
  ::sigaction(SIGPIPE, &ignore, &old);
  auto port = make_posix_child_process();
  for (std::string line : {"SigBlk", "SigIgn"}) {
    auto status = run(*port, request({"/bin/grep", line, "/proc/self/status"})).output;
    // 32 and 33 belong to the C library, which leaves them ignored in what it spawns
    CHECK((std::stoull(status.substr(line.size() + 1), nullptr, 16) & ~(3ull << 31)) == 0);
  }
  auto ids = run(*port, shell("read -r a b c d e rest < /proc/self/stat; echo $a $e")).output;
  auto space = ids.find(' ');
  CHECK(ids.substr(0, space) + "\n" == ids.substr(space + 1));
  ::sigaction(SIGPIPE, &old, nullptr);
}

TEST_CASE("a megabyte goes in and comes out") {
  auto port = make_posix_child_process();
  auto r = request({"/bin/cat"});
  for (int i = 0; r.input.size() < 1 << 20; ++i)
    r.input += std::to_string(i) + ",";
  r.input.resize(1 << 20);
  auto echoed = run(*port, r);
  CHECK(echoed.output == r.input);
  CHECK_FALSE(echoed.truncated);
  r.argv = {"/usr/bin/wc", "-c"};
  CHECK(run(*port, r).output == "1048576\n");
  r.argv = {"/bin/true"}; // does not read: no fault, no signal for us
  CHECK(run(*port, r).exit_status == 0);
}

TEST_CASE("output above the cap is read and dropped") {
  auto port = make_posix_child_process();
  auto r = shell("yes 2>/dev/null | head -c 5000000; echo end >&2");
  r.max_output_bytes = 1000;
  auto o = run(*port, r);
  CHECK(o.exit_status == 0);
  CHECK(o.output.size() == 1000);
  CHECK(o.errors == "end\n");
  CHECK(o.truncated);
  auto endless = request({"/usr/bin/yes"});
  endless.max_output_bytes = 10;
  endless.time_out = 200ms;
  auto stopped = run(*port, endless);
  CHECK(stopped.output.size() == 10);
  CHECK(stopped.timed_out);
  CHECK(stopped.exit_status == 128 + SIGTERM);
}

TEST_CASE("a time-out ends a child that does not listen, and its children") {
  auto port = make_posix_child_process();
  temporary_file grandchild;
  auto r = shell("trap '' TERM; (trap '' TERM; sleep 1000) & echo $! > " + grandchild.path + "; echo ready; wait");
  r.kill_after = 100ms;
  auto o = run_past(*port, r, "ready");
  CHECK(o.timed_out);
  CHECK(o.exit_status == 128 + SIGKILL);
  CHECK(o.output == "ready\n");
  REQUIRE(grandchild.read_pid() > 0);
  CHECK(eventually([&] { return is_gone(grandchild.read_pid()); }));
  CHECK(no_child_left());
}

TEST_CASE("a child that ends on TERM keeps its own status; a stopped one is woken for it") {
  auto port = make_posix_child_process();
  auto polite = shell("trap 'echo bye; exit 3' TERM; echo up; while :; do sleep 0.05; done");
  polite.kill_after = 20s;
  auto o = run_past(*port, polite, "up");
  CHECK(o.timed_out);
  CHECK(o.exit_status == 3);
  CHECK(o.output == "up\nbye\n");
  auto stopped = shell("kill -STOP $$");
  stopped.time_out = 100ms;
  stopped.kill_after = 1000s;
  CHECK(run(*port, stopped).exit_status == 128 + SIGTERM);
}

TEST_CASE("a descendant that holds the output open does not hold us") {
  auto port = make_posix_child_process({16, 256, 100ms});
  temporary_file in_group;
  temporary_file escaped;
  auto o = run(*port, shell("sleep 1000 & echo $! > " + in_group.path + "; echo done"));
  CHECK(o.output == "done\n");
  CHECK(o.exit_status == 0);
  CHECK(eventually([&] { return is_gone(in_group.read_pid()); }));
  auto r = shell("setsid sh -c 'echo $$ > " + escaped.path + "; echo there; exec sleep 1000' & while ! [ -s " +
                 escaped.path + " ]; do sleep 0.01; done; echo done");
  r.env["PATH"] = "/usr/bin:/bin";
  auto e = run(*port, r);
  CHECK(e.exit_status == 0);
  CHECK(e.output.find("done") != std::string::npos);
  REQUIRE(escaped.read_pid() > 0);
  CHECK_FALSE(is_gone(escaped.read_pid())); // it left the group: said in the header
  ::kill(escaped.read_pid(), SIGKILL);
}

TEST_CASE("fifty at once are all answered, never more than max_children run") {
  auto port = make_posix_child_process({4, 256, 500ms});
  temporary_file marks;
  std::vector<std::future<result<child_outcome>>> all;
  for (int i = 0; i < 50; ++i)
    all.push_back(start(*port, shell("echo + >> " + marks.path + "; sleep 0.02; echo - >> " + marks.path + "; echo " +
                                     std::to_string(i) + "; exit " + std::to_string(i))));
  for (int i = 0; i < 50; ++i) {
    auto o = wait_for(all[i]);
    REQUIRE(o);
    CHECK(o->exit_status == i);
    CHECK(o->output == std::to_string(i) + "\n");
  }
  int now = 0;
  int most = 0;
  std::ifstream in{marks.path};
  for (std::string mark; in >> mark;)
    most = std::max(most, now += mark == "+" ? 1 : -1);
  CHECK(now == 0);
  CHECK(most >= 1);
  CHECK(most <= 4);
  CHECK(no_child_left());
}

TEST_CASE("above the queue's limit the answer is busy, at once; nothing is lost") {
  auto port = make_posix_child_process({1, 3, 500ms});
  std::atomic<int> busy{0};
  std::atomic<int> fine{0};
  std::atomic<int> calls{0};
  for (int i = 0; i < 20; ++i)
    port->run(shell("sleep 0.05"), [&](result<child_outcome> x) {
      if (x)
        ++fine;
      else if (x.error().code == errc::busy)
        ++busy;
      ++calls;
    });
  CHECK(busy >= 15);
  REQUIRE(eventually([&] { return calls == 20; }));
  CHECK(fine + busy == 20);
  CHECK(fine >= 4);
}

TEST_CASE("destroying the port ends what runs and answers everything") {
  std::atomic<int> cancelled{0};
  temporary_file child;
  {
    auto port = make_posix_child_process({2, 256, 500ms});
    for (int i = 0; i < 5; ++i)
      port->run(shell("trap '' TERM; echo $$ > " + child.path + "; sleep 1000"), [&](result<child_outcome> x) {
        if (!x && x.error().code == errc::cancelled)
          ++cancelled;
      });
    REQUIRE(eventually([&] { return child.read_pid() > 0; }));
  }
  CHECK(cancelled == 5);
  CHECK(is_gone(child.read_pid()));
  CHECK(no_child_left());
}

TEST_CASE("a callback may start the next child") {
  auto port = make_posix_child_process();
  std::promise<int> last;
  port->run(shell("exit 1"), [&](result<child_outcome> first) {
    port->run(shell("exit " + std::to_string(first->exit_status + 1)),
              [&](result<child_outcome> second) { last.set_value(second->exit_status); });
  });
  auto future = last.get_future();
  REQUIRE(future.wait_for(patience) == std::future_status::ready);
  CHECK(future.get() == 2);
}
