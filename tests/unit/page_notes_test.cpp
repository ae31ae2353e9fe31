#include "actors/policy/page_notes.hpp"

#include <catch2/catch.hpp>
#include <rapidcheck.h>

using namespace vigie;

namespace {

page_note untitled(std::string place, uint64_t count = 1) {
  return {"an item without a title was left out", "items without a title were left out", std::move(place), count};
}

item thing(std::string id, std::string title, std::string url = "https://shop.example/1") {
  item out;
  out.id.value = std::move(id);
  out.title = std::move(title);
  out.url = std::move(url);
  return out;
}

} // namespace

TEST_CASE("notes of one kind are counted, over pages too, and the first place stays") {
  std::vector<page_note> all;
  CHECK(to_sentences(all).empty());
  add_note(all, untitled("/results/3/title"));
  CHECK(to_sentences(all) == std::vector<std::string>{"an item without a title was left out, at /results/3/title"});
  add_note(all, {"the page is no well-formed XML and was mended", {}, "line 7"});
  add_note(all, untitled("/results/9/title", 4));
  add_note(all, {"the page is no well-formed XML and was mended", {}, "line 1"});
  CHECK(to_sentences(all) ==
        std::vector<std::string>{"5 items without a title were left out, first at /results/3/title",
                                 "the page is no well-formed XML and was mended, first at line 7"});
  CHECK(to_sentence({"a title was cut"}) == "a title was cut");
}

TEST_CASE("kinds of notes are bounded, and that is said") {
  std::vector<page_note> all;
  for (int i = 0; i < 40; ++i)
    add_note(all, {"kind " + std::to_string(i), {}, {}, 2});
  REQUIRE(all.size() == max_page_notes);
  CHECK(to_sentences(all).back() == "50 more notes, of other kinds, are not shown");
  add_note(all, {"kind 3"});
  CHECK(all[3].count == 3);
  // Of several pages into one list, as of one.
  std::vector<page_note> walk;
  for (const auto& x : all)
    add_note(walk, x);
  CHECK(to_sentences(walk) == to_sentences(all));
}

TEST_CASE("what a page says of itself is one line that is safe to show") {
  CHECK(to_sentence({"the charset \"\x1b[31mx\ny\" is unknown", {}, "a\nb"}) ==
        "the charset \"x y\" is unknown, at a b");
  std::string long_place(5000, 'x');
  CHECK(to_sentence(untitled(long_place)).size() == max_note_points);
}

TEST_CASE("sentences are stored a line each, whoever sent them, and come back") {
  CHECK(to_lines({}).empty());
  CHECK(from_lines("").empty());
  CHECK(to_lines({"one", "two"}) == "one\ntwo");
  CHECK(from_lines("one\ntwo") == std::vector<std::string>{"one", "two"});
  std::vector<std::string> flood(1000, std::string(100000, 'x') + "\n");
  auto kept = from_lines(to_lines(flood));
  REQUIRE(kept.size() == max_page_notes);
  CHECK(kept.front().size() == max_note_points);
  REQUIRE(rc::check("any sentences", [](const std::vector<std::string>& sentences) {
    auto lines = from_lines(to_lines(sentences));
    RC_ASSERT(lines.size() <= sentences.size());
    RC_ASSERT(to_lines(lines) == to_lines(sentences));
  }));
}

TEST_CASE("items with one id are those that are not the same item") {
  CHECK(find_same_ids({}).count == 0);
  CHECK(find_same_ids({thing("1", "A"), thing("2", "A")}).count == 0);
  // Listed twice, as a tile above the list: nothing is lost.
  CHECK(find_same_ids({thing("1", "A"), thing("2", "B"), thing("1", "A")}).count == 0);
  auto priced = thing("1", "A");
  priced.price = cents{100};
  for (const auto& other : {thing("1", "B"), thing("1", "A", "https://shop.example/2"), priced})
    CHECK(find_same_ids({thing("1", "A"), other}).count == 1);
  auto found =
      find_same_ids({thing("N/A", "Lampe A"), thing("7", "x"), thing("N/A", "Lampe B"), thing("N/A", "Lampe C")});
  CHECK(to_sentence(found) == "2 items have the id of another one on their page: of these only the first counts, first "
                              "at item 3, \"Lampe B\", id N/A");
}
