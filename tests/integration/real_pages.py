"""Documents that Debian packages install: where they are, the TOML that reads each, and what it must find.

What must be found is read here a second time, with nothing but Python's own parsers. The packages are all in `./dev`'s
list: debian-policy, debian-faq, diffutils-doc, libcairo2-doc, iso-codes, shared-mime-info, xkb-data.
"""

import dataclasses
import json
import pathlib
import re
import typing
import xml.etree.ElementTree as ET
from decimal import Decimal

from fleet import require
from plain_html import flat, has_class, parents, parse, text_of
from source_trial import source_toml

FOLDERS = {"/doc": "/usr/share/doc", "/gtk-doc": "/usr/share/gtk-doc/html", "/iso-xml": "/usr/share/xml/iso-codes",
           "/iso-json": "/usr/share/iso-codes/json", "/mime": "/usr/share/mime/packages",
           "/xkb": "/usr/share/X11/xkb/rules"}
FIELDS = ["id", "title", "price", "currency", "brand", "size", "condition", "url", "photo"]


def item(**fields):
    """As `source test --json` prints it: what a page lacks is null, and so is what is empty."""
    return {name: fields.get(name) or None for name in FIELDS}


def money(text):
    return None if text is None else f"{Decimal(text):.2f}"


@dataclasses.dataclass
class Page:
    name: str
    package: str
    path: str  # under one of FOLDERS
    kind: str
    rules: str
    read: typing.Callable  # the items, by other means

    def file(self):
        at, rest = next((at, self.path[len(at) + 1:]) for at in FOLDERS if self.path.startswith(at + "/"))
        return pathlib.Path(FOLDERS[at], rest)

    def wanted(self):
        file = self.file()
        require(file.is_file(), f"{file} is missing: the package {self.package} installs it (./dev deps)")
        items = self.read(file)
        require(len(items) >= 20, f"{file}: only {len(items)} items were found here; has the document changed?")
        return items

    def source(self, nginx):
        return source_toml(self.name, nginx.url(self.path), self.rules)


def html(file):
    return parse(file.read_text(encoding="utf-8"))


def table_with_links(file):
    """A row that has a link in its second cell and one in its fourth."""
    out = []
    for row in html(file).iter("tr"):
        cells = [x for x in row if x.tag == "td"]
        if len(cells) == 4 and cells[1].find("a") is not None:
            entry = cells[1].find("a")
            out.append(item(id=entry.get("href"), title=text_of(entry), url=entry.get("href"), brand=text_of(cells[3])))
    return out


def data_table(file):
    """The rows of all tables in a div.informaltable, but not their heads; a code is what the row is about."""
    out = []
    for box in html(file).iter("div"):
        if has_class(box, "informaltable"):
            for row in (row for body in box.iter("tbody") for row in body):
                cells = list(row)
                if len(cells) == 2 and cells[0].find("code") is not None:
                    out.append(item(id=text_of(cells[0].find("code")), title=text_of(cells[1])))
    return out


def function_table(file):
    out = []
    for row in html(file).iter("tr"):
        cells = {x.get("class"): x for x in row}
        if "function_name" in cells:
            name = cells["function_name"]
            link = name.find("a")
            returns = cells.get("function_type")  # macros have none
            out.append(item(id=link.get("href"), title=text_of(name), url=link.get("href"), condition=link.get("title"),
                            brand=None if returns is None else text_of(returns)))
    return out


def nested_list(file):
    out = []
    for box in html(file).iter("div"):
        if has_class(box, "contents"):
            for entry in box.iter("li"):
                link = entry.find("a")
                out.append(item(id=link.get("id"), title=text_of(link), url=link.get("href")))
    return out


def definition_list(file):
    """Every term of a section's lists with its first definition; section and number in the list are its id."""
    tree = html(file)
    above = parents(tree)
    out = []
    for part in tree.iter("dl"):
        section = above[part]
        if section.tag != "section":
            continue
        terms = [x for x in part if x.tag == "dt"]
        for number, term in enumerate(terms, 1):
            definition = next(x for x in list(part)[list(part).index(term):] if x.tag == "dd")
            out.append(item(id=f"{section.get('id')}/{number}", title=text_of(term), brand=text_of(definition),
                            size=text_of(section.find("h2"))))
    return out


