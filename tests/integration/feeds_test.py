#!/usr/bin/env python3
"""Feeds and sitemaps that the test writes and nginx serves: what is read of them, and how a fleet watches them.

Each entry is told once, whatever becomes of it afterwards; what has not changed is asked for with its validator and
costs the site an answer without a body.
"""

import contextlib
import gzip
import json
import pathlib
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "support"))

from feed_files import atom, day, put, rdf, rss, sitemap, sitemap_index  # noqa: E402
from fleet import Fleet, require, run_scenarios  # noqa: E402
from nginx import Nginx  # noqa: E402
from source_trial import differences, read_source, source_toml  # noqa: E402

FEED = '[sources.NAME.extract]\nformat = "feed"\n'
SITEMAP = '[sources.NAME.extract]\nformat = "sitemap"\n'
WALKED = '[sources.NAME.paging]\nkind = "next_link"\nmax_pages = 10\n'


@contextlib.contextmanager
def served(extra=""):
    """A folder, and an nginx that serves it as /f/."""
    with tempfile.TemporaryDirectory(prefix="vigie-feeds-") as folder, Nginx({"/f": folder}, extra) as nginx:
        yield pathlib.Path(folder), nginx


def item(**fields):
    return {name: fields.get(name) for name in ["id", "title", "price", "currency", "brand", "size", "condition", "url",
                                                "photo"]}


def check_read(vigie, nginx, path, rules, wanted, newest):
    page = read_source(vigie, source_toml("read", nginx.url(path), rules))
    trouble = differences(page["items"], wanted)
    require(not trouble, f"{path}: {trouble}")
    require(page["newest"] == newest.strftime("%Y-%m-%dT%H:%M:%S.000Z"),
            f"{path}: the newest is of {page['newest']}, not {newest}")
    return page


RSS_ENTRIES = [
    {"guid": "offer-1", "permalink": "false", "html": "i<b>Phone</b> 13 <b>rouge</b>, neuf &amp; pas cher",
     "link": "https://shop.example/1", "date": day(20), "price": "49.95 EUR",
     "files": [("https://img.example/1.jpg?a=1&b=2", "image/jpeg")]},
    {"guid": "https://shop.example/p/2", "title": "Écran 24\" < 100 €, > 50 €", "date": day(24, 23)},
    {"title": "No guid & an Ampersand", "link": "https://shop.example/3?x=1&y=2", "date": day(3),
     "files": [("https://snd.example/3.mp3", "audio/mpeg"), ("https://img.example/3.png", "image/png")]},
    {"guid": "tag:shop.example,2026:4", "permalink": "true", "text": "<p>Only a <i>description</i>,<br/>no title</p>",
     "link": "  https://shop.example/4  ", "date": day(4), "price": "1,199.00 USD"},
    {"guid": "https://shop.example/p/5", "permalink": "false", "title": "An address, but no permalink", "date": day(5)},
]
RSS_ITEMS = [
    item(id="offer-1", title="iPhone 13 rouge, neuf & pas cher", url="https://shop.example/1", price="49.95",
         currency="EUR", photo="https://img.example/1.jpg?a=1&b=2"),
    item(id="https://shop.example/p/2", title='Écran 24" < 100 €, > 50 €', url="https://shop.example/p/2"),
    item(id="https://shop.example/3?x=1&y=2", title="No guid & an Ampersand", url="https://shop.example/3?x=1&y=2",
         photo="https://img.example/3.png"),
    item(id="tag:shop.example,2026:4", title="Only a description, no title", url="https://shop.example/4",
         price="1199.00", currency="USD"),
    item(id="https://shop.example/p/5", title="An address, but no permalink"),
]


