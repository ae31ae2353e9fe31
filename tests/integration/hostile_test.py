#!/usr/bin/env python3
"""Bad pages are errors of their alert, with the place; hostile clients of the API never take the node down."""

import asyncio
import collections
import json
import pathlib
import random
import re
import resource
import select
import socket
import sys
import threading
import http.server

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "support"))

from fleet import Fleet, call, require, run_scenarios, wait_until  # noqa: E402


class Pages:
    """A site that answers each path with fixed bytes, which need not be what it promised."""

    def __init__(self, pages):
        outer = self
        self.pages = pages

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                body, promised = outer.pages.get(self.path, (b"", None))
                self.send_response(200 if self.path in outer.pages else 404)
                self.send_header("content-type", "application/json")
                self.send_header("content-length", str(promised or len(body)))
                self.end_headers()
                try:
                    self.wfile.write(body)
                except OSError:
                    pass
                self.close_connection = True

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


def bad_pages(vigie):
    good = {"items": [{"id": "1", "title": "a lamp", "price": 12.5}]}
    pages = {
        "/notjson": (b"<html>busy</html>", None),
        "/noitems": (b'{"results": []}', None),
        "/notalist": (b'{"items": {"id": 1}}', None),
        "/notitle": (b'{"items": [{"id": "1", "name": "x"}, {"id": "2"}]}', None),
        "/wrongtype": (b'{"items": [{"id": "1", "title": {"a": 1}}]}', None),
        "/badprice": (b'{"items": [{"id": "1", "title": "x", "price": [1]}]}', None),
        "/truncatedjson": (b'{"items": [{"id": "1", "title": "x"', None),
        "/truncatedbody": (json.dumps(good).encode(), 5000),
        "/badutf8": (b'{"items": [{"id": "1", "title": "\xff\xfe"}]}', None),
        "/empty": (b"", None),
        "/toolarge": (b'{"items": [' + b" " * (11 << 20) + b"]}", None),
        "/good": (json.dumps(good).encode(), None),
        "/odd": (b'{"items": [{"id": "1"}, {"id": "2", "title": "x"}, {"id": "3", "title": ""}, null]}', None),
        "/nothing": (b'{"total": 0}', None),
    }
    site = Pages(pages)
    fields = '\n'.join(f'{f} = "{f}"' for f in ("id", "title", "price"))
    source = "".join(f'''
[sources.{path[1:]}]
url = "http://127.0.0.1:{site.port}{path}"
[sources.{path[1:]}.extract]
format = "json"
items = "items"
empty = "total=0"
[sources.{path[1:]}.extract.fields]
{fields}
[sources.{path[1:]}.gate]
min_interval = "10ms"
owner_consent = "the test's own site"
''' for path in pages)
    expected = {
        "notjson": "bad_page", "noitems": "bad_page", "notalist": "bad_page", "notitle": "bad_page", "wrongtype": "bad_page",
        "truncatedjson": "bad_page", "truncatedbody": "network", "badutf8": "bad_page", "empty": "bad_page",
        "toolarge": "body_too_large",
    }
    with Fleet(vigie, workers=2, source=source) as fleet:
        fleet.import_alerts([{"name": p[1:], "source": p[1:], "query": "", "channels": [], "baseline": False} for p in pages])
        progress = fleet.cycle()
        last = {}
        for row in progress["alerts"]:
            if row["state"] in ("settled", "failed"):
                last[row["alertName"]] = row
        for name, code in expected.items():
            row = last[name]
            error = row.get("error") or {}
            require(error.get("code") == code, f"{name}: {row}")
            if code == "bad_page":
                require(error.get("place"), f"{name}: the error has no place: {error}")
        require(last["good"]["itemsChecked"] == 1 and not last["good"]["error"], f"{last['good']}")
        notes = ["2 items without a title were left out, first at page 1 /items/0/title",
                 "an entry that is no item was left out, at page 1 /items/3"]
        require(last["odd"]["itemsChecked"] == 1 and not last["odd"]["error"] and last["odd"]["notes"] == notes, f"{last['odd']}")
        require(last["nothing"]["itemsChecked"] == 0 and not last["nothing"]["error"] and not last["nothing"]["notes"],
                f"{last['nothing']}")
        shown = fleet.command("runs", str(progress["run"]["id"]))
        require(all(note in shown for note in notes), shown)
        require(progress["run"]["alertsFailed"] == len(expected), f"{progress['run']}")
        require(all(n.alive() for n in [fleet.main, *fleet.workers]), "a node ended")


def more_than_the_cap(port):
    """All connections above [api] max_connections are answered 503, and those below are served meanwhile."""
    cap, above = 1024, 200  # the default; the node has descriptors for it, as this process has
    held = [socket.create_connection(("127.0.0.1", port), timeout=10) for _ in range(cap + above)]
    by_fd = {s.fileno(): s for s in held}
    poll = select.poll()
    for fd in by_fd:
        poll.register(fd, select.POLLIN)
    refused = set()

    def all_refused():
        for fd, _ in poll.poll(1000):
            require(by_fd[fd].recv(12) == b"HTTP/1.1 503", "a connection above the cap was answered with something else")
            refused.add(fd)
            poll.unregister(fd)
        return len(refused) >= above
    wait_until(all_refused, f"{above} connections above the cap to be refused", deadline_s=12)  # then silent ones are let go
    require(len(refused) <= above + 5, f"{len(refused)} of {cap + above} connections were refused at a cap of {cap}")
    served = next(s for s in held if s.fileno() not in refused)
    served.sendall(b"GET /livez HTTP/1.1\r\nhost: localhost\r\n\r\n")
    require(served.recv(12) == b"HTTP/1.1 200", "a connection below the cap is not served")
    for s in held:
        s.close()
    print(f"    {cap + above} connections at once, {len(refused)} refused")


