"""Feeds and sitemaps as files, written from lists of entries: RSS 2.0, Atom, RDF (RSS 1.0), sitemaps, their indexes."""

import datetime
import email.utils
import os
from xml.sax.saxutils import escape, quoteattr

FIRST_WRITTEN = 1_700_000_000  # 2023; each file is a minute younger than the one before, so that no two look alike
_written = 0


def put(folder, name, text, encoding="utf-8"):
    """Takes the place of the file at once, with a time of change of its own: servers make their validators of that."""
    global _written
    _written += 1
    fresh = folder / f".{name}.new"
    fresh.write_bytes(text.encode(encoding))
    os.utime(fresh, (FIRST_WRITTEN + 60 * _written,) * 2)
    os.replace(fresh, folder / name)


def day(number, hour=8):
    """A moment in November 2026."""
    return datetime.datetime(2026, 11, number, hour, 30, tzinfo=datetime.timezone.utc)


def _tag(name, text, attributes=""):
    return "" if text is None else f"<{name}{attributes}>{escape(text)}</{name}>"


def rss(entries, head="", encoding="utf-8"):
    """Entries have guid, permalink (None = unsaid), link, title, html (a title in CDATA), text, date, price, files."""
    out = [f'<?xml version="1.0" encoding="{encoding}"?>\n<rss version="2.0" xmlns:g="http://base.google.com/ns/1.0" '
           'xmlns:atom="http://www.w3.org/2005/Atom" xmlns:content="http://purl.org/rss/1.0/modules/content/">\n'
           '<channel><title>Second-hand phones</title><link>https://shop.example/</link>'
           '<description>New offers</description><image><title>not an item</title>'
           '<url>https://shop.example/logo.png</url></image>\n' + head]
    for x in entries:
        out.append("<item>" + _tag("title", x.get("title")))
        if x.get("html"):
            out.append(f"<title><![CDATA[{x['html']}]]></title>")
        if x.get("guid"):
            says = x.get("permalink")
            out.append(_tag("guid", x["guid"], "" if says is None else f' isPermaLink="{says}"'))
        out.append(_tag("link", x.get("link")) + _tag("description", x.get("text")) + _tag("g:price", x.get("price")))
        if x.get("date"):
            out.append(_tag("pubDate", email.utils.format_datetime(x["date"], usegmt=True)))
        out += [f'<enclosure url={quoteattr(url)} type="{kind}" length="1000"/>' for url, kind in x.get("files", [])]
        out.append("<content:encoded><![CDATA[<p>An <a href='https://elsewhere.example/'>offer</a> & more</p>]]>"
                   "</content:encoded></item>\n")
    return "".join(out) + "</channel></rss>\n"


def atom(entries, base="", head=""):
    """Entries have id, links ([(rel or None, href, type or None)]), title (type, text), base, updated, published."""
    def based(x):
        return f" xml:base={quoteattr(x)}" if x else ""

    out = ['<?xml version="1.0" encoding="utf-8"?>\n'
           f'<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="fr"{based(base)}><title>Offers</title>'
           f'<id>urn:shop:feed</id><updated>2026-11-01T00:00:00Z</updated>\n{head}']
    for x in entries:
        kind, text = x["title"]
        if kind == "xhtml":
            title = f'<title type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml">{text}</div></title>'
        else:
            title = _tag("title", text, f' type="{kind}"')
        out.append(f"<entry{based(x.get('base'))}>" + _tag("id", x["id"]) + title)
        for rel, href, media in x["links"]:
            out.append("<link" + (f' rel="{rel}"' if rel else "") + (f' type="{media}"' if media else "") +
                       f" href={quoteattr(href)}/>")
        for name in ("published", "updated"):
            if x.get(name):
                out.append(_tag(name, x[name].isoformat()))
        out.append("<author><name>Someone</name></author></entry>\n")
    return "".join(out) + "</feed>\n"


def rdf(entries):
    """Entries have about, title, link, date."""
    out = ['<?xml version="1.0"?>\n<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" '
           'xmlns="http://purl.org/rss/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/">\n'
           '<channel rdf:about="https://shop.example/rdf"><title>Offers</title><link>https://shop.example/</link>'
           '<description>d</description><items><rdf:Seq>']
    out += [f"<rdf:li rdf:resource={quoteattr(x['about'])}/>" for x in entries]
    out.append("</rdf:Seq></items></channel>\n")
    for x in entries:
        out.append(f"<item rdf:about={quoteattr(x['about'])}>" + _tag("title", x["title"]) + _tag("link", x["link"]) +
                   _tag("dc:date", x["date"].isoformat()) + "</item>\n")
    return "".join(out) + "</rdf:RDF>\n"


SITEMAP = "http://www.sitemaps.org/schemas/sitemap/0.9"


def sitemap(entries):
    """Entries have loc, date, picture, headline."""
    out = [f'<?xml version="1.0" encoding="UTF-8"?>\n<urlset xmlns="{SITEMAP}" '
           'xmlns:i="http://www.google.com/schemas/sitemap-image/1.1" '
           'xmlns:n="http://www.google.com/schemas/sitemap-news/0.9">\n']
    for x in entries:
        out.append("<url>" + _tag("loc", x["loc"]) + _tag("lastmod", x["date"].date().isoformat()) +
                   "<priority>0.5</priority>")
        if x.get("picture"):
            out.append("<i:image>" + _tag("i:loc", x["picture"]) + "</i:image>")
        if x.get("headline"):
            out.append("<n:news>" + _tag("n:title", x["headline"]) + "</n:news>")
        out.append("</url>\n")
    return "".join(out) + "</urlset>\n"


def sitemap_index(addresses):
    return (f'<?xml version="1.0" encoding="UTF-8"?>\n<sitemapindex xmlns="{SITEMAP}">' +
            "".join(f"<sitemap>{_tag('loc', x)}<lastmod>2026-11-20</lastmod></sitemap>\n" for x in addresses) +
            "</sitemapindex>\n")