XHTML = "{http://www.w3.org/1999/xhtml}"


def xhtml_contents(file):
    """Well-formed: read as XML, in the namespace of XHTML."""
    out = []
    for entry in ET.parse(file).getroot().iter(XHTML + "dt"):
        span = entry.find(XHTML + "span")
        if span is not None and span.find(XHTML + "a") is not None:
            link = span.find(XHTML + "a")
            out.append(item(id=link.get("href"), title=flat("".join(link.itertext())), url=link.get("href"),
                            condition=span.get("class")))
    return out


DEVHELP = "{http://www.devhelp.net/book}"


def xml_default_namespace(file):
    return [item(id=x.get("link"), title=flat(x.get("name")), url=x.get("link"), condition=x.get("type"),
                 price=money(x.get("since")))
            for x in ET.parse(file).getroot().iter(DEVHELP + "keyword") if x.get("type") != "member"]


def xml_attributes(file):
    return [item(id=x.get("letter_code"), title=x.get("currency_name"), price=money(x.get("numeric_code")),
                 currency="EUR")
            for x in ET.parse(file).getroot() if x.tag == "iso_4217_entry"]


MIME = "{http://www.freedesktop.org/standards/shared-mime-info}"
LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"


def xml_languages(file):
    """Of the comments in sixty languages the one that names none, and the French one. Attributes as they are written:
    what the document type has as their defaults is left out, as vigie does."""
    written = re.sub(r"<!DOCTYPE mime-info \[.*?\]>", "", file.read_text(encoding="utf-8"), count=1, flags=re.DOTALL)
    out = []
    for kind in ET.fromstring(written.encode()).iter(MIME + "mime-type"):
        comments = {x.get(LANGUAGE): x.text for x in kind.findall(MIME + "comment")}
        glob = kind.find(MIME + "glob")
        weight = next((x.get("weight") for x in kind.findall(MIME + "glob") if x.get("weight")), None)
        out.append(item(id=kind.get("type"), title=flat(comments[None]), brand=flat(comments.get("fr", "")),
                        size=None if glob is None else glob.get("pattern"),
                        price=weight and money(Decimal(weight) / 100)))
    return out


def xml_nested(file):
    """The variants of all keyboard layouts, each with its layout around it."""
    out = []
    for layout in ET.parse(file).getroot().find("layoutList"):
        name = layout.find("configItem/name").text
        for variant in layout.findall("variantList/variant/configItem"):
            out.append(item(id=f"{name}/{variant.find('name').text}", title=flat(variant.find("description").text),
                            brand=name, size=next((x.text for x in variant.iter("iso639Id")), None)))
    return out


def json_records(file):
    records = json.loads(file.read_text(encoding="utf-8"))["3166-1"]
    return [item(id=x["alpha_3"], title=x["name"], brand=x.get("official_name"), size=x["alpha_2"], photo=x["flag"],
                 price=money(x["numeric"]), currency="CHF") for x in records]