def rss_is_read(vigie):
    """CDATA, references, guids with and without a permalink, none at all, enclosures, dates, prices; two encodings."""
    with served() as (folder, nginx):
        put(folder, "utf8.rss", rss(RSS_ENTRIES))
        put(folder, "latin9.rss", rss(RSS_ENTRIES, encoding="ISO-8859-15"), "iso-8859-15")
        for name in ("utf8.rss", "latin9.rss"):
            check_read(vigie, nginx, "/f/" + name, FEED, RSS_ITEMS, day(24, 23))
        packed = {r["packed"] for r in nginx.requests() if r["path"].startswith("/f/")}
        require(packed == {"gzip"}, f"they were to be sent packed: {packed}")
        # The source's own paths go before those of the format.
        rules = FEED + '[sources.NAME.extract.fields]\nphoto = "enclosure[type=audio/*]@url"\nid = "link|guid"\n'
        ids = [x["url"] or x["id"] for x in RSS_ITEMS]
        wanted = [{**x, "id": i, "photo": None} for x, i in zip(RSS_ITEMS, ids)]
        wanted[2]["photo"] = "https://snd.example/3.mp3"
        check_read(vigie, nginx, "/f/utf8.rss", rules, wanted, day(24, 23))


def atom_is_read(vigie):
    """Titles as text, HTML and XHTML; several links of which one is the entry's; addresses relative to xml:base."""
    with served() as (folder, nginx):
        put(folder, "a.atom", atom([
            {"id": "urn:a:1", "title": ("text", "A < B & C"), "updated": day(7), "published": day(1),
             "links": [("self", "https://shop.example/api/1", None), ("alternate", "offers/1?a=1&b=2", "text/html"),
                       ("enclosure", "/img/1.jpg", "image/jpeg"), ("edit", "edit/1", None)]},
            {"id": "urn:a:2", "title": ("html", "Caf&eacute; <em>noir</em>"), "updated": day(9, 12),
             "links": [("enclosure", "s.mp3", "audio/mpeg"), (None, "../2", None)], "base": "phones/old/"},
            {"id": "urn:a:3", "title": ("xhtml", "In <b>parts</b>, &lt;marked&gt;"), "published": day(8),
             "links": [("related", "https://other.example/", None), (None, "https://Shop.example/3", None)]},
        ], base="https://shop.example/all/feed.atom"))
        check_read(vigie, nginx, "/f/a.atom", FEED, [
            item(id="urn:a:1", title="A < B & C", url="https://shop.example/all/offers/1?a=1&b=2",
                 photo="https://shop.example/img/1.jpg"),
            item(id="urn:a:2", title="Café noir", url="https://shop.example/all/phones/2"),
            item(id="urn:a:3", title="In parts, <marked>", url="https://shop.example/3"),
        ], day(9, 12))


def rdf_and_sitemaps_are_read(vigie):
    with served() as (folder, nginx):
        put(folder, "o.rdf", rdf([
            {"about": "https://shop.example/i/1", "title": "First", "link": "https://shop.example/1", "date": day(2)},
            {"about": "https://shop.example/i/2", "title": "Second", "link": "", "date": day(3, 17)}]))
        check_read(vigie, nginx, "/f/o.rdf", FEED, [
            item(id="https://shop.example/i/1", title="First", url="https://shop.example/1"),
            item(id="https://shop.example/i/2", title="Second", url="https://shop.example/i/2")], day(3, 17))
        one, two = "https://shop.example/1?a=b&c=d", "https://shop.example/caf%C3%A9"
        put(folder, "map.xml", sitemap([
            {"loc": one, "date": day(11), "picture": "https://img.example/1.jpg", "headline": "Une annonce"},
            {"loc": two, "date": day(10)}]))
        check_read(vigie, nginx, "/f/map.xml", SITEMAP,
                   [item(id=one, title=one, url=one), item(id=two, title=two, url=two)], day(11, 0).replace(minute=0))
        rules = SITEMAP + '''[sources.NAME.extract.fields]
title = "news:news/news:title|loc"
photo = "image:image/image:loc"
'''
        check_read(vigie, nginx, "/f/map.xml", rules,
                   [item(id=one, title="Une annonce", url=one, photo="https://img.example/1.jpg"),
                    item(id=two, title=two, url=two)], day(11, 0).replace(minute=0))


