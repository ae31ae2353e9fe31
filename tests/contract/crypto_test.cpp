#include "adapters/crypto/secrets.hpp"

#include <catch2/catch.hpp>
#include <rapidcheck.h>

#include <set>

using namespace vigie;

TEST_CASE("SHA-256 of the vectors of FIPS 180-2") {
  CHECK(sha256_hex("") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  CHECK(sha256_hex("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  CHECK(sha256_hex("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq") ==
        "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  CHECK(sha256_hex(std::string(1000000, 'a')) == "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST_CASE("HMAC-SHA-256 of the vectors of RFC 4231") {
  CHECK(hmac_sha256_hex(std::string(20, '\x0b'), "Hi There") ==
        "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
  CHECK(hmac_sha256_hex("Jefe", "what do ya want for nothing?") ==
        "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  CHECK(hmac_sha256_hex(std::string(131, '\xaa'), "Test Using Larger Than Block-Size Key - Hash Key First") ==
        "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
  CHECK(hmac_sha256_hex({}, {}) == "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad");
}

TEST_CASE("equality over all bytes") {
  CHECK(constant_time_equal("", ""));
  CHECK(constant_time_equal("abc", "abc"));
  CHECK_FALSE(constant_time_equal("abc", "abd"));
  CHECK_FALSE(constant_time_equal("abc", "ab"));
  REQUIRE(rc::check("agrees with ==", [](const std::string& a, const std::string& b) {
    RC_ASSERT(constant_time_equal(a, b) == (a == b));
    RC_ASSERT(constant_time_equal(a, std::string{a}));
  }));
}

TEST_CASE("tokens have their length and do not come twice") {
  std::set<std::string> seen;
  for (int i = 0; i < 1000; ++i)
    seen.insert(random_token_base64url(16));
  CHECK(seen.size() == 1000);
  for (size_t bytes = 0; bytes < 100; ++bytes) {
    CHECK(random_token_base64url(bytes).size() == (bytes * 8 + 5) / 6);
    CHECK(random_token_hex(bytes).size() == bytes * 2);
  }
}

TEST_CASE("an API key is verified by its hash alone") {
  auto key = make_api_key();
  CHECK(key.id.size() == 8);
  CHECK(key.text.size() == 55);
  CHECK(key.text.starts_with("vk_" + key.id + "_"));
  CHECK(key.hash.size() == 64);
  CHECK(key.hash.find(key.text.substr(12)) == std::string::npos);
  REQUIRE(api_key_id(key.text));
  CHECK(*api_key_id(key.text) == key.id);
  CHECK(verify_api_key(key.text, key.id, key.hash));

  auto other = make_api_key();
  CHECK_FALSE(verify_api_key(other.text, key.id, key.hash));
  CHECK_FALSE(verify_api_key(key.text, other.id, key.hash));
  CHECK_FALSE(verify_api_key(key.text, key.id, ""));
  for (size_t i = 0; i < key.text.size(); ++i) {
    auto bent = key.text;
    bent[i] = bent[i] == 'a' ? 'b' : 'a';
    CHECK_FALSE(verify_api_key(bent, key.id, key.hash));
  }
}

TEST_CASE("what has not the form of a key names no id") {
  auto text = make_api_key().text;
  for (auto bad :
       {std::string{}, std::string{"vk_"}, text + "A", text.substr(1), text.substr(0, 54), std::string(55, 'v')}) {
    auto id = api_key_id(bad);
    REQUIRE_FALSE(id);
    CHECK(id.error().code == errc::not_found);
  }
  REQUIRE(
      rc::check("whatever comes in", [](const std::string& any) { RC_ASSERT(!verify_api_key(any, "k_000000", "")); }));
}
