#include "runtime/commands/read_file.hpp"

#include <filesystem>
#include <fstream>
#include <sstream>

#include <catch2/catch.hpp>
#include <unistd.h>

using namespace vigie;
namespace fs = std::filesystem;

TEST_CASE("a file that a person names is read whole, or refused with the reason") {
  auto pattern = (fs::temp_directory_path() / "vigie-read-XXXXXX").string();
  REQUIRE(mkdtemp(pattern.data()) != nullptr);
  fs::path folder{pattern};
  auto file = (folder / "a").string();
  std::string bytes(200000, 'x');
  bytes[1] = '\0';
  std::ofstream{file, std::ios::binary} << bytes;
  CHECK(read_file(file, bytes.size()) == bytes);
  auto larger = read_file(file, bytes.size() - 1);
  REQUIRE_FALSE(larger);
  CHECK(larger.error().detail == '"' + file + "\" has more than 199999 bytes");
  CHECK(
      read_file((folder / "none").string(), 10).error().detail.ends_with("cannot be read: No such file or directory"));
  // It opens; reading it is what fails.
  CHECK(read_file(folder.string(), 10).error().detail.ends_with("cannot be read: Is a directory"));
  std::ofstream{folder / "empty"};
  CHECK(read_file((folder / "empty").string(), 0) == "");
  std::istringstream in{"typed"};
  CHECK(read_file("-", 10, &in) == "typed");
  CHECK_FALSE(read_file("-", 10));
  fs::remove_all(folder);
}
