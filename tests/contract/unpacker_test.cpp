// What undoes packings: however a body is cut into pieces it comes out whole, and what does not end is never a page.
#include <catch2/catch.hpp>
#include <rapidcheck.h>
#include <rapidcheck/catch.h>

#include "adapters/unpack/unpacker.hpp"
#include "tests/support/nginx.hpp"

using namespace vigie;

namespace {

struct packing {
  std::string coding; ///< as Content-Encoding names it
  std::string file;
  std::string said; ///< in errors
};

const std::vector<packing>& packings() {
  static const std::vector<packing> out{{"gzip", "page.gz", "gzip"},
                                        {"deflate", "page.zlib", "deflate"},
                                        {"deflate", "page.bare", "deflate"},
                                        {"br", "page.br", "brotli"},
                                        {"zstd", "page.zst", "zstd"}};
  return out;
}

/// A page as real tools pack it.
const scratch_folder& pages() {
  static const scratch_folder out;
  static const bool made = [] {
    std::string text;
    for (int i = 0; i < 60; ++i)
      text +=
          "{\"id\": \"" + std::to_string(i * 7919 % 1000) + "\", \"price\": \"" + std::to_string(i * 37) + ".00\"}\n";
    out.write("page", text);
    out.write("pack.py", "import zlib\n"
                         "page = open('page', 'rb').read()\n"
                         "open('page.zlib', 'wb').write(zlib.compress(page))\n"
                         "bare = zlib.compressobj(9, zlib.DEFLATED, -15)\n"
                         "open('page.bare', 'wb').write(bare.compress(page) + bare.flush())\n");
    for (const auto* x : {"gzip -9k page", "brotli -q 9 -k page", "zstd -q -k page", "python3 pack.py"})
      out.run(x);
    return true;
  }();
  static_cast<void>(made);
  return out;
}

/// What comes of a body in pieces of that size: the text, or the error's.
struct outcome {
  std::string text;
  error problem;
  bool whole() const { return problem.code == errc::none; }
};

outcome unpack(std::string_view codings, std::string_view packed, size_t piece = ~size_t{0},
               const unpack_limits& limits = {}) {
  outcome out;
  auto made = unpacker::make(codings, limits);
  if (!made || !*made) {
    out.problem = made ? error{errc::bad_request, "not packed", {}} : made.error();
    return out;
  }
  auto& x = **made;
  auto keep = [&](std::string_view bytes) {
    out.text += bytes;
    return true;
  };
  while (!packed.empty() && out.whole()) {
    auto taken = packed.substr(0, piece);
    packed.remove_prefix(taken.size());
    if (!x.take(taken, keep))
      out.problem = x.problem();
  }
  if (out.whole() && !x.finish())
    out.problem = x.problem();
  return out;
}

std::string detail_of(const outcome& x) {
  CHECK(x.problem.code == errc::bad_page);
  return x.problem.detail;
}

constexpr const char* cannot = "the body cannot be unpacked: ";

} // namespace

TEST_CASE("a packed body comes out whole, in whatever pieces it comes") {
  for (const auto& x : packings()) {
    CAPTURE(x.file);
    auto packed = pages().read(x.file);
    for (size_t piece : {~size_t{0}, size_t{1}, size_t{2}, size_t{3}, size_t{10}, size_t{97}}) {
      auto out = unpack(x.coding, packed, piece);
      CHECK(out.problem.detail.empty());
      CHECK(out.text == pages().read("page"));
    }
  }
  CHECK(unpack("X-GZip", pages().read("page.gz")).whole());
  CHECK(unpack(" identity , GZIP ,", pages().read("page.gz")).whole());
}

TEST_CASE("a body that is cut anywhere is an error that says so") {
  for (const auto& x : packings()) {
    CAPTURE(x.file);
    auto packed = pages().read(x.file);
    for (size_t size = 0; size < packed.size(); ++size) {
      auto out = unpack(x.coding, packed.substr(0, size));
      REQUIRE_FALSE(out.whole());
      REQUIRE(detail_of(out) ==
              cannot + std::string{"its "} + x.said + " data was cut after " + std::to_string(size) + " bytes");
    }
  }
}

TEST_CASE("damage is found where the packing can tell, and never taken for a page") {
  rc::prop("a flipped bit", [] {
    auto x = *rc::gen::elementOf(packings());
    auto packed = pages().read(x.file);
    auto at = *rc::gen::inRange<size_t>(0, packed.size());
    packed[at] = static_cast<char>(packed[at] ^ (1 << *rc::gen::inRange(0, 8)));
    auto out = unpack(x.coding, packed, *rc::gen::inRange<size_t>(1, 200));
    bool checked = x.file != "page.bare" && x.file != "page.br"; // these have no sum of their own
    if (out.whole() && checked)
      RC_ASSERT(out.text == pages().read("page"));
    if (!out.whole())
      RC_ASSERT(out.problem.code == errc::bad_page);
  });
}

