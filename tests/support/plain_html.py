"""HTML as a tree of xml.etree elements, read with Python's own parser: a second opinion on pages that vigie reads."""

import html.parser
import re
import xml.etree.ElementTree as ET

VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track", "wbr"}
CELLS = {"td", "th"}
# What the start of an element ends if it is the innermost of these that is open.
ENDS = {"li": {"li"}, "dt": {"dt", "dd"}, "dd": {"dt", "dd"}, "td": CELLS, "th": CELLS, "tr": {"tr", *CELLS}}
BLOCKS = {"p", "ul", "ol", "dl", "table", "div", "pre", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "section",
          "blockquote"}
FENCES = {"ul", "ol", "dl", "table", "div", "section", "body"}


class _Reader(html.parser.HTMLParser):
    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.builder = ET.TreeBuilder()
        self.open = []
        self.builder.start("page", {})

    def _close(self, count):
        for _ in range(count):
            self.builder.end(self.open.pop())

    def _close_to(self, names):
        """Ends the innermost open element of these names with all inside it, but none outside of a list or table."""
        for depth, name in enumerate(reversed(self.open), 1):
            if name in names:
                return self._close(depth)
            if name in FENCES:
                return None
        return None

    def handle_starttag(self, tag, attrs):
        if tag in BLOCKS:
            self._close_to({"p"})
        if tag in ENDS:
            self._close_to({"p"})
            self._close_to(ENDS[tag])
            if tag == "tr":
                self._close_to({"tr"})
        self.builder.start(tag, {k: v or "" for k, v in attrs})
        self.open.append(tag)
        if tag in VOID:
            self._close(1)

    def handle_startendtag(self, tag, attrs):
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.handle_endtag(tag)

    def handle_endtag(self, tag):
        if tag in self.open:
            self._close(self.open[::-1].index(tag) + 1)

    def handle_data(self, data):
        self.builder.data(data)

    def tree(self):
        self.close()
        self._close(len(self.open))
        self.builder.end("page")
        return self.builder.close()


def parse(text):
    reader = _Reader()
    reader.feed(text)
    return reader.tree()


def flat(text):
    """Blanks of markup run together; a no-break space is none of them."""
    return re.sub("[ \t\r\n\f]+", " ", text).strip(" ")


# Where a line begins or a cell ends, a word ends, too.
LINES = set("address article aside blockquote br caption center dd details dialog dir div dl dt fieldset figcaption figure "
            "footer form h1 h2 h3 h4 h5 h6 header hr legend li main menu nav ol option p pre section summary table tbody "
            "td tfoot th thead tr ul".split())


def _pieces(element):
    if element.tag in LINES:
        yield " "
    yield element.text or ""
    for child in element:
        yield from _pieces(child)
        yield child.tail or ""
    if element.tag in LINES:
        yield " "


def text_of(element):
    return flat("".join(_pieces(element)))


def has_class(element, name):
    return name in element.get("class", "").split()


def parents(tree):
    return {child: parent for parent in tree.iter() for child in parent}
