// robots.txt by RFC 9309: a table of files and verdicts. What holds for every file is in robots_properties_test.cpp.
#include <set>

#include <catch2/catch.hpp>

#include "actors/policy/robots_line.hpp"
#include "actors/policy/robots_txt.hpp"
#include "actors/policy/url_template.hpp"

using namespace vigie;
using namespace std::string_literals;

namespace {

constexpr bool allow = true;
constexpr bool disallow = false;

struct row {
  const char* what;
  std::string body;
  const char* agent;
  std::string url; ///< behind http://example.com
  bool allowed;
  uint32_t line; ///< of the rule that decided; 0 = none
};

robots_verdict verdict(const std::string& body, const std::string& agent, const std::string& url) {
  auto parsed = parse_url("http://example.com" + url);
  REQUIRE(parsed);
  return decide(parse_robots(body, agent), parsed->target);
}

std::string everyone(const std::string& rules) {
  return "User-agent: *\n" + rules;
}

// RFC 9309, 5.1.
const std::string simple_example = "User-Agent: *\n"
                                   "Disallow: *.gif$\n"
                                   "Disallow: /example/\n"
                                   "Allow: /publications/\n"
                                   "\n"
                                   "User-Agent: foobot\n"
                                   "Disallow:/\n"
                                   "Allow:/example/page.html\n"
                                   "Allow:/example/allowed.gif\n"
                                   "\n"
                                   "User-Agent: barbot\n"
                                   "User-Agent: bazbot\n"
                                   "Disallow: /example/page.html\n"
                                   "\n"
                                   "User-Agent: quxbot\n";
// 5.2.
const std::string longest_example = "User-Agent: foobot\n"
                                    "Allow: /example/page/\n"
                                    "Disallow: /example/page/disallowed.gif\n";
// 2.2.1: groups of one token are merged.
const std::string merged_example = "User-agent: ExampleBot\n"
                                   "Disallow: /foo\n"
                                   "Disallow: /bar\n"
                                   "\n"
                                   "User-agent: BazBot\n"
                                   "Disallow: /other\n"
                                   "\n"
                                   "User-agent: examplebot\n"
                                   "Disallow: /baz\n";

std::vector<row> rfc_rows() {
  return {
      {"5.1 everyone: a picture anywhere", simple_example, "otherbot", "/a/b.gif", disallow, 2},
      {"5.1 everyone: $ ends the path", simple_example, "otherbot", "/a/b.gifs", allow, 0},
      {"5.1 everyone: a folder", simple_example, "otherbot", "/example/page.html", disallow, 3},
      {"5.1 everyone: an Allow that is longer", simple_example, "otherbot", "/publications/x.gif", allow, 4},
      {"5.1 everyone: nothing matches", simple_example, "otherbot", "/", allow, 0},
      {"5.1 foobot: everything", simple_example, "foobot", "/", disallow, 7},
      {"5.1 foobot: the page", simple_example, "foobot", "/example/page.html", allow, 8},
      {"5.1 foobot: the picture", simple_example, "foobot", "/example/allowed.gif", allow, 9},
      {"5.1 foobot: not what is for everyone", simple_example, "foobot", "/publications/", disallow, 7},
      {"5.1 barbot: first of two names", simple_example, "barbot", "/example/page.html", disallow, 13},
      {"5.1 bazbot: second of two names", simple_example, "bazbot", "/example/page.html", disallow, 13},
      {"5.1 bazbot: nothing else", simple_example, "bazbot", "/example/b.gif", allow, 0},
      {"5.1 quxbot: a group without rules", simple_example, "quxbot", "/example/b.gif", allow, 0},
      {"5.2 the folder", longest_example, "foobot", "/example/page/x", allow, 2},
      {"5.2 the longest match", longest_example, "foobot", "/example/page/disallowed.gif", disallow, 3},
      {"2.2.1 merged: of the first", merged_example, "ExampleBot", "/bar", disallow, 3},
      {"2.2.1 merged: of the second", merged_example, "ExampleBot", "/baz", disallow, 9},
      {"2.2.1 merged: not of another", merged_example, "ExampleBot", "/other", allow, 0},
      {"2.2.1 token in another case", merged_example, "EXAMPLEBOT", "/foo", disallow, 2},
      {"2.2.1 no group, no *", merged_example, "nobody", "/foo", allow, 0},
      {"2.2.2 case of paths counts", everyone("Disallow: /Foo\n"), "b", "/foo", allow, 0},
      {"2.2.2 the first octet on", everyone("Disallow: /foo\n"), "b", "/a/foo", allow, 0},
      {"2.2.2 equal: Allow", everyone("Disallow: /foo\nAllow: /foo\n"), "b", "/foo", allow, 3},
      {"2.2.2 equal, written differently: Allow", everyone("Disallow: /%66oo\nAllow: /foo\n"), "b", "/foo", allow, 3},
      {"2.2.2 /robots.txt itself", everyone("Disallow: /\n"), "b", "/robots.txt", allow, 0},
      {"2.2.2 only /robots.txt itself", everyone("Disallow: /\n"), "b", "/robots.txt2", disallow, 2},
      {"2.2.2 not in a folder", everyone("Disallow: /\n"), "b", "/a/robots.txt", disallow, 2},
      {"2.2.2 table 1", everyone("Disallow: /foo/bar?baz=quz\n"), "b", "/foo/bar?baz=quz", disallow, 2},
      {"2.2.2 table 2: both plain", everyone("Disallow: /foo/bar?baz=https://foo.bar\n"), "b",
       "/foo/bar?baz=https://foo.bar", disallow, 2},
      {"2.2.2 table 2: URL encoded", everyone("Disallow: /foo/bar?baz=https://foo.bar\n"), "b",
       "/foo/bar?baz=https%3A%2F%2Ffoo.bar", disallow, 2},
      {"2.2.2 table 2: rule encoded", everyone("Disallow: /foo/bar?baz=https%3A%2F%2Ffoo.bar\n"), "b",
       "/foo/bar?baz=https://foo.bar", disallow, 2},
      {"2.2.2 table 3: both plain", everyone("Disallow: /foo/bar/ツ\n"), "b", "/foo/bar/ツ", disallow, 2},
      {"2.2.2 table 3: URL encoded", everyone("Disallow: /foo/bar/ツ\n"), "b", "/foo/bar/%E3%83%84", disallow, 2},
      {"2.2.2 table 4: rule encoded", everyone("Disallow: /foo/bar/%E3%83%84\n"), "b", "/foo/bar/ツ", disallow, 2},
      {"2.2.2 table 5: rule encoded", everyone("Disallow: /foo/bar/%62%61%7A\n"), "b", "/foo/bar/baz", disallow, 2},
      {"2.2.2 table 5: URL encoded", everyone("Disallow: /foo/bar/baz\n"), "b", "/foo/bar/%62%61%7A", disallow, 2},
      {"2.2.3 comment in a line", everyone("Disallow: / # comment\n"), "b", "/x", disallow, 2},
      {"2.2.3 exactly", everyone("Disallow: /this/path/exactly$\n"), "b", "/this/path/exactly", disallow, 2},
      {"2.2.3 exactly, not longer", everyone("Disallow: /this/path/exactly$\n"), "b", "/this/path/exactly/", allow, 0},
      {"2.2.3 star between", everyone("Disallow: /this/*/exactly\n"), "b", "/this/a/b/exactly", disallow, 2},
      {"2.2.3 star is nothing too", everyone("Disallow: /this/*/exactly\n"), "b", "/this//exactly", disallow, 2},
      {"2.2.3 %2A is the character", everyone("Disallow: /path/file-with-a-%2A.html\n"), "b",
       "/path/file-with-a-*.html", disallow, 2},
      {"2.2.3 %2A is no wildcard", everyone("Disallow: /path/file-with-a-%2A.html\n"), "b", "/path/file-with-a-b.html",
       allow, 0},
      {"2.2.3 %24 is the character", everyone("Disallow: /path/foo-%24\n"), "b", "/path/foo-$", disallow, 2},
      {"2.2.3 %24 is no end", everyone("Disallow: /path/foo-%24\n"), "b", "/path/foo-", allow, 0},
      {"2.2.4 Sitemap ends no group", "User-agent: a\nSitemap: http://x/y\nUser-agent: b\nDisallow: /\n", "a", "/",
       disallow, 4},
      {"2.2.4 Sitemap between rules", "User-agent: a\nDisallow: /x\nSitemap: http://x/y\nDisallow: /y\n", "a", "/y",
       disallow, 4},
      {"2.2.4 unknown ends no group", "User-agent: a\nNoindex: /z\nUser-agent: b\nDisallow: /\n", "a", "/", disallow,
       4},
  };
}

std::vector<row> agent_rows() {
  return {
      {"no file at all", "", "b", "/x", allow, 0},
      {"only a comment", "# nothing\n", "b", "/x", allow, 0},
      {"rules before any group", "Disallow: /\nUser-agent: *\nDisallow: /x\n", "b", "/y", allow, 0},
      {"rules before any group, no group", "Disallow: /\n", "b", "/y", allow, 0},
      {"a longer name", "User-agent: FooBot-News\nDisallow: /\n", "FooBot", "/x", allow, 0},
      {"a shorter name", "User-agent: Foo\nDisallow: /\n", "FooBot", "/x", allow, 0},
      {"the end of the name", "User-agent: Bot\nDisallow: /\n", "FooBot", "/x", allow, 0},
      {"a name around it", "User-agent: MyFooBotX\nDisallow: /\n", "FooBot", "/x", allow, 0},
      {"_ is part of a name", "User-agent: Foo_Bot\nDisallow: /\n", "Foo", "/x", allow, 0},
      {"- is part of a name", "User-agent: Foo-Bot\nDisallow: /\n", "foo-bot", "/x", disallow, 2},
      {"a version", "User-agent: Foo/1.2\nDisallow: /\n", "Foo", "/x", disallow, 2},
      {"a whole identification", "User-agent: Foo (+http://foo.bar)\nDisallow: /\n", "Foo", "/x", disallow, 2},
      {"a browser's words", "User-agent: Mozilla/5.0 (compatible; Foo/1.2)\nDisallow: /\n", "Foo", "/x", allow, 0},
      {"several names in a line", "User-agent: Bar, Foo\nDisallow: /\n", "Foo", "/x", allow, 0},
      {"a number", "User-agent: 008\nDisallow: /\n", "Foo", "/x", allow, 0},
      {"an empty name", "User-agent:\nDisallow: /\n", "Foo", "/x", allow, 0},
      {"an empty name is not everyone", "User-agent:\nDisallow: /\nUser-agent: *\nDisallow: /x\n", "Foo", "/y", allow,
       0},
      {"everyone with words behind", "User-agent: * all\nDisallow: /\n", "Foo", "/x", disallow, 2},
      {"a star in a name is none", "User-agent: *Foo\nDisallow: /\n", "Foo", "/x", allow, 0},
      {"a name with a star", "User-agent: Foo*\nDisallow: /\n", "Foo", "/x", disallow, 2},
      {"own group before everyone's", "User-agent: Foo\nDisallow: /a\nUser-agent: *\nDisallow: /\n", "Foo", "/b", allow,
       0},
      {"own group behind everyone's", "User-agent: *\nDisallow: /\nUser-agent: Foo\nDisallow: /a\n", "Foo", "/a",
       disallow, 4},
      {"own empty group behind everyone's", "User-agent: *\nDisallow: /\nUser-agent: Foo\nDisallow:\n", "Foo", "/a",
       allow, 0},
      {"own group without rules at the end", "User-agent: *\nDisallow: /\nUser-agent: Foo", "Foo", "/a", allow, 0},
      {"two groups for everyone",
       "User-agent: *\nDisallow: /a\nUser-agent: x\nDisallow: /b\nUser-agent: *\nDisallow: /c\n", "Foo", "/c", disallow,
       6},
      {"name and star together", "User-agent: Foo\nUser-agent: *\nDisallow: /a\n", "Bar", "/a", disallow, 3},
      {"name and star together, named", "User-agent: Foo\nUser-agent: *\nDisallow: /a\n", "Foo", "/a", disallow, 3},
      {"the same name twice", "User-agent: Foo\nUser-agent: foo\nDisallow: /a\n", "Foo", "/a", disallow, 3},
      {"a blank line ends no group", "User-agent: Foo\n\nDisallow: /a\n\n\nDisallow: /b\n", "Foo", "/b", disallow, 6},
      {"a blank line between names", "User-agent: Foo\n\nUser-agent: Bar\nDisallow: /a\n", "Foo", "/a", disallow, 4},
      {"a rule ends the names", "User-agent: Foo\nDisallow: /a\nUser-agent: Bar\nDisallow: /b\n", "Foo", "/b", allow,
       0},
      {"an empty rule ends the names", "User-agent: Foo\nDisallow:\nUser-agent: Bar\nDisallow: /b\n", "Foo", "/b",
       allow, 0},
      {"a senseless rule ends the names", "User-agent: Foo\nDisallow: x\nUser-agent: Bar\nDisallow: /b\n", "Foo", "/b",
       allow, 0},
      {"Crawl-delay ends no names", "User-agent: Foo\nCrawl-delay: 5\nUser-agent: Bar\nDisallow: /b\n", "Foo", "/b",
       disallow, 4},
      {"Request-rate ends no names", "User-agent: Foo\nRequest-rate: 1/5\nUser-agent: Bar\nDisallow: /b\n", "Foo", "/b",
       disallow, 4},
      {"nonsense ends no names", "User-agent: Foo\n???\nUser-agent: Bar\nDisallow: /b\n", "Foo", "/b", disallow, 4},
  };
}

std::vector<row> line_rows() {
  return {
      {"LF", "User-agent: *\nDisallow: /x\n", "b", "/x", disallow, 2},
      {"CR", "User-agent: *\rDisallow: /x\r", "b", "/x", disallow, 2},
      {"CRLF", "User-agent: *\r\nDisallow: /x\r\n", "b", "/x", disallow, 2},
      {"mixed line ends", "User-agent: *\r\n\rDisallow: /a\n\r\nDisallow: /x\r", "b", "/x", disallow, 5},
      {"LF CR are two", "User-agent: *\n\rDisallow: /x", "b", "/x", disallow, 3},
      {"no final line end", "User-agent: *\nDisallow: /x", "b", "/x", disallow, 2},
      {"byte order mark", "\xEF\xBB\xBFUser-agent: *\nDisallow: /x\n", "b", "/x", disallow, 2},
      {"byte order mark twice", "\xEF\xBB\xBF\xEF\xBB\xBFUser-agent: *\nDisallow: /x\n", "b", "/x", allow, 0},
      {"byte order mark later",
       "User-agent: *\n\xEF\xBB\xBF"
       "Disallow: /x\n",
       "b", "/x", allow, 0},
      {"only a byte order mark", "\xEF\xBB\xBF", "b", "/x", allow, 0},
      {"NUL behind a value", "User-agent: *\nDisallow: /x\0\n"s, "b", "/xy", disallow, 2},
      {"NUL in a value ends it", "User-agent: *\nDisallow: /x\0yz\n"s, "b", "/xa", disallow, 2},
      {"NUL before a field", "\0User-agent: *\nDisallow: /x\n"s, "b", "/x", disallow, 2},
      {"a line of NULs", "User-agent: *\n\0\0\0\nDisallow: /x\n"s, "b", "/x", disallow, 3},
      {"NULs only", std::string(64, '\0'), "b", "/x", allow, 0},
      {"UTF-16", "\xFF\xFEU\0s\0e\0r\0"s, "b", "/x", allow, 0},
      {"lower case fields", "user-agent: *\ndisallow: /x\n", "b", "/x", disallow, 2},
      {"upper case fields", "USER-AGENT: *\nDISALLOW: /x\n", "b", "/x", disallow, 2},
      {"blanks around everything", " \tUser-agent \t:\t * \t\n\t Disallow\t:  /x\t \n", "b", "/x", disallow, 2},
      {"no blanks at all", "User-agent:*\nDisallow:/x\n", "b", "/x", disallow, 2},
      {"blanks for a colon, two words", "User-agent *\nDisallow /x\n", "b", "/x", disallow, 2},
      {"blanks for a colon, three words", everyone("Disallow /x /y\n"), "b", "/x", allow, 0},
      {"another separator", everyone("Disallow=/x\n"), "b", "/x", allow, 0},
      {"two colons", everyone("Disallow:: /x\n"), "b", "/x", allow, 0},
      {"a colon in the path", everyone("Disallow: /x:y\n"), "b", "/x:y/z", disallow, 2},
      {"a comment without a blank", everyone("Disallow: /x#y\n"), "b", "/x", disallow, 2},
      {"a comment instead of a path", everyone("Disallow: # /x\n"), "b", "/x", allow, 0},
      {"a rule in a comment", everyone("# Disallow: /x\n"), "b", "/x", allow, 0},
      {"a comment behind a name", "User-agent: Foo # me\nDisallow: /x\n", "Foo", "/x", disallow, 2},
      {"useragent", "useragent: Foo\nDisallow: /x\n", "Foo", "/x", disallow, 2},
      {"User Agent", "User Agent: Foo\nDisallow: /x\n", "Foo", "/x", disallow, 2},
      {"dissallow", everyone("Dissallow: /x\n"), "b", "/x", disallow, 2},
      {"dissalow", everyone("dissalow: /x\n"), "b", "/x", disallow, 2},
      {"disalow", everyone("Disalow: /x\n"), "b", "/x", disallow, 2},
      {"diasllow", everyone("diasllow: /x\n"), "b", "/x", disallow, 2},
      {"disallaw", everyone("disallaw: /x\n"), "b", "/x", disallow, 2},
      {"a misspelling that nobody knows", everyone("Desallow: /x\n"), "b", "/x", allow, 0},
      {"a field that begins like one", everyone("Disallowed: /x\n"), "b", "/x", allow, 0},
      {"an Allow misspelt", everyone("Disallow: /\nAlow: /x\n"), "b", "/x", disallow, 2},
      {"HTML instead", "<!DOCTYPE html>\n<html><head><title>404: not found</title></head>\n<body>Disallow: /</body>\n",
       "b", "/", allow, 0},
      {"JSON instead", "{\"user-agent\": \"*\", \"disallow\": \"/\"}\n", "b", "/", allow, 0},
      {"a rule behind HTML", "<p>\nUser-agent: *\nDisallow: /x\n", "b", "/x", disallow, 3},
      {"an overlong comment", everyone("#" + std::string(100000, 'c') + "\nDisallow: /x\n"), "b", "/x", disallow, 3},
      {"an overlong comment behind a rule", everyone("Disallow: /x #" + std::string(100000, 'c') + "\n"), "b", "/x",
       disallow, 2},
      {"a line behind an overlong one", everyone("Disallow: /" + std::string(100000, 'a') + "\nDisallow: /x\n"), "b",
       "/x", disallow, 3},
      {"an overlong Allow is not kept", everyone("Disallow: /\nAllow: /*" + std::string(100000, '*') + "x\n"), "b",
       "/y", disallow, 2},
      {"an overlong Disallow is cut", everyone("Disallow: /*" + std::string(100000, '*') + "x\n"), "b", "/y", disallow,
       2},
      {"the last rule behind 512 KiB", everyone("Disallow: /a\n") + std::string(600 << 10, '#') + "\nDisallow: /x\n",
       "b", "/x", allow, 0},
      {"a rule before 512 KiB of 600", everyone("Disallow: /a\n") + std::string(600 << 10, '#') + "\nDisallow: /x\n",
       "b", "/a", disallow, 2},
      {"a rule that 512 KiB cuts", everyone(std::string((512 << 10) - 14 - 12, '\n') + "Disallow: /private\n"), "b",
       "/x", allow, 0},
      {"a rule that ends with 512 KiB", everyone(std::string((512 << 10) - 14 - 12, '\n') + "Disallow: /x\n"), "b",
       "/x", disallow, (512 << 10) - 14 - 12 + 2},
  };
}

std::vector<row> path_rows() {
  return {
      {"an empty Disallow", everyone("Disallow:\n"), "b", "/x", allow, 0},
      {"an empty Allow", everyone("Disallow: /x\nAllow:\n"), "b", "/x", disallow, 2},
      {"everything", everyone("Disallow: /\n"), "b", "/", disallow, 2},
      {"everything, no path in the URL", everyone("Disallow: /\n"), "b", "", disallow, 2},
      {"everything, a query only", everyone("Disallow: /?\n"), "b", "?q=1", disallow, 2},
      {"the start page only", everyone("Disallow: /$\n"), "b", "/", disallow, 2},
      {"the start page only, another", everyone("Disallow: /$\n"), "b", "/x", allow, 0},
      {"a prefix", everyone("Disallow: /fish\n"), "b", "/fishheads/yummy.html", disallow, 2},
      {"a prefix with a query", everyone("Disallow: /fish\n"), "b", "/fish.php?id=anything", disallow, 2},
      {"a folder", everyone("Disallow: /fish/\n"), "b", "/fish", allow, 0},
      {"a folder's file", everyone("Disallow: /fish/\n"), "b", "/fish/salmon.htm", disallow, 2},
      {"a trailing star", everyone("Disallow: /fish*\n"), "b", "/fish", disallow, 2},
      {"a trailing star and more", everyone("Disallow: /fish*\n"), "b", "/fish/a?b", disallow, 2},
      {"a leading star", everyone("Disallow: *.pdf\n"), "b", "/a/b.pdf", disallow, 2},
      {"a star alone", everyone("Disallow: *\n"), "b", "/x", disallow, 2},
      {"stars in a row", everyone("Disallow: /a***b\n"), "b", "/a/x/b", disallow, 2},
      {"stars in a row are one: Allow wins", everyone("Disallow: /a**\nAllow: /a*\n"), "b", "/ab", allow, 3},
      {"star and end", everyone("Disallow: /*.php$\n"), "b", "/folder/f.php", disallow, 2},
      {"star and end, a query", everyone("Disallow: /*.php$\n"), "b", "/f.php?x", allow, 0},
      {"star and end, the text twice", everyone("Disallow: /*.php$\n"), "b", "/a.php/b.php", disallow, 2},
      {"star, then end at once", everyone("Disallow: /a*$\n"), "b", "/abc", disallow, 2},
      {"the end may not overlap the start", everyone("Disallow: /ab*ba$\n"), "b", "/aba", allow, 0},
      {"pieces in order", everyone("Disallow: /*a*b*c\n"), "b", "/xaxbxc", disallow, 2},
      {"pieces out of order", everyone("Disallow: /*a*b*c\n"), "b", "/xcxbxa", allow, 0},
      {"a piece that begins again inside itself", everyone("Disallow: /*aab\n"), "b", "/aaab", disallow, 2},
      {"$ in the middle is itself", everyone("Disallow: /a$b\n"), "b", "/a$bc", disallow, 2},
      {"$ in the middle ends nothing", everyone("Disallow: /a$b\n"), "b", "/a", allow, 0},
      {"$$: the character at the end", everyone("Disallow: /a$$\n"), "b", "/a$", disallow, 2},
      {"$$: not behind it", everyone("Disallow: /a$$\n"), "b", "/a$b", allow, 0},
      {"$ alone matches no path", everyone("Disallow: $\n"), "b", "/", allow, 0},
      {"a path without its slash", everyone("Disallow: x\n"), "b", "/x", allow, 0},
      {"a whole URL as path", everyone("Disallow: http://example.com/x\n"), "b", "/x", allow, 0},
      {"longest: Allow in a forbidden folder", everyone("Disallow: /a/\nAllow: /a/b\n"), "b", "/a/b/c", allow, 3},
      {"longest: order does not count", everyone("Allow: /a/b\nDisallow: /a/\n"), "b", "/a/b/c", allow, 2},
      {"longest: Disallow in an allowed folder", everyone("Allow: /p\nDisallow: /\n"), "b", "/page", allow, 2},
      {"longest: a star counts", everyone("Allow: /page\nDisallow: /*.htm\n"), "b", "/page.htm", disallow, 3},
      {"longest: as long, Allow", everyone("Allow: /folder\nDisallow: /folder\n"), "b", "/folder/page", allow, 2},
      {"longest: the end counts", everyone("Allow: /$\nDisallow: /\n"), "b", "/", allow, 2},
      {"longest: octets, not letters", everyone("Allow: /aaa\nDisallow: /*ツ\n"), "b", "/aaaツ", disallow, 3},
      {"longest: of two equal ones the first", everyone("Disallow: /ab\nDisallow: /ab\n"), "b", "/ab", disallow, 2},
      {"hex digits in lower case", everyone("Disallow: /a%2fb\n"), "b", "/a%2Fb", disallow, 2},
      {"an encoded slash is no slash", everyone("Disallow: /a/b\n"), "b", "/a%2Fb", allow, 0},
      {"a slash is no encoded one", everyone("Disallow: /a%2Fb\n"), "b", "/a/b", allow, 0},
      {"an encoded ? is none", everyone("Disallow: /a?b\n"), "b", "/a%3Fb", allow, 0},
      {"an encoded & is none", everyone("Disallow: /a?b&c\n"), "b", "/a?b%26c", allow, 0},
      {"an encoded ~", everyone("Disallow: /%7Ejoe/\n"), "b", "/~joe/index.html", disallow, 2},
      {"a plain ~", everyone("Disallow: /~joe/\n"), "b", "/%7ejoe/index.html", disallow, 2},
      {"a blank in a rule", everyone("Disallow: /a b\n"), "b", "/a%20b", disallow, 2},
      {"a brace in a rule", everyone("Disallow: /a{b}\n"), "b", "/a%7Bb%7d", disallow, 2},
      {"a percent sign alone", everyone("Disallow: /100%\n"), "b", "/100%25", disallow, 2},
      {"a percent sign and one digit", everyone("Disallow: /100%2\n"), "b", "/100%252", disallow, 2},
      {"an encoded percent sign is decoded once", everyone("Disallow: /a%2561\n"), "b", "/aa", allow, 0},
      {"an encoded percent sign", everyone("Disallow: /a%2561\n"), "b", "/a%2561", disallow, 2},
      {"an encoded NUL", everyone("Disallow: /a%00\n"), "b", "/a%00b", disallow, 2},
      {"bytes that are no UTF-8", everyone("Disallow: /\xE9\n"), "b", "/%e9t", disallow, 2},
      {"UTF-8 in part", everyone("Disallow: /%C3\n"), "b", "/é", disallow, 2},
      {"SanJosé, Latin spelling", everyone("Disallow: /SanJoséSellers\n"), "b", "/SanJos%C3%A9Sellers", disallow, 2},
      {"a query anywhere", everyone("Disallow: /*?\n"), "b", "/a/b?c=d", disallow, 2},
      {"a query's parameter", everyone("Disallow: /*&sort=\n"), "b", "/s?q=a&sort=price", disallow, 2},
      {"a path in the query, by a star", everyone("Disallow: /*/print\n"), "b", "/s?q=/a/print", disallow, 2},
      {"an encoded URL in the query, by a star", everyone("Disallow: /*=http%3A%2F%2F\n"), "b", "/s?u=http%3a%2f%2fx",
       disallow, 2},
      {"a fragment is not part of it", everyone("Disallow: /*b\n"), "b", "/a#b", allow, 0},
      {"dots are taken out of the URL", everyone("Disallow: /private\n"), "b", "/public/../private/x", disallow, 2},
      {"encoded dots too", everyone("Disallow: /private\n"), "b", "/public/%2e%2E/private/x", disallow, 2},
      {"one dot", everyone("Disallow: /private\n"), "b", "/./private/x", disallow, 2},
      {"dots above the root", everyone("Disallow: /private\n"), "b", "/../../private", disallow, 2},
      {"dots that leave a folder", everyone("Disallow: /private\n"), "b", "/private/..", allow, 0},
      {"dots in the query stay", everyone("Disallow: /a?p=/../b\n"), "b", "/a?p=/../b", disallow, 2},
      {"two slashes are two", everyone("Disallow: /a/b\n"), "b", "/a//b", allow, 0},
      {"/robots.txt, encoded", everyone("Disallow: /\n"), "b", "/%72obots.txt", allow, 0},
      {"/robots.txt with a query is another", everyone("Disallow: /\n"), "b", "/robots.txt?x", disallow, 2},
  };
}

void check_rows(const std::vector<row>& rows) {
  for (const auto& x : rows) {
    INFO(x.what << ": " << x.agent << " asks for " << x.url);
    auto got = verdict(x.body, x.agent, x.url);
    CHECK(got.allowed == x.allowed);
    CHECK(got.line == x.line);
    CHECK((got.why == robots_reason::rule) == (x.line > 0));
    CHECK(got.rule.empty() == (x.line == 0));
  }
}

} // namespace