TEST_CASE("members and frames that follow one another are one body; other bytes behind the end are an error") {
  auto page = pages().read("page");
  for (const auto& x : packings()) {
    CAPTURE(x.file);
    auto packed = pages().read(x.file);
    auto behind = cannot + std::string{"bytes follow the end of its "} + x.said + " data, at byte " +
                  std::to_string(packed.size());
    for (size_t piece : {~size_t{0}, size_t{1}, size_t{7}, packed.size()}) {
      auto twice = unpack(x.coding, packed + packed, piece);
      if (x.coding == "gzip" || x.coding == "zstd") {
        CHECK(twice.whole());
        CHECK(twice.text == page + page);
      } else {
        CHECK(detail_of(twice) == behind);
      }
      CHECK(detail_of(unpack(x.coding, packed + "garbage", piece)) == behind);
    }
  }
  auto gzip = pages().read("page.gz");
  CHECK(detail_of(unpack("gzip", gzip + gzip.substr(0, 40))) ==
        cannot + std::string{"its gzip data was cut after "} + std::to_string(gzip.size() + 40) + " bytes");
}

TEST_CASE("what is something else than was said has its own words") {
  CHECK(detail_of(unpack("gzip", "<html></html>")) ==
        cannot + std::string{"it is no gzip data, as its Content-Encoding says"});
  CHECK(detail_of(unpack("zstd", pages().read("page.gz"))) ==
        cannot + std::string{"it is no zstd data, as its Content-Encoding says"});
  auto half = pages().read("page.gz");
  half.replace(half.size() / 2, 40, std::string(40, '\xff'));
  CHECK(detail_of(unpack("gzip", half)).find("its gzip data is damaged near byte ") != std::string::npos);
  CHECK(detail_of(unpack("compress", "x")) ==
        "the body is packed as \"compress\", and nothing but deflate, gzip, br, zstd was asked for");
  CHECK(detail_of(unpack("gzip,gzip,gzip,gzip,gzip", "x")) == "the body is packed more than 4 times");
  // A zstd frame that wants more memory than HTTP allows it: a window of 128 MiB.
  CHECK(detail_of(unpack("zstd", std::string_view{"\x28\xb5\x2f\xfd\x00\x88\x01\x00\x00", 9})) ==
        cannot + std::string{"it is no zstd data, as its Content-Encoding says"});
}

TEST_CASE("nothing is to be undone of identity") {
  for (auto x : {"", " ", "identity", "Identity, none", ","}) {
    auto made = unpacker::make(x);
    REQUIRE(made);
    CHECK(*made == nullptr);
  }
}

TEST_CASE("several codings are undone in turn, the last one first, and what passes between them is bounded") {
  const scratch_folder out;
  out.write("page", pages().read("page"));
  out.write("nest.py", "import gzip\n"
                       "name, body = 'zeros', bytes(3 << 20)\n"
                       "for _ in range(3):\n"
                       "    name, body = name + '.gz', gzip.compress(body)\n"
                       "    open(name, 'wb').write(body)\n");
  for (const auto* x : {"gzip -k page", "brotli -k page.gz", "python3 nest.py"})
    out.run(x);
  for (size_t piece : {~size_t{0}, size_t{1}}) {
    auto twice = unpack("gzip, br", out.read("page.gz.br"), piece);
    CHECK(twice.whole());
    CHECK(twice.text == pages().read("page"));
  }
  auto whole = out.read("page.gz.br");
  CHECK_FALSE(unpack("gzip, br", whole.substr(0, whole.size() - 1)).whole());
  CHECK_FALSE(unpack("br, gzip", whole).whole());

  auto packed = out.read("zeros.gz.gz.gz");
  unpack_limits limits;
  limits.max_bytes_between = out.read("zeros.gz").size();
  CHECK(unpack("gzip, gzip, gzip", packed, ~size_t{0}, limits).text.size() == 3 << 20);
  --limits.max_bytes_between;
  auto refused = unpack("gzip, gzip, gzip", packed, ~size_t{0}, limits).problem;
  CHECK(refused.code == errc::body_too_large);
  CHECK(refused.detail ==
        "more than " + std::to_string(limits.max_bytes_between) + " bytes between two of its codings");
}

TEST_CASE("it stops where its taker has enough") {
  auto made = unpacker::make("gzip");
  REQUIRE(made);
  size_t taken = 0;
  CHECK_FALSE((*made)->take(pages().read("page.gz"), [&](std::string_view) { return ++taken == 0; }));
  CHECK(taken == 1);
  CHECK((*made)->problem().code == errc::none);
}