def hostile_clients(vigie):
    # The node inherits it: three quarters of its descriptors are for connections.
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 8192), hard))
    with Fleet(vigie, workers=1) as fleet:
        node = fleet.main
        key = node.key()
        head = {"x-api-key": key, "content-type": "application/json"}

        def problem(status, answer, wanted):
            require(status == wanted, f"{status} instead of {wanted}: {answer[1][:200]}")
            require(answer[0].get("content-type", "").startswith("application/problem+json"), f"{answer[0]}")
            require("request_id" in answer[1].decode(), f"no request id: {answer[1]!r}")

        def ask(method, path, body=None, headers=None):
            status, heads, text = call(node.api_port, method, path, body, headers if headers is not None else head)
            return status, ({k.lower(): v for k, v in heads.items()}, text)

        problem(*ask("GET", "/api/v1/worker/main/stats", headers={}), 401)
        problem(*ask("GET", "/api/v1/worker/main/stats", headers={"x-api-key": key[:-1] + ("A" if key[-1] != "A" else "B")}), 401)
        problem(*ask("GET", "/api/v1/nothing"), 404)
        problem(*ask("DELETE", "/api/v1/alerts/run-once"), 405)
        problem(*ask("POST", "/api/v1/alerts", b"{"), 400)
        problem(*ask("POST", "/api/v1/alerts", b'{"name": 3, "source": "market"}'), 400)
        problem(*ask("POST", "/api/v1/worker/main/execute", b'{"type": "rm -rf", "payload": {}}'), 400)
        problem(*ask("POST", "/api/v1/alerts/import", b"[" * 100000), 400)
        problem(*ask("POST", "/api/v1/alerts/import", b" " * (2 << 20)), 413)

        seed = random.Random(7)
        for _ in range(300):
            with socket.create_connection(("127.0.0.1", node.api_port), timeout=10) as s:
                s.sendall(bytes(seed.randrange(256) for _ in range(seed.randrange(1, 400))))

        more_than_the_cap(node.api_port)

        # 10,000 connections, a few hundred of them at a time.
        open_now = []
        for _ in range(10000):
            open_now.append(socket.create_connection(("127.0.0.1", node.api_port), timeout=10))
            if len(open_now) > 900:
                for s in open_now[:450]:
                    s.close()
                del open_now[:450]
        for s in open_now:
            s.close()
        wait_until(lambda: ask("GET", "/api/health")[0] == 200, "the API to answer again")
        require(node.alive() and fleet.workers[0].alive(), "a node ended")


def flood(vigie):
    """100,000 commands at the execute endpoint: accepted + refused = 100,000, memory stays within 64 MiB of idle."""
    total, connections = 100_000, 800
    with Fleet(vigie, workers=4) as fleet:
        node = fleet.main
        body = json.dumps({"type": "scrape", "payload": {"url": f"http://127.0.0.1:{fleet.site_port}/search?q=x"}}).encode()
        one = (f"POST /api/v1/worker/main/execute HTTP/1.1\r\nhost: localhost\r\nx-api-key: {node.key()}\r\n"
               f"content-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n").encode() + body
        left, counts = total, collections.Counter()

        async def client():
            nonlocal left
            reader, writer = await asyncio.open_connection("127.0.0.1", node.api_port)
            while left > 0:
                left -= 1
                writer.write(one)
                head = await reader.readuntil(b"\r\n\r\n")
                length = int(re.search(rb"content-length: (\d+)", head, re.IGNORECASE).group(1))
                await reader.readexactly(length)
                counts[int(head.split(None, 2)[1])] += 1
            writer.close()

        async def clients():
            tasks = [asyncio.create_task(client()) for _ in range(connections)]
            peak = 0
            while not all(t.done() for t in tasks):
                peak = max(peak, node.rss_bytes())
                await asyncio.wait(tasks, timeout=0.2)
            for t in tasks:
                t.result()
            return peak

        idle = node.rss_bytes()
        peak = asyncio.run(asyncio.wait_for(clients(), 400))
        print(f"    statuses {dict(counts)}; memory idle {idle >> 20} MiB, peak {peak >> 20} MiB")
        require(sum(counts.values()) == total, f"answered {sum(counts.values())} of {total}")
        require(set(counts) <= {200, 429, 502, 503, 504}, f"{counts}")
        require(counts[429] > 0, "nothing was refused: this was no flood")
        require(counts[200] > 0, "nothing was accepted")
        require(peak - idle <= 64 << 20, f"memory grew by {(peak - idle) >> 20} MiB")
        require(node.alive() and all(w.alive() for w in fleet.workers), "a node ended")
        wait_until(lambda: call(node.api_port, "GET", "/livez")[0] == 200, "the node to answer after the flood")


if __name__ == "__main__":
    sys.exit(run_scenarios([bad_pages, hostile_clients, flood]))