TEST_CASE("every row of the table") {
  check_rows(rfc_rows());
  check_rows(agent_rows());
  check_rows(line_rows());
  check_rows(path_rows());
  REQUIRE(rfc_rows().size() + agent_rows().size() + line_rows().size() + path_rows().size() >= 120);
}

TEST_CASE("a verdict names what decided") {
  auto got = verdict("User-agent: FooBot/2\nDisallow:   /a%2fb  # no\n", "foobot", "/a%2Fb/c");
  CHECK(got.rule == "Disallow: /a%2fb");
  CHECK(got.line == 2);
  CHECK(got.group == "FooBot");
  CHECK(got.why == robots_reason::rule);
  CHECK(verdict(everyone("Disallow: /x\n"), "b", "/y").group == "*");
  CHECK(verdict(everyone("Disallow: /x\n"), "b", "/y").why == robots_reason::no_match);
  CHECK(verdict("User-agent: x\nDisallow: /x\n", "b", "/x").group.empty());
  CHECK(verdict("User-agent: x\nDisallow: /x\n", "b", "/x").why == robots_reason::no_group);
  CHECK(verdict(everyone("Disallow: /\n"), "b", "/robots.txt").why == robots_reason::robots_txt);
}

TEST_CASE("product tokens") {
  for (auto good : {"a", "FooBot", "foo-bot", "foo_bot", "-", "_"})
    CHECK(is_product_token(good));
  for (auto bad : {"", "*", "foo/1.2", "foo bot", "foo1", "é", "foo\n"})
    CHECK_FALSE(is_product_token(bad));
}

