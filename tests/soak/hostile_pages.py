"""Pages that are made to hold whoever reads them, and pages that are not whole."""

import gzip
import json
import os
import time
import zlib

from fleet import Fleet, require, wait_until
from odd_site import OddSite, source

MIB = 1 << 20
HTML = {"content-type": "text/html; charset=utf-8"}
LIST = 'format = "html"\nitems = "li"'
FIELDS = 'id = "a::attr(x)"\ntitle = "a"'
# libxml2 compares each element that a step finds with all that it has found so far.
OWN_XPATH = 'format = "html"\nselectors = "xpath"\nitems = "//div//div//li"'
XPATH_FIELDS = 'id = "a/@x"\ntitle = "a"'


def many(piece, size):
    """Numbered pieces, together so large."""
    each = len(piece % 1_000_000)
    return b"".join(piece % i for i in range(size // each))


def page_of_attributes(size):
    """One element, and nothing else but its attributes."""
    return b"<html><body><ul>\n<li " + many(b"a%d='1' ", size - 100) + b"><a x='1'>t</a></li></ul></body></html>"


def page_of_paragraphs(size):
    return b"<html><body><ul></b>\n" + many(b"<p>word %d</p>\n", size - 100) + b"</ul></body></html>"


def page_for_xpath(groups):
    """Elements within one another, again and again."""
    return b"<html><body>" + (b"<div>" * 200 + b"<li><a x=1>t</a></li>" + b"</div>" * 200) * groups + b"</body></html>"


def alerts(names, queries=1):
    return [{"name": f"{n} {q}", "source": n, "query": f"q{q}", "channels": [], "baseline": False} for n in names for q in range(queries)]


def last_words(progress):
    """Of each alert, by name: how it settled."""
    out = {}
    for row in progress["alerts"]:
        if row["state"] in ("settled", "failed"):
            out[row["alertName"]] = row.get("error") or {"code": "none"}
    return out


def asked_once(site, start):
    """Nobody was given this page a second time."""
    paths = [x.path for x in site.pages(start)]
    require(paths and len(paths) == len(set(paths)), f"{start} was asked for again: {site.pages(start)}")


def attribute_page(vigie, options):
    """A page of 10 MB that is one element's attributes: refused for less than an ordinary page costs, and no second worker sees it."""
    size = 10 * MIB - 4096
    pages = {"/plain": page_of_paragraphs(size), "/attributes": page_of_attributes(size)}
    rounds = 3 if options.full else 1

    def answer(asked):
        body = pages.get(asked.path.split("?")[0])
        return body and (200, HTML, body)
    with OddSite(answer) as site:
        text = "".join(source(n, site.port, f"/{n}?q={{query}}", LIST, FIELDS) for n in ("plain", "attributes"))
        with Fleet(vigie, workers=2, source=text) as fleet:
            spent = {}
            for name in ("plain", "attributes"):
                fleet.import_alerts(alerts([name], rounds))
                before = [w.cpu_s() for w in fleet.workers]
                words = last_words(fleet.cycle())
                spent[name] = sum(w.cpu_s() for w in fleet.workers) - sum(before)
                require(all(x["code"] == "bad_page" for x in words.values()), f"{words}")
                for row in fleet.main.get("/api/v1/alerts?limit=1000")["alerts"]:
                    fleet.main.send("DELETE", f"/api/v1/alerts/{row['id']}")
            require(all("more than 256 attributes" in x["detail"] for x in words.values()), f"{words}")
            asked_once(site, "/attributes")
            require(len(site.pages("/attributes")) == rounds, f"{site.pages()}")
            print(f"    {rounds} x 10 MiB: {spent['attributes'] / rounds:.2f} s of processor time each, of plain ones "
                  f"{spent['plain'] / rounds:.2f} s", flush=True)
            require(spent["attributes"] < spent["plain"] / 2, f"{spent}")


def stuck_xpath(vigie, options):
    """XPath of a source's own that takes minutes on a page: told in page_time, no second worker sees it, others are not held
    up, and the node ends in order."""
    page = page_for_xpath(250 if options.full else 200)
    good = json.dumps({"items": [{"id": "1", "title": "t"}]}).encode()
    ordinary = b"<html><body><div><div><li><a x='7'>seven</a></li></div></div>" + b"<p>much text</p>" * 2000 + b"</body></html>"

    def answer(asked):
        if asked.path.startswith("/stuck"):
            return 200, HTML, page
        if asked.path.startswith("/xpath"):
            return 200, HTML, ordinary
        return (200, {"content-type": "application/json"}, good) if asked.path.startswith("/good") else None
    with OddSite(answer) as site:
        text = source("stuck", site.port, "/stuck?q={query}", OWN_XPATH, XPATH_FIELDS)
        text += source("xpath", site.port, "/xpath?q={query}", OWN_XPATH, XPATH_FIELDS)
        text += source("good", site.port, "/good?q={query}")
        limits = '[limits]\npage_time = "2s"\nshutdown = "20s"\n'
        with Fleet(vigie, workers=2, source=text, worker_extra=limits) as fleet:
            fleet.import_alerts(alerts(["stuck", "xpath", "good"], 3))
            progress = fleet.cycle(deadline_s=60)
            words = last_words(progress)
            for name, error in words.items():
                if name.startswith("stuck"):
                    require(error["code"] == "bad_page" and "limits.page_time" in error["detail"] and error["place"] == "page 1", f"{error}")
                else:
                    require(error["code"] == "none", f"{name}: {error}")
            asked_once(site, "/stuck")
            readers = [w for w in fleet.workers if threads_at_work(w)]
            require(readers, "no page is being read any more: it is too small for this test")
            # The threads that nobody can stop hold up nobody.
            again = last_words(fleet.cycle(deadline_s=60))
            require(all(x["code"] == ("bad_page" if n.startswith("stuck") else "none") for n, x in again.items()), f"{again}")
            for worker in fleet.workers:
                begun = time.monotonic()
                status = worker.stop()
                require(status == 0, f"{worker.name} ends with {status}: {worker.log()[-500:]}")
                print(f"    {worker.name} ended in order after {time.monotonic() - begun:.1f} s", flush=True)


def threads_at_work(node):
    """Threads of the node that give way to all others: those whose page has had its time."""
    out = []
    for task in os.listdir(f"/proc/{node.pid}/task"):
        with open(f"/proc/{node.pid}/task/{task}/stat", encoding="ascii") as f:
            name, rest = f.read().rsplit(")", 1)
            if name.endswith("(vigie.pages") and rest.split()[16] == "19":
                out.append(task)
    return out


def packed(kind, body):
    if kind == "gzip":
        return gzip.compress(body, mtime=0)
    return zlib.compress(body)


def cut_then_unchanged(vigie, options):
    """A page whose packing is cut, and a site that would say 304 from then on: nothing of the cut page is kept."""
    kinds = ["gzip", "deflate"]
    whole = json.dumps({"items": [{"id": str(i), "title": f"a thing {i}"} for i in range(300)]}).encode()
    older = json.dumps({"items": [{"id": str(i), "title": f"a thing {i}"} for i in range(100)]}).encode()
    state = {"now": "older"}

    def answer(asked):
        kind = asked.path[1:].split("?")[0]
        if kind not in kinds:
            return None
        now = state["now"]
        validators = {"etag": f'"{now}"', "last-modified": "Mon, 02 Nov 2026 10:00:00 GMT"} if now != "whole" else {"etag": '"whole"'}
        head = {"content-type": "application/json", "content-encoding": kind, **validators}
        # As a site that does not know that what it sent was cut.
        if asked.headers.get("if-none-match") in ('"cut"', f'"{now}"'):
            return 304, validators, b""
        body = packed(kind, older if now == "older" else whole)
        return 200, head, body[:len(body) * 2 // 3] if now == "cut" else body

    with OddSite(answer) as site:
        text = "".join(source(k, site.port, f"/{k}?q={{query}}") for k in kinds)
        with Fleet(vigie, workers=2, source=text) as fleet:
            fleet.import_alerts([{**a, "channels": ["hook"]} for a in alerts(kinds)])

            def cycle(now):
                state["now"] = now
                begun = len(site.pages())
                progress = fleet.cycle()
                for x in site.pages()[begun:]:
                    require(x.headers.get("if-none-match") != '"cut"', f"{x} is asked with what a cut page said: {x.headers}")
                    require(now != "cut" or x.headers.get("if-none-match") in ('"older"', None), f"{x.headers}")
                return last_words(progress), [x.headers.get("if-none-match") for x in site.pages()[begun:]]
            for told, steps in ((100, ["older", "cut", "cut"]), (300, ["whole", "whole"])):
                for step in steps:
                    words, asked = cycle(step)
                    code = "bad_page" if step == "cut" else "none"
                    require([x["code"] for x in words.values()] == [code] * len(kinds), f"{step}: {words}")
                    require(step != "cut" or len(asked) == len(kinds), f"a cut page was asked for again: {asked}")
                fleet.wait_outbox_empty()
                bodies = fleet.webhook.bodies_by_key()
                require(len(bodies) == told * len(kinds), f"{len(bodies)} told, not {told} of each")
            require(asked == ['"whole"'] * len(kinds), f"the whole page's validators are not used: {asked}")
            wait_until(lambda: all(w.alive() for w in fleet.workers), "the workers")
