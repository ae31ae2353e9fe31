// What commands print fits the terminal: tables by rank, lines by words, and nothing is lost without a word.
#include <sstream>

#include <catch2/catch.hpp>
#include <rapidcheck/catch.h>

#include "runtime/commands/commands.hpp"
#include "runtime/commands/text_table.hpp"
#include "runtime/commands/watch.hpp"
#include "runtime/commands/wrapping_stream.hpp"

using namespace vigie;

namespace {

using enum text_table::holds;

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> out;
  std::istringstream in{text};
  for (std::string x; std::getline(in, x);)
    out.push_back(std::move(x));
  return out;
}

std::string printed(const text_table& table, size_t columns, bool colour = false) {
  std::ostringstream out;
  output_style style;
  style.columns = columns;
  style.colour = colour;
  table.print(out, style);
  return out.str();
}

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

text_table fleet(text_table::too_wide how = text_table::too_wide::cut) {
  text_table out{
      {{"ID", word}, {"NAME", text, 3}, {"STATE", word, 0}, {"REQUESTS", number, 4}, {"LAST ERROR", text, 1}}, how};
  out.add({"worker-fr", "The worker in France", "healthy", "12", "connection refused by the site, several times over"});
  out.add({"worker-us", "The worker overseas", {"banned", paint::bad}, "1200", ""});
  return out;
}

/// Signs of one and two columns, marks of none, and spaces.
rc::Gen<std::string> some_text() {
  return rc::gen::map(rc::gen::container<std::vector<std::string>>(
                          rc::gen::element<std::string>("a", "b", " ", " ", "é", "e\u0301", "東", "🎁", "한", "-", "…")),
                      [](const std::vector<std::string>& all) {
                        std::string out;
                        for (const auto& x : all)
                          out += x;
                        return out;
                      });
}

std::string without_spaces(std::string x) {
  std::erase(x, ' ');
  std::erase(x, '\n');
  return x;
}

} // namespace

TEST_CASE("a sign is as wide as a terminal shows it") {
  CHECK(display_width("abc") == 3);
  CHECK(display_width("e\u0301te\u0301") == 3);
  CHECK(display_width("東京") == 4);
  CHECK(display_width("한국") == 4);
  CHECK(display_width("🎁✅❌➖") == 8);
  CHECK(display_width("ｆｕｌｌ") == 8);
  CHECK(display_width("ไทยที่") == 4);
  CHECK(display_width("\x1b[31mred\x1b[0m\x1b[K") == 3);
  CHECK(display_width("\xff\xfe") == 2);
  CHECK(cut_to_width("東京都", 5) == "東京…");
  CHECK(cut_to_width("東京都", 4) == "東…");
  CHECK(cut_to_width("abc", 3) == "abc");
  CHECK(cut_to_width("abc", 0) == "");
}

TEST_CASE("a table is whole where there is room, and where nobody says how much there is") {
  const std::string whole =
      "ID         NAME                  STATE    REQUESTS  LAST ERROR\n"
      "worker-fr  The worker in France  healthy        12  connection refused by the site, several "
      "times over\n"
      "worker-us  The worker overseas   banned       1200  \n";
  CHECK(printed(fleet(), 0) == whole);
  CHECK(printed(fleet(), 130) == whole);
}

TEST_CASE("the widest text is cut first, then columns are left out by their rank, which is said") {
  CHECK(printed(fleet(), 80) == "ID         NAME                  STATE    REQUESTS  LAST ERROR\n"
                                "worker-fr  The worker in France  healthy        12  connection refused by the s…\n"
                                "worker-us  The worker overseas   banned       1200  \n");
  CHECK(printed(fleet(), 56) == "ID         NAME               STATE    LAST ERROR\n"
                                "worker-fr  The worker in Fr…  healthy  connection refus…\n"
                                "worker-us  The worker overs…  banned   \n"
                                "not shown: REQUESTS (--wide)\n");
  CHECK(printed(fleet(), 40) == "ID         STATE    LAST ERROR\n"
                                "worker-fr  healthy  connection refused …\n"
                                "worker-us  banned   \n"
                                "not shown: NAME, REQUESTS (--wide)\n");
  CHECK(printed(fleet(), 6) ==
        "ID\nworke…\nworke…\nnot\nshown:\nNAME,\nSTATE,\nREQUES\nTS,\nLAST\nERROR\n(--wid\ne)\n");
}

TEST_CASE("an empty column is the first to go, and nothing is said of it") {
  text_table table{{{"ID", word}, {"BANS", text, 0}, {"NAME", word, 9}}};
  table.add({"worker-fr", "", "in France"});
  CHECK(printed(table, 20) == "ID         NAME\nworker-fr  in France\n");
}