TEST_CASE("crawl delays") {
  auto ms = [](const std::string& lines, const std::string& agent = "b") {
    auto delay = parse_robots(lines, agent).crawl_delay;
    return delay ? delay->count() : -1;
  };
  auto [value, expected] = GENERATE(table<std::string, int64_t>({
      {"10", 10000},
      {"0", 0},
      {"0.5", 500},
      {".25", 250},
      {"1.", 1000},
      {"0.0001", 1},
      {"1.9999", 2000},
      {"1.9990000", 1999},
      {"86400", 86400000},
      {"999999999999999999999999", 31536000000},
      {"99999999999.5", 31536000000},
      {"", -1},
      {".", -1},
      {"-1", -1},
      {"+1", -1},
      {"1,5", -1},
      {"1.2.3", -1},
      {"1e3", -1},
      {"0x10", -1},
      {"10s", -1},
      {"10 s", -1},
      {"nan", -1},
      {"inf", -1},
  }));
  INFO(value);
  CHECK(ms(everyone("Crawl-delay: " + value + "\n")) == expected);
  CHECK(ms("crawl-delay: 9\n" + everyone("CRAWL-DELAY: 7 # s\n")) == 7000);
  CHECK(ms(everyone("Crawl-delay: 2\nCrawl-delay: 9\nCrawl-delay: 3\n")) == 9000);
  CHECK(ms(everyone("Crawl-delay: 2\nCrawl-delay: x\n")) == 2000);
  CHECK(ms("User-agent: *\nCrawl-delay: 9\nDisallow: /\nUser-agent: b\nDisallow: /\n") == -1);
  CHECK(ms("User-agent: b\nCrawl-delay: 4\nDisallow: /\nUser-agent: *\nCrawl-delay: 9\nAllow: /\n") == 4000);
  CHECK(ms("User-agent: b\nCrawl-delay: 4\nDisallow: /\nUser-agent: b\nCrawl-delay: 6\n") == 6000);
  // It belongs to the names directly before it, whatever the group is.
  CHECK(ms("User-agent: c\nCrawl-delay: 4\nUser-agent: b\nDisallow: /\n") == -1);
  CHECK(ms("User-agent: c\nCrawl-delay: 4\nUser-agent: b\nDisallow: /\n", "c") == 4000);
  CHECK(ms("User-agent: c\nUser-agent: b\nCrawl-delay: 4\nDisallow: /\n") == 4000);
  CHECK(ms("User-agent: b\nSitemap: /s\nUser-agent: c\nCrawl-delay: 4\n") == 4000);
  CHECK(ms("User-agent: b\nCrawl-delay: 4\nUser-agent: c\nCrawl-delay: 9\n") == 4000);
  CHECK(ms("User-agent: b\nUser-agent: *\nCrawl-delay: x\nUser-agent: c\nCrawl-delay: 9\n") == -1);
  CHECK(ms("User-agent: b\nDisallow: /x\nCrawl-delay: 4\nDisallow: /y\nCrawl-delay: 5\n") == 5000);
  CHECK(ms("User-agent: *\nCrawl-delay: 120\n\nUser-agent: 008\nDisallow: /\n") == 120000);
  CHECK(ms("User-agent: c\nCrawl-delay: 4\nDisallow: /\nUser-agent: b\nDisallow: /\n") == -1);
  CHECK(ms(everyone("Request-rate: 1/5\nVisit-time: 0600-0845\n")) == -1);
}

