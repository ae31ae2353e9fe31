// `vigie keys` on a node's data folder.
#include <filesystem>
#include <fstream>
#include <sstream>

#include <catch2/catch.hpp>
#include <sys/stat.h>
#include <unistd.h>

#include "adapters/crypto/secrets.hpp"
#include "runtime/commands/commands.hpp"
#include "runtime/key_file.hpp"

using namespace vigie;

namespace {

namespace fs = std::filesystem;

struct outcome {
  int code = 0;
  std::string out;
  std::string err;
};

struct home {
  home() {
    folder = fs::temp_directory_path() / ("vigie-keys-" + std::to_string(getpid()));
    fs::remove_all(folder);
    fs::create_directories(folder);
    std::ofstream{folder / "node.toml"} << "[node]\nname = \"w\"\nroles = [\"worker\"]\ndata_dir = \""
                                        << data().string() << "\"\n[link]\ninsecure_loopback = true\n";
  }
  ~home() { fs::remove_all(folder); }

  fs::path data() const { return folder / "data"; }
  std::string keys() const { return (data() / "keys").string(); }

  outcome run(keys_action action, const std::string& name, std::vector<std::string> scopes = {"read"},
              bool json = false) const {
    keys_options options;
    options.config.path = (folder / "node.toml").string();
    options.action = action;
    options.name = name;
    options.scopes = std::move(scopes);
    options.style.json = json;
    std::ostringstream out, err;
    auto code = run_keys(options, out, err);
    return {code, out.str(), err.str()};
  }

  fs::path folder;
};

std::string content(const std::string& path) {
  std::ifstream in{path};
  return {std::istreambuf_iterator<char>{in}, {}};
}

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != text.npos;
}

} // namespace

TEST_CASE("a key is made, works with its scopes, is listed without its secret, and is revoked") {
  home h;
  auto made = h.run(keys_action::add, "shop", {"run", "read", "run"});
  REQUIRE(made.code == exit_done);
  auto key = made.out.substr(0, made.out.size() - 1);
  CHECK(made.out == key + "\n"); // nothing else, so that it can go into a file
  auto id = api_key_id(key);
  REQUIRE(id.has_value());
  CHECK_FALSE(has(made.err, key));
  auto secret = key.substr(key.size() - 43);
  CHECK_FALSE(has(content(h.keys()), secret));
  struct stat facts {};
  REQUIRE(::stat(h.keys().c_str(), &facts) == 0);
  CHECK((facts.st_mode & 0777) == 0600);

  key_file file{h.data().string()};
  key_ring ring{*file.read()};
  CHECK(ring.find(key).id == *id);
  CHECK(ring.find(key).scope == api_scope::run);
  REQUIRE(h.run(keys_action::add, "other").code == exit_done);
  auto list = h.run(keys_action::list, "");
  CHECK(has(list.out, "shop"));
  CHECK(has(list.out, "read,run"));
  CHECK(has(list.out, *id));
  CHECK_FALSE(has(list.out, secret));
  auto json = h.run(keys_action::list, "", {}, true);
  CHECK(has(json.out, "{\"keys\":[{\"name\":\"other\""));
  CHECK_FALSE(has(json.out, secret));

  CHECK(h.run(keys_action::remove, "shop").code == exit_done);
  ring.replace(*file.read());
  CHECK(ring.find(key).scope == api_scope::none);
  CHECK(file.read()->size() == 1);
}

TEST_CASE("the file tells when it was changed") {
  home h;
  key_file file{h.data().string()};
  auto before = file.changed();
  CHECK(before == key_file::stamp{});
  h.run(keys_action::add, "a");
  auto with = file.changed();
  CHECK(with != before);
  CHECK(with == file.changed());
  h.run(keys_action::remove, "a");
  CHECK(file.changed() != with);
}

TEST_CASE("what cannot be done says why and changes nothing") {
  home h;
  REQUIRE(h.run(keys_action::add, "shop").code == exit_done);
  auto before = content(h.keys());
  auto taken = h.run(keys_action::add, "shop", {"admin"});
  CHECK(taken.code == exit_failed);
  CHECK(taken.out.empty());
  CHECK(has(taken.err, "there is a key named shop"));
  CHECK(h.run(keys_action::remove, "ship").code == exit_failed);
  for (const auto* name : {"", "a b", "admin.key", "../x", "a\n"})
    CHECK(h.run(keys_action::add, name).code == exit_usage);
  CHECK(h.run(keys_action::add, std::string(65, 'a')).code == exit_usage);
  auto scope = h.run(keys_action::add, "x", {"write"});
  CHECK(scope.code == exit_usage);
  CHECK(has(scope.err, "\"write\" is no scope"));
  CHECK(h.run(keys_action::add, "x", {}).code == exit_usage);
  CHECK(content(h.keys()) == before);
}

TEST_CASE("a file that is not sound is never written over, nor taken") {
  home h;
  REQUIRE(h.run(keys_action::add, "shop").code == exit_done);
  ::chmod(h.keys().c_str(), 0644);
  auto open = h.run(keys_action::list, "");
  CHECK(open.code == exit_failed);
  CHECK(has(open.err, "chmod 600"));
  ::chmod(h.keys().c_str(), 0600);
  std::ofstream{h.keys(), std::ios::app} << "half a line\n";
  auto broken = h.run(keys_action::add, "x");
  CHECK(broken.code == exit_failed);
  CHECK(has(broken.err, "keys:2"));
  CHECK(has(content(h.keys()), "half a line"));
}
