#!/usr/bin/env python3
"""Real pages: documents that Debian packages install, served by nginx, read by sources that are TOML only.

Every item, with every field and in the page's order, has to be what real_pages.py reads with nothing of vigie's.
"""

import json
import pathlib
import sys
import urllib.parse

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "support"))

from fleet import Fleet, require, run_scenarios  # noqa: E402
from nginx import Nginx  # noqa: E402
from plain_html import text_of  # noqa: E402
from real_pages import FOLDERS, PAGES, html  # noqa: E402
from source_trial import differences, read_source, source_toml  # noqa: E402


def absolute(items, page):
    """The items with their addresses as they are meant on the page."""
    def meant(x):
        return x and urllib.parse.urljoin(page, urllib.parse.quote(x, safe="%/:?#&=;,+@!$'()*~"))
    return [{**x, "url": meant(x["url"]), "photo": meant(x["photo"])} for x in items]


def every_item_of_every_page(vigie):
    """Each page alone: all its items with all their fields, in the page's order."""
    wrong = []
    with Nginx(FOLDERS) as nginx:
        for page in PAGES:
            found = read_source(vigie, page.source(nginx))
            wanted = absolute(page.wanted(), found["url"])
            size = page.file().stat().st_size
            require(found["bytes"] == size, f"{page.name}: {found['bytes']} bytes were read, the file has {size}")
            trouble = differences(found["items"], wanted)
            print(f"  {page.name:12} {len(wanted):4} items  {page.package}: {page.kind}")
            wrong += [f"{page.name}: {trouble}"] if trouble else []
        asked = {r["path"] for r in nginx.requests() if r["status"] == 200}
        require(asked == {p.path for p in PAGES}, f"nginx served {asked ^ {p.path for p in PAGES}}")
    require(not wrong, "\n".join(wrong))


def a_fleet_reads_them(vigie):
    """All pages in one cycle: each item is matched, stored and told once; the next cycle costs the site nothing."""
    with Nginx(FOLDERS) as nginx:
        with Fleet(vigie, workers=2, source="".join(p.source(nginx) for p in PAGES)) as fleet:
            fleet.import_alerts([{"name": p.name, "source": p.name, "query": "", "channels": ["hook"],
                                  "baseline": False} for p in PAGES])
            progress = fleet.cycle()
            require(progress["run"]["state"] == "completed" and progress["run"]["alertsFailed"] == 0,
                    f"{progress['run']} {[a['error'] for a in progress['alerts'] if a.get('error')]}")
            wanted = {p.name: {} for p in PAGES}
            for page in PAGES:
                for x in page.wanted():
                    wanted[page.name].setdefault(x["id"], x["title"])  # an id seen twice on a page is one item
            for alert in fleet.main.get("/api/v1/alerts?limit=1000")["alerts"]:
                rows = fleet.main.get(f"/api/v1/matches?alert={alert['id']}&limit=1000")["matches"]
                found = {m["item"]["id"]: m["item"]["title"] for m in rows}
                require(len(rows) == len(found), f"{alert['name']}: {len(rows)} matches of {len(found)} items")
                other = set(found.items()) ^ set(wanted[alert["name"]].items())
                require(not other, f"{alert['name']}: {len(other)} differences: {sorted(other)[:4]}")
            fleet.wait_outbox_empty()
            told = [json.loads(body) for bodies in fleet.webhook.bodies_by_key().values() for body in bodies]
            total = sum(map(len, wanted.values()))
            once = {(x["alert"]["name"], x["item"]["id"]) for x in told}
            require(len(told) == len(once) == total, f"{len(told)} told, {len(once)} different ones, of {total}")
            before = len(nginx.requests())
            require(fleet.cycle()["run"]["newMatches"] == 0, "the second cycle finds something new")
            again = [r for r in nginx.requests()[before:] if r["path"] != "/robots.txt"]
            require(len(again) == len(PAGES) and {r["status"] for r in again} == {304}, f"the second cycle: {again}")
            print(f"  {total} items of {len(PAGES)} pages, each told once; then {len(again)} answers 304")


BOOK = "/doc/debian-policy/policy.html/"
BOOK_RULES = '''
[sources.NAME.paging]
kind = "next_link"
next = "head > link[rel=next]"
max_pages = 100
[sources.NAME.extract]
format = "html"
items = "section[id]"
[sources.NAME.extract.fields]
id = "::attr(id)"
title = "> h1, > h2, > h3, > h4"
'''


def chapters():
    """The book's pages in order, by the links in their heads, and its sections: the first of each name."""
    names, sections = ["index.html"], {}
    while True:
        tree = html(pathlib.Path(FOLDERS["/doc"], BOOK[len("/doc/"):], names[-1]))
        for section in tree.iter("section"):
            if section.get("id"):
                heading = next(x for x in section if x.tag in ("h1", "h2", "h3", "h4"))
                sections.setdefault(section.get("id"), text_of(heading))
        following = next((x.get("href") for x in tree.iter("link") if x.get("rel") == "next"), None)
        if following is None:
            return names, sections
        names.append(following)


def a_book_is_walked(vigie):
    """From page to page by the link in each head, to the last; the second time nothing of it is sent."""
    names, sections = chapters()
    require(len(names) >= 10, f"the book has the pages {names}; has it changed?")
    with Nginx(FOLDERS) as nginx:
        with Fleet(vigie, workers=2, source=source_toml("book", nginx.url(BOOK + names[0]), BOOK_RULES)) as fleet:
            alert = {"name": "all", "source": "book", "query": "", "channels": ["log"], "baseline": False}
            fleet.import_alerts([alert])
            for status in (200, 304):
                before = len(nginx.requests())
                progress = fleet.cycle()
                require(progress["run"]["alertsFailed"] == 0, f"{progress}")
                asked = [(r["path"], r["status"]) for r in nginx.requests()[before:] if r["path"] != "/robots.txt"]
                require(asked == [(BOOK + x, status) for x in names], f"asked: {asked}")
            rows = fleet.main.get("/api/v1/matches?limit=1000")["matches"]
            found = {m["item"]["id"]: m["item"]["title"] for m in rows}
            require(len(rows) == len(found), f"{len(rows)} matches of {len(found)} items")
            other = set(found.items()) ^ set(sections.items())
            require(not other, f"{len(other)} differences: {sorted(other)[:4]}")
            print(f"  {len(sections)} sections of {len(names)} pages")


if __name__ == "__main__":
    sys.exit(run_scenarios([every_item_of_every_page, a_fleet_reads_them, a_book_is_walked]))