TEST_CASE("a delay knows its line, and rules stay the whole group's") {
  auto rules = parse_robots("User-agent: c\nCrawl-delay: 4\nUser-agent: b\nDisallow: /\nCrawl-delay: 2\n", "c");
  CHECK(rules.crawl_delay_line == 2);
  CHECK_FALSE(decide(rules, "/x").allowed);
  CHECK(parse_robots("User-agent: b\nCrawl-delay: 4\nCrawl-delay: 7\nCrawl-delay: 5\n", "b").crawl_delay_line == 3);
  CHECK(parse_robots("User-agent: b\nCrawl-delay: x\n", "b").crawl_delay_line == 0);
}

TEST_CASE("the place of a line") {
  CHECK(place_of_line("https://a.example:8443", 7) == "https://a.example:8443/robots.txt:7");
  CHECK(names_a_line("page 2 https://a.example/robots.txt:7"));
  for (auto other : {"", "page 2", "/robots.txt", "/robots.txt:", "/robots.txt:x", "/robots.txt:7 x", "robots.txt:7"})
    CHECK_FALSE(names_a_line(other));
}

TEST_CASE("sitemaps are collected wherever they stand") {
  auto rules = parse_robots("Sitemap: http://a/1\nUser-agent: x\nSITE-MAP:http://a/2 # two\nDisallow: /\n"
                            "Sitemap:\nsitemap: /3\n",
                            "b");
  CHECK(rules.sitemaps == std::vector<std::string>{"http://a/1", "http://a/2", "/3"});
}

