#include <catch2/catch.hpp>

#include "messages/values/header_fields.hpp"

using namespace vigie;

TEST_CASE("of equal names the last one counts") {
  header_fields x{{"etag", "1"}, {"date", "d"}};
  x.add("etag", "2");
  CHECK(x.value("etag") == "2");
  CHECK(x.find("etag")->second == "2");
  x["etag"] = "3";
  CHECK(x.value("etag") == "3");
  CHECK(x.value("date") == "d");
  CHECK(x == header_fields{{"etag", "1"}, {"date", "d"}, {"etag", "3"}});
}

TEST_CASE("a name that is not there") {
  header_fields x;
  CHECK(x.find("etag") == x.end());
  CHECK_FALSE(x.contains("etag"));
  CHECK(x.value("etag").empty());
  x["etag"] = "1";
  CHECK(x.contains("etag"));
  CHECK_FALSE(x.contains("Etag"));
  x.clear();
  CHECK(x.begin() == x.end());
}