TEST_CASE("a table that explains wraps its texts") {
  text_table table{{{"FIELD", word}, {"VALUE"}}, text_table::too_wide::wrapped};
  table.add({"pausedWhy", {"its page is gone: HTTP 410 of http://127.0.0.1:18080/search", paint::warning}});
  CHECK(printed(table, 40) == "FIELD      VALUE\n"
                              "pausedWhy  its page is gone: HTTP 410 of\n"
                              "           http://127.0.0.1:18080/search\n");
  CHECK(printed(table, 30) == "FIELD      VALUE\n"
                              "pausedWhy  its page is gone:\n"
                              "           HTTP 410 of\n"
                              "           http://127.0.0.1:18\n"
                              "           080/search\n");
}

TEST_CASE("no line of a table is wider than the terminal, and no cell is lost silently") {
  rc::prop("any columns, cells and width", [] {
    auto count = *rc::gen::inRange<size_t>(1, 9);
    auto how = *rc::gen::element(text_table::too_wide::cut, text_table::too_wide::wrapped);
    std::vector<text_table::column> columns;
    for (size_t i = 0; i < count; ++i)
      columns.push_back({"H" + std::to_string(i) + std::string(*rc::gen::inRange<size_t>(0, 8), 'x'),
                         *rc::gen::element(text, word, number), *rc::gen::inRange(0u, 4u)});
    text_table table{columns, how};
    std::vector<std::vector<std::string>> rows(*rc::gen::inRange<size_t>(0, 4));
    for (auto& row : rows) {
      std::vector<text_table::cell> cells;
      for (size_t i = 0; i < count; ++i) {
        row.push_back(*some_text());
        cells.push_back({row.back(), paint::bad});
      }
      table.add(cells);
    }
    auto width = *rc::gen::inRange<size_t>(2, 120);
    size_t empties = 0;
    auto said = printed(table, width, *rc::gen::arbitrary<bool>());
    for (const auto& line : lines_of(said))
      RC_ASSERT(display_width(line) <= width);
    // Piped, or --wide: everything is there.
    auto whole = printed(table, 0);
    for (size_t i = 0; i < count; ++i) {
      RC_ASSERT(has(whole, columns[i].heading));
      for (const auto& row : rows)
        RC_ASSERT(has(whole, row[i].substr(0, row[i].find_last_not_of(' ') + 1)));
    }
    if (how == text_table::too_wide::wrapped || width < 20)
      return;
    // Each column is there, or empty, or named.
    auto tight = printed(table, width);
    std::istringstream headings{lines_of(tight).front()};
    size_t there = 0;
    for (std::string x; headings >> x;)
      ++there;
    auto named = without_spaces(tight.substr(std::min(tight.size(), tight.rfind("\nnot"))));
    for (size_t i = 0; i < count; ++i)
      if (auto empty = std::all_of(rows.begin(), rows.end(), [&](const auto& row) { return row[i].empty(); });
          has(named, columns[i].heading))
        RC_ASSERT(!empty), ++there;
      else if (empty)
        ++empties;
    RC_ASSERT(there <= count && there + empties >= count);
  });
}

TEST_CASE("a cell that fits is shown as it is, blanks at its beginning too") {
  for (auto how : {text_table::too_wide::cut, text_table::too_wide::wrapped}) {
    text_table table{{{"H0"}}, how};
    table.add({" a"});
    CHECK(printed(table, 0) == "H0\n a\n");
  }
}

TEST_CASE("a line that wraps loses nothing, and only a word of its own is too wide") {
  rc::prop("any line", [] {
    auto line = *some_text();
    auto width = *rc::gen::inRange<size_t>(4, 60);
    auto hang = *rc::gen::inRange<size_t>(0, width / 2);
    auto how = *rc::gen::element(breaks::words, breaks::anywhere);
    auto parts = wrapped(line, width, hang, how);
    std::string all;
    for (size_t i = 0; i < parts.size(); ++i) {
      all += parts[i];
      auto start = std::min(parts[i].find_first_not_of(' '), parts[i].size());
      auto alone = parts[i].find(' ', start) == std::string::npos;
      RC_ASSERT(display_width(parts[i]) <= width || (how == breaks::words && alone));
      RC_ASSERT(i == 0 || parts[i].size() <= hang || start == hang);
    }
    RC_ASSERT(without_spaces(all) == without_spaces(line));
  });
  CHECK(wrapped("  - make [cycle] interval at least \"480s\"", 24, 4) ==
        std::vector<std::string>{"  - make [cycle]", "    interval at least", "    \"480s\""});
  CHECK(wrapped("", 10) == std::vector<std::string>{""});
  CHECK(wrapped("http://127.0.0.1:18080/search?q=1 is gone", 20) ==
        std::vector<std::string>{"http://127.0.0.1:18080/search?q=1", "is gone"});
}