def what_is_none_is_an_error(vigie):
    """A page that is no feed, one cut off, an index that nobody asked to walk: an error that says where, no items."""
    with served() as (folder, nginx):
        whole = rss(RSS_ENTRIES)
        put(folder, "page.rss", "<!DOCTYPE html><html><head><title>Sign in</title></head><body></body></html>")
        put(folder, "cut.rss", whole[:len(whole) // 2])
        put(folder, "index.xml", sitemap_index(["https://shop.example/map-1.xml"]))
        for name, rules, said in [("page.rss", FEED, "no feed begins with the element html"),
                                  ("cut.rss", FEED, "line "), ("index.xml", SITEMAP, "paging.kind")]:
            page = read_source(vigie, source_toml("read", nginx.url("/f/" + name), rules), expect=1)
            require(page["items"] == [] and page["error"]["code"] == "bad_page", f"{name}: {page['error']}")
            require(said in page["error"]["detail"], f"{name}: {page['error']}")


class Watch:
    """A fleet, alerts on one source each, and what was told and asked since one looked last."""

    def __init__(self, fleet, nginx):
        self.fleet, self.nginx, self.told_before, self.asked_before = fleet, nginx, 0, 0

    def cycle(self):
        """What one cycle told, as sorted (alert, id), and the statuses it got, by path."""
        progress = self.fleet.cycle()
        errors = [a["error"] for a in progress["alerts"] if a.get("error")]
        require(progress["run"]["state"] == "completed" and not errors, f"{progress['run']} {errors}")
        self.fleet.wait_outbox_empty()
        bodies = [json.loads(body) for _, body in list(self.fleet.webhook.received)]
        asked = [r for r in self.nginx.requests() if r["path"].startswith("/f/")]
        told = sorted((x["alert"]["name"], x["item"]["id"]) for x in bodies[self.told_before:])
        statuses = [(r["path"][3:], r["status"]) for r in asked[self.asked_before:]]
        self.told_before, self.asked_before = len(bodies), len(asked)
        return told, statuses

    def expect(self, what, told, asked):
        found = self.cycle()
        require(found == (sorted(told), asked),
                f"{what}: told {found[0]}, asked {found[1]}; wanted {sorted(told)} and {asked}")


@contextlib.contextmanager
def watched(vigie, nginx, path, rules, alerts):
    with Fleet(vigie, workers=2, source=source_toml("watched", nginx.url(path), rules)) as fleet:
        fleet.import_alerts([{"source": "watched", "query": "", "channels": ["hook"], "baseline": False, **x}
                             for x in alerts])
        yield Watch(fleet, nginx)


def a_feed_is_watched(vigie):
    """New entries are told once; an edited one, one that left and one that came back are not news."""
    def entry(number, title):
        return {"guid": f"offer-{number}", "permalink": "false", "title": title, "date": day(number),
                "link": f"https://shop.example/{number}"}

    first = [entry(n, f"Phone number {n}") for n in range(1, 21)]
    alerts = [{"name": "all"}, {"name": "red ones", "keywords": {"all": ["red"]}},
              {"name": "only what comes", "baseline": True}]
    with served() as (folder, nginx):
        put(folder, "new.rss", rss(first))
        with watched(vigie, nginx, "/f/new.rss", FEED, alerts) as watch:
            # Three alerts, one request.
            watch.expect("the first cycle", [("all", x["guid"]) for x in first], [("new.rss", 200)])
            watch.expect("nothing has changed", [], [("new.rss", 304)])
            require(nginx.requests()[-1]["asked_if"], "the second request had no validator")
            put(folder, "new.rss", rss([entry(21, "A red phone"), *first]))
            watch.expect("one entry more", [(a, "offer-21") for a in ("all", "only what comes", "red ones")],
                         [("new.rss", 200)])
            edited = {**entry(21, "A red phone, now cheaper"), "date": day(22)}
            put(folder, "new.rss", rss([edited, *first]))
            watch.expect("that entry was edited", [], [("new.rss", 200)])
            put(folder, "new.rss", rss(first[:10]))
            watch.expect("half of the entries left", [], [("new.rss", 200)])
            put(folder, "new.rss", rss([edited, *first, entry(23, "Another one")]))
            watch.expect("they are back, with one more", [("all", "offer-23"), ("only what comes", "offer-23")],
                         [("new.rss", 200)])
            put(folder, "new.rss", rss([]))
            watch.expect("an empty feed is no trouble", [], [("new.rss", 200)])


def a_feed_in_pages(vigie):
    """rel=next from page to page, each asked with its own validator: of those that did not change nothing is sent."""
    def page(number, last, fresh=()):
        names = [*fresh, *(f"urn:{number}-{n}" for n in range(1, 6))]
        link = "" if number == last else f'<link rel="next" href="page{number + 1}.atom"/>\n<link rel="self" href="x"/>'
        return atom([{"id": x, "title": ("text", f"Offer {x}"), "links": [(None, "https://shop.example/" + x, None)],
                      "updated": day(number)} for x in names], head=link)

    with served() as (folder, nginx):
        for number in (1, 2, 3):
            put(folder, f"page{number}.atom", page(number, 3))
        every = [("all", f"urn:{p}-{n}") for p in (1, 2, 3) for n in range(1, 6)]
        pages = [f"page{n}.atom" for n in (1, 2, 3)]
        with watched(vigie, nginx, "/f/page1.atom", FEED + WALKED, [{"name": "all"}]) as watch:
            watch.expect("three pages", every, [(x, 200) for x in pages])
            watch.expect("nothing has changed", [], [(x, 304) for x in pages])
            put(folder, "page1.atom", page(1, 3, ["urn:new"]))
            watch.expect("one entry more", [("all", "urn:new")], [("page1.atom", 200), *((x, 304) for x in pages[1:])])
            # A fourth page whose link leads back to the first: said as what it is, and the walk ends.
            put(folder, "page3.atom", page(3, 4))
            put(folder, "page4.atom", page(4, 9).replace("page5.atom", "page1.atom"))
            progress = watch.fleet.cycle()
            error = progress["alerts"][0]["error"]
            require(error["code"] == "bad_page" and "circle" in error["detail"], f"a circle of pages: {progress}")


def pages_by_a_header(vigie):
    """The Link header names the next page where the feed itself does not."""
    header = 'location = /f/one.rss { alias FOLDER/one.rss; add_header Link \'<two.rss>; rel="next"\'; }\n'
    with tempfile.TemporaryDirectory(prefix="vigie-feeds-") as name:
        folder = pathlib.Path(name)
        put(folder, "one.rss", rss(RSS_ENTRIES[:2]))
        put(folder, "two.rss", rss(RSS_ENTRIES[2:]))
        with Nginx({"/f": folder}, header.replace("FOLDER", name)) as nginx:
            with watched(vigie, nginx, "/f/one.rss", FEED + WALKED, [{"name": "all"}]) as watch:
                watch.expect("two pages", [("all", x["id"]) for x in RSS_ITEMS], [("one.rss", 200), ("two.rss", 200)])
                watch.expect("nothing has changed", [], [("one.rss", 304), ("two.rss", 304)])


def an_index_of_sitemaps(vigie):
    """All the sitemaps that an index names are walked; the one that has changed is the only one that is sent again."""
    def entries(which, count):
        return [{"loc": f"https://shop.example/{which}/{n}?a=1&b=2", "date": day(n)} for n in range(1, count + 1)]

    with served() as (folder, nginx):
        put(folder, "index.xml", sitemap_index([nginx.url("/f/phones.xml"), nginx.url("/f/screens.xml")]))
        put(folder, "phones.xml", sitemap(entries("phones", 12)))
        put(folder, "screens.xml", sitemap(entries("screens", 3)))
        with watched(vigie, nginx, "/f/index.xml", SITEMAP + WALKED, [{"name": "all"}]) as watch:
            known = [("all", x["loc"]) for x in entries("phones", 12) + entries("screens", 3)]
            files = ["index.xml", "phones.xml", "screens.xml"]
            watch.expect("all of the index", known, [(x, 200) for x in files])
            watch.expect("nothing has changed", [], [(x, 304) for x in files])
            put(folder, "screens.xml", sitemap(entries("screens", 4)))
            watch.expect("one address more", [("all", "https://shop.example/screens/4?a=1&b=2")],
                         [("index.xml", 304), ("phones.xml", 304), ("screens.xml", 200)])


def broken_rss(count):
    """Every kind of mistake that is mended, in a feed of so many entries."""
    titles = ["A & B", "Caf&eacute;&nbsp;noir", "Lamp\x08shade", "< 3 kg", "<![CDATA[a & b]]>"]
    items = "".join(f"<item><guid>{n}</guid><title>{titles[n % len(titles)]}</title>"
                    f"<pubDate>Wed, {n} Nov 2026 10:00 CEST (summer)</pubDate></item>\n" for n in range(1, count + 1))
    return '\n<!-- a -- b -->\n<?xml version="1.0" encoding="utf-8"?>\n<rss version="2.0"><channel>\n' + items + \
           "</channel></rss>\n"


def what_is_nearly_right_is_read(vigie):
    """Mistakes are mended and told, with the page and in the run; gzip files of any type are read; JSON Feed."""
    types = "".join(f"location /f/{kind}/ {{ alias FOLDER/; types {{ }} default_type application/{kind}; }}\n"
                    for kind in ("gzip", "x-gzip", "octet-stream"))
    with tempfile.TemporaryDirectory(prefix="vigie-feeds-") as name, \
            Nginx({"/f": name}, types.replace("FOLDER", name)) as nginx:
        folder = pathlib.Path(name)
        put(folder, "broken.rss", broken_rss(5))
        page = read_source(vigie, source_toml("read", nginx.url("/f/broken.rss"), FEED))
        require([x["title"] for x in page["items"]] ==
                ["Café\xa0noir", "Lampshade", "< 3 kg", "a & b", "A & B"], f"{page['items']}")
        require(page["newest"] == "2026-11-05T08:00:00.000Z", f"the newest is of {page['newest']}")
        for said in ("before the XML declaration", "a control character", "HTML's name", "an & that", "a < that"):
            require(any(said in x for x in page["notes"]), f"{said}: {page['notes']}")
        put(folder, "good.rss", rss(RSS_ENTRIES))
        require(read_source(vigie, source_toml("read", nginx.url("/f/good.rss"), FEED))["notes"] == [],
                "a good feed has notes")
        put(folder, "feed.json", json.dumps({"version": "https://jsonfeed.org/version/1.1", "title": "x", "items": [
            {"id": "1", "title": "A < B & C", "url": "https://shop.example/1", "image": "https://img.example/1.jpg",
             "date_published": "2026-11-20T10:00:00Z"}]}))
        check_read(vigie, nginx, "/f/feed.json", FEED, [
            item(id="1", title="A < B & C", url="https://shop.example/1", photo="https://img.example/1.jpg")],
            day(20, 10).replace(minute=0))
        entries = [{"loc": f"https://shop.example/{n}?a=1&b=2", "date": day(n)} for n in range(1, 21)]
        (folder / "map.xml.gz").write_bytes(gzip.compress(sitemap(entries).encode()))
        for kind in ("gzip", "x-gzip", "octet-stream"):
            page = read_source(vigie, source_toml("read", nginx.url(f"/f/{kind}/map.xml.gz"), SITEMAP))
            require([x["url"] for x in page["items"]] == [x["loc"] for x in entries], f"{kind}: {page['items'][:2]}")
        put(folder, "index.xml", sitemap_index([nginx.url("/f/gzip/map.xml.gz")]))
        with watched(vigie, nginx, "/f/index.xml", SITEMAP + WALKED, [{"name": "all"}]) as watch:
            told, asked = watch.cycle()
            require(told == sorted(("all", x["loc"]) for x in entries), f"told of the packed sitemap: {told}")
            require(asked[-2:] == [("index.xml", 200), ("gzip/map.xml.gz", 200)], f"asked: {asked}")
        with watched(vigie, nginx, "/f/broken.rss", FEED, [{"name": "all"}]) as watch:
            progress = watch.fleet.cycle()
            notes = watch.fleet.main.get(f"/api/v1/runs/{progress['run']['id']}")["alerts"][0]["notes"]
            require(progress["alerts"][0]["matches"] == 5 and any("an & that" in x for x in notes),
                    f"{progress['alerts'][0]} {notes}")


if __name__ == "__main__":
    sys.exit(run_scenarios([rss_is_read, atom_is_read, rdf_and_sitemaps_are_read, what_is_none_is_an_error,
                            what_is_nearly_right_is_read, a_feed_is_watched, a_feed_in_pages, pages_by_a_header,
                            an_index_of_sitemaps]))