PAGES = [
    Page("index-table", "diffutils-doc", "/doc/diffutils/Index.html",
         "HTML 4, a table with links, CSS", '''
[sources.NAME.extract]
format = "html"
items = "table.index-cp > tr:has(> td:nth-child(2) > a)"
[sources.NAME.extract.fields]
id = "td:nth-child(2) > a::attr(href)"
title = "td:nth-child(2) > a"
url = "td:nth-child(2) > a::attr(href)"
brand = "td:nth-child(4)"
''', table_with_links),
    Page("hierarchy", "debian-policy", "/doc/debian-policy/fhs/fhs-3.0.html",
         "HTML without a doctype, 38 tables, XPath", '''
[sources.NAME.extract]
format = "html"
selectors = "xpath"
items = "//div[@class='informaltable']//tbody/tr[count(td) = 2 and td[1]/code]"
[sources.NAME.extract.fields]
id = "td[1]/code"
title = "td[2]"
''', data_table),
    Page("functions", "libcairo2-doc", "/gtk-doc/cairo/cairo-Paths.html",
         "HTML of a generator, a table of two columns, CSS", '''
[sources.NAME.extract]
format = "html"
items = "tr:has(> td.function_name)"
[sources.NAME.extract.fields]
id = "td.function_name a::attr(href)"
title = "td.function_name"
url = "td.function_name a::attr(href)"
condition = "td.function_name a::attr(title)"
brand = "td.function_type"
''', function_table),
    Page("contents", "diffutils-doc", "/doc/diffutils/index.html",
         "HTML 4, lists in lists, CSS", '''
[sources.NAME.extract]
format = "html"
items = "div.contents li > a"
[sources.NAME.extract.fields]
id = "::attr(id)"
title = "::text"
url = "::attr(href)"
''', nested_list),
    Page("checklist", "debian-policy", "/doc/debian-policy/policy.html/upgrading-checklist.html",
         "HTML 5, lists of definitions, XPath", '''
[sources.NAME.extract]
format = "html"
selectors = "xpath"
items = "//section/dl/dt"
[sources.NAME.extract.fields]
id = "concat(../../@id, '/', count(preceding-sibling::dt) + 1)"
title = "."
brand = "following-sibling::dd[1]"
size = "../../h2"
''', definition_list),
    Page("questions", "debian-faq", "/doc/debian/FAQ/index.en.html",
         "XHTML read as XML, a doctype from outside, XPath", '''
[sources.NAME.extract]
format = "xml"
selectors = "xpath"
namespaces = { h = "http://www.w3.org/1999/xhtml" }
items = "//h:dt[h:span/h:a]"
[sources.NAME.extract.fields]
id = "h:span/h:a/@href"
title = "h:span/h:a"
url = "h:span/h:a/@href"
condition = "h:span/@class"
''', xhtml_contents),
    Page("symbols", "libcairo2-doc", "/gtk-doc/cairo/cairo.devhelp2",
         "XML with a default namespace, CSS", '''
[sources.NAME.extract]
format = "xml"
namespaces = { d = "http://www.devhelp.net/book" }
items = "d|functions > d|keyword:not([type=member])"
[sources.NAME.extract.fields]
id = "::attr(link)"
title = "::attr(name)"
url = "::attr(link)"
condition = "::attr(type)"
price = "::attr(since)"
''', xml_default_namespace),
    Page("currencies", "iso-codes", "/iso-xml/iso_4217.xml",
         "XML of attributes, with a document type of its own, CSS", '''
[sources.NAME.extract]
format = "xml"
items = "iso_4217_entries > iso_4217_entry"
[sources.NAME.extract.fields]
id = "::attr(letter_code)"
title = "::attr(currency_name)"
price = "::attr(numeric_code)"
[sources.NAME.extract.constants]
currency = "EUR"
''', xml_attributes),
    Page("media-types", "shared-mime-info", "/mime/freedesktop.org.xml",
         "XML of 2 MB in sixty languages, xml:lang, XPath", '''
[sources.NAME.extract]
format = "xml"
selectors = "xpath"
unit = "minor"
namespaces = { m = "http://www.freedesktop.org/standards/shared-mime-info" }
items = "/m:mime-info/m:mime-type"
[sources.NAME.extract.fields]
id = "@type"
title = "m:comment[not(@xml:lang)]"
brand = "m:comment[@xml:lang = 'fr']"
size = "m:glob[1]/@pattern"
price = "m:glob/@weight"
''', xml_languages),
    Page("keyboards", "xkb-data", "/xkb/base.xml",
         "XML of nested elements, XPath upwards", '''
[sources.NAME.extract]
format = "xml"
selectors = "xpath"
items = "/xkbConfigRegistry/layoutList/layout/variantList/variant/configItem"
[sources.NAME.extract.fields]
id = "concat(ancestor::layout/configItem/name, '/', name)"
title = "description"
brand = "ancestor::layout/configItem/name"
size = "languageList/iso639Id"
''', xml_nested),
    Page("countries", "iso-codes", "/iso-json/iso_3166-1.json",
         "JSON", '''
[sources.NAME.extract]
format = "json"
items = "3166-1"
[sources.NAME.extract.fields]
id = "alpha_3"
title = "name"
brand = "official_name"
size = "alpha_2"
price = "numeric"
photo = "flag"
[sources.NAME.extract.constants]
currency = "CHF"
''', json_records),
]