TEST_CASE("limits hold") {
  robots_limits limits;
  CHECK(validate(limits).code == errc::none);
  limits.rules = 3;
  limits.sitemaps = 2;
  std::string body = "User-agent: *\n";
  for (int i = 0; i < 10; ++i)
    body += "Disallow: /" + std::to_string(i) + "\nSitemap: /s" + std::to_string(i) + "\n";
  auto rules = parse_robots(body + "User-agent: b\nDisallow: /x\n", "b", limits);
  CHECK(rules.rules.size() == 1); // the rules of others do not count
  CHECK(parse_robots(body, "b", limits).rules.size() == 3);
  CHECK(parse_robots(body, "b", limits).sitemaps.size() == 2);
  for (auto broken : {robots_limits{0, 1, 1, 1, duration{1}}, robots_limits{1, 0, 1, 1, duration{1}},
                      robots_limits{1, 1, 0, 1, duration{1}}, robots_limits{1, 1, 1, 0, duration{1}},
                      robots_limits{1, 1, 1, 1, duration{0}}})
    CHECK(validate(broken).code == errc::bad_config);
}

TEST_CASE("a version changes with the rules and with nothing else") {
  auto version = [](const std::string& body) { return version_of(parse_robots(body, "b")); };
  auto one = version(everyone("Disallow: /a\nAllow: /b\n"));
  CHECK(version("# c\r\nUSER-AGENT: *\r\n\r\nDisallow:/%61 # d\r\nAllow:  /b\r\nSitemap: /s") == one);
  std::set<uint64_t> others{one};
  for (auto body : {"", "User-agent: *\nDisallow: /a\n", "User-agent: *\nAllow: /a\nAllow: /b\n",
                    "User-agent: *\nDisallow: /aAllow\nAllow: /b\n", "User-agent: *\nDisallow: /a\nAllow: /c\n",
                    "User-agent: b\nDisallow: /a\nAllow: /b\n", "User-agent: *\n",
                    "User-agent: *\nCrawl-delay: 1\nDisallow: /a\nAllow: /b\n"})
    CHECK(others.insert(version(body)).second);
  auto text = robots_version_text(parse_robots("", "b"));
  CHECK(text.size() == 16);
  CHECK(text.find_first_not_of("0123456789abcdef") == std::string::npos);
}