TEST_CASE("what goes to a terminal is wrapped line by line, rewritten lines and pipes are left alone") {
  std::ostringstream target;
  {
    std::ostream out{target.rdbuf()};
    out.setf(std::ios::unitbuf); // as std::cerr
    wrapping_stream wrap{out, 24};
    out << "main.toml:3:1: error: "
        << "this key is not "
        << "known\n    Did you mean \"interval\"?\n";
    out << "\r\x1b[Krun 12: 10/41 alerts, 17 matches" << std::flush << "\r\x1b[K";
    out << "short\n\n";
    out << "run 12: 10/41" << std::flush << "\r\x1b[Krun 12 completed in 302ms: all is well\n";
    out << "last";
  }
  CHECK(target.str() == "main.toml:3:1: error:\n  this key is not known\n    Did you mean\n      \"interval\"?\n"
                        "\r\x1b[Krun 12: 10/41 alerts, 17 matches\r\x1b[Kshort\n\n"
                        "run 12: 10/41\r\x1b[Krun 12 completed in\n  302ms: all is well\nlast");
  std::ostringstream pipe;
  {
    wrapping_stream wrap{pipe, 0};
    pipe << "a line that is longer than any terminal that anybody has ever seen on this side of the moon\n";
  }
  CHECK(has(pipe.str(), "longer than any terminal that anybody has ever seen on this side of the moon\n"));
}

namespace {

struct watched {
  int code = 0;
  std::string out, err;
};

/// Four turns of a command that says and returns these.
watched watch_turns(const std::vector<std::pair<int, std::string>>& turns, output_style style, size_t rows = 24) {
  size_t turn = 0;
  watching what;
  what.command = "vigie workers";
  what.show = [&](const output_style&, std::ostream& out, std::ostream& err) {
    const auto& [code, said] = turns[turn];
    (code == exit_done ? out : err) << said;
    return code;
  };
  what.now = [&] { return from_unix_ms(1795300715000 + static_cast<int64_t>(turn) * 2000); };
  what.size = [rows] { return terminal_size{40, rows}; };
  what.wait = [&](duration) { return ++turn < turns.size(); };
  std::ostringstream out, err;
  auto code = watch(what, style, out, err);
  return {code, out.str(), err.str()};
}

} // namespace

TEST_CASE("--watch without a terminal: turn under turn, and a node that is away is said and asked again") {
  auto said = watch_turns({{exit_done, "4 up\n"}, {exit_unreachable, "No answer\n"}, {exit_done, "3 up\n"}}, {});
  CHECK(said.code == exit_done);
  CHECK(said.err == "");
  CHECK(said.out ==
        "--- vigie workers, 22:38:35 UTC, every 2.0s\n4 up\n"
        "--- vigie workers, 22:38:37 UTC, every 2.0s\nNo answer\nTrying again every 2.0s. What was there at "
        "22:38:35:\n\n4 up\n"
        "--- vigie workers, 22:38:39 UTC, every 2.0s\n3 up\n");
}

TEST_CASE("--watch on a terminal: the screen is redrawn, and no more is drawn than fits") {
  output_style style;
  style.terminal = true;
  style.columns = 40;
  auto said = watch_turns({{exit_done, "1\n2\n3\n4\n"}, {exit_done, "one\ntwo\n"}}, style, 5);
  CHECK(said.out ==
        "\x1b[Hvigie workers, 22:38:35 UTC, every 2.0s…\x1b[K\n1\x1b[K\n2\x1b[K\n… 2 more lines\x1b[K\n\x1b[J"
        "\x1b[Hvigie workers, 22:38:37 UTC, every 2.0s…\x1b[K\none\x1b[K\ntwo\x1b[K\n\x1b[J");
  auto long_line = watch_turns({{exit_done, "a line of more than forty columns, which is wrapped\n"}}, style);
  CHECK(has(long_line.out, "a line of more than forty columns, which\x1b[K\n  is wrapped\x1b[K\n"));
}

TEST_CASE("--watch: JSON stays a line a turn, usage ends it, and so does a reader that is gone") {
  output_style style;
  style.json = true;
  auto json =
      watch_turns({{exit_done, "{\"a\":1}\n"}, {exit_unreachable, "No answer\n"}, {exit_done, "{\"a\":2}\n"}}, style);
  CHECK(json.out == "{\"a\":1}\n{\"a\":2}\n");
  CHECK(json.err == "No answer\n");
  auto usage = watch_turns({{exit_usage, "There is no vigie.toml here.\n"}, {exit_done, "never\n"}}, {});
  CHECK(usage.code == exit_usage);
  CHECK(usage.err == "There is no vigie.toml here.\n");
  size_t turns = 0;
  watching what;
  what.show = [&](const output_style&, std::ostream& out, std::ostream&) { return ++turns, out << "x\n", exit_done; };
  what.now = [] { return wall_time{}; };
  what.size = [] { return terminal_size{}; };
  what.wait = [](duration) { return true; };
  std::ostringstream out, err;
  out.setstate(std::ios::badbit);
  CHECK(watch(what, {}, out, err) == exit_done);
  CHECK(turns == 1);
}
