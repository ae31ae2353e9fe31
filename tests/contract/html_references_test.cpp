// Character references as the HTML standard resolves them.
#include <algorithm>

#include <catch2/catch.hpp>
#include <rapidcheck.h>

#include "adapters/extract/html_reference_names.hpp"
#include "adapters/extract/html_references.hpp"

using namespace vigie;

namespace {

std::string resolved(std::string_view raw, reference_place place) {
  std::string out;
  append_html_text(raw, place, out);
  return out;
}

} // namespace

TEST_CASE("references in text and in attributes") {
  auto [raw, text, attribute] = GENERATE(table<std::string, std::string, std::string>({
      {"", "", ""},
      {"&amp;&lt;&gt;&quot;&apos;&nbsp;", "&<>\"'\u00a0", "&<>\"'\u00a0"},
      {"&AMP &LT;", "& <", "& <"},
      {"&eacute;", "é", "é"},
      {"&eacute", "é", "é"},
      {"&eacute.", "é.", "é."},
      {"&eacutes", "és", "&eacutes"},
      {"&eacute=1", "é=1", "&eacute=1"},
      {"&copy2", "©2", "&copy2"},
      {"&copy=2&reg=3", "©=2®=3", "&copy=2&reg=3"},
      {"&notit;", "¬it;", "&notit;"},
      {"&notin;", "∉", "∉"},
      {"&notin", "¬in", "&notin"},
      {"&check; &nosuch; &hearts;", "✓ &nosuch; ♥", "✓ &nosuch; ♥"},
      {"&check", "&check", "&check"},
      {"&lang;&rang;", "⟨⟩", "⟨⟩"},
      {"&NotEqualTilde;", "≂\u0338", "≂\u0338"},
      {"&CounterClockwiseContourIntegral;", "∳", "∳"},
      {"&Tab;&NewLine;", "\t\n", "\t\n"},
      {"&#65;&#x41;&#X41;&#65", "AAAA", "AAAA"},
      {"&#65x", "Ax", "Ax"},
      {"&#128;&#x80;&#150;&#153;", "€€–™", "€€–™"},
      {"&#129;", "\u0081", "\u0081"},
      {"&#0;&#xD800;&#x110000;&#99999999999999999999;", "\ufffd\ufffd\ufffd\ufffd", "\ufffd\ufffd\ufffd\ufffd"},
      {"&#xFFFE;&#8;", "\ufffd ", "\ufffd "},
      {"&#;&#x;&#xg;&", "&#;&#x;&#xg;&", "&#;&#x;&#xg;&"},
      {"& &; &&amp;", "& &; &&", "& &; &&"},
      {"AT&T &1;", "AT&T &1;", "AT&T &1;"},
      {"&amp;lt;", "&lt;", "&lt;"},
  }));
  CAPTURE(raw);
  CHECK(resolved(raw, reference_place::text) == text);
  CHECK(resolved(raw, reference_place::attribute) == attribute);
}

TEST_CASE("every name of the standard's list stands for something") {
  size_t names = 0, bare = 0;
  for (auto rest = html_reference_names; !rest.empty();) {
    auto entry = rest.substr(0, rest.find(' '));
    rest.remove_prefix(std::min(rest.find(',') + 2, rest.size()));
    ++names;
    bool without = entry.ends_with('*');
    bare += without ? 1 : 0;
    auto name = "&" + std::string{entry.substr(0, entry.size() - (without ? 1 : 0))};
    CAPTURE(name);
    auto whole = resolved(name + ";", reference_place::text);
    CHECK(whole != name + ";");
    CHECK((resolved(name, reference_place::text) == whole) == without);
  }
  CHECK(names == 2125);
  CHECK(bare == 106);
}

TEST_CASE("a page whose references are plain is left alone, any other is written anew") {
  std::string room;
  std::string_view plain = "<p title='&amp;&quot;'>AT & T &lt; &nbsp;</p><script>a && b</script>";
  CHECK(with_plain_references(plain, room).data() == plain.data());
  std::string_view numbers = "<p title='L&#39;or &#038; &#8364;'>&#60;b&#62; &#160;&#9999;</p>";
  CHECK(with_plain_references(numbers, room).data() == numbers.data());
  for (std::string odd : {"&#128;", "&#0;", "&#32;", "&#127;", "&#x41;", "&#39", "&#55296;", "&#", "&#;"})
    CHECK(with_plain_references(odd, room).data() != odd.data());
  CHECK(with_plain_references("<!-- &eacute --><p title=\"&eacute;&quot;&copy=1\">&eacute &lt;b&gt; &amp;lt;</p>",
                              room) == "<!-- &eacute --><p title=\"é&#34;&#38;copy=1\">é &#60;b&#62; &#38;lt;</p>");
  CHECK(with_plain_references("<script>&eacute</script>&eacute<style>&eacute</STYLE><i a=&eacute; b>", room) ==
        "<script>&eacute</script>é<style>&eacute</STYLE><i a=é b>");
  CHECK(with_plain_references("<a href='?x=1&Tab;&gt;'>&check;", room) == "<a href='?x=1&#9;&#62;'>✓");
  CHECK(rc::check("any bytes", [] {
    auto page = *rc::gen::container<std::string>(rc::gen::elementOf(std::string{"<>&;#x4='\"/ ascriptyle!-eu"}));
    std::string out;
    RC_ASSERT(with_plain_references(page, out).size() >= page.size() / 8);
  }));
}
