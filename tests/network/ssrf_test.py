#!/usr/bin/env python3
"""The address guard before a whole internet of listeners: what the table tests/network/ssrf_corpus.txt lists is tried in every
way a URL gets into vigie, and no address of a blocked class, none of the fleet's own and no odd port sees a connection.

usage: ssrf_test.py VIGIE [SCENARIO...]

In a network namespace of its own (tests/support/namespace.py) every address arrives at a listener here. That each of them
would see a connection is shown twice: by connecting to each before, and by a node whose allow_private opens everything.
"""

import datetime
import collections
import concurrent.futures
import http.client
import ipaddress
import json
import pathlib
import re
import shutil
import socket
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "support"))
sys.path.insert(0, str(ROOT / "tests" / "network"))

import namespace  # noqa: E402
from fleet import Process, require, run_scenarios, wait_until  # noqa: E402
from name_server import NOBODY, PUBLIC, PUBLIC6, NameServer  # noqa: E402
from ssrf_site import Internet  # noqa: E402

US = "127.0.0.99"  # where this test's own requests to a node's API come from
API, LINK, GHOST = 3000, 7700, 7799
PUBLIC_PORTS = {80, 443, 8443}
LISTED = ("10.9.9.9", 8081)
PORTS = sorted({1, 22, 25, 80, 443, 2375, 6379, 8080, 8081, 8443, 9200, 11211, GHOST})
OPEN = '["0.0.0.0/1", "128.0.0.0/1", "::/1", "8000::/1"]'
CLOSED = f'["{LISTED[0]}/32:{LISTED[1]}"]'

# The blocked classes once more, by somebody else's parser.
BLOCKED = [ipaddress.ip_network(x) for x in (
    "0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12 192.0.0.0/24 192.0.2.0/24 192.88.99.0/24 "
    "192.168.0.0/16 198.18.0.0/15 198.51.100.0/24 203.0.113.0/24 224.0.0.0/4 240.0.0.0/4 ::/3 4000::/2 8000::/1 2001::/23 "
    "2001:db8::/32 2002::/16 3fff::/20").split()]

Row = collections.namedtuple("Row", "number ways url expected")


def read_corpus():
    rows = []
    for line in (ROOT / "tests" / "network" / "ssrf_corpus.txt").read_text(encoding="utf-8").split("\n"):
        if line and not line.startswith("#"):
            ways, url, expected = line.split(" | ")
            rows.append(Row(len(rows), ways.strip(), url, expected))
    return rows


ROWS = read_corpus()


def is_open(address, port):
    """What a node of CLOSED may connect to."""
    if (address, port) == LISTED:
        return True
    ip = ipaddress.ip_address(address)
    return port in PUBLIC_PORTS and not any(ip in x for x in BLOCKED if x.version == ip.version)


class World:
    """The namespace's inhabitants, made once."""

    def __init__(self):
        namespace.unreachable(NOBODY)
        self.names = NameServer(namespace.NAME_SERVER)
        self.internet = Internet(PORTS, [x.url for x in ROWS])
        self.sniffer = namespace.Sniffer()
        self.mark = 0

    def forget(self):
        self.settle()
        self.sniffer.seen.clear()
        self.internet.accepted.clear()
        self.internet.requests.clear()
        self.names.flips.clear()

    def settle(self):
        """Until sniffer and listeners are at what happened last: they see connections that are made now."""
        self.mark += 1
        here = f"127.1.{self.mark >> 8}.{self.mark & 255}"
        for port in PORTS:
            socket.create_connection((here, port), 10).close()
        marks = {(here, port) for port in PORTS}
        wait_until(lambda: marks <= {(to, port) for _, to, port in list(self.sniffer.seen)}, "the sniffer to see the marks")
        wait_until(lambda: marks <= set(self.internet.accepted), "the listeners to hear the marks")

    def connections(self):
        """Everything that vigie opened, or tried to, as a set of (address, port); the link to the ghost worker is meant."""
        self.settle()
        return {(to, port) for source, to, port in list(self.sniffer.seen)
                if source != US and not to.startswith("127.1.") and (to, port) != ("127.0.0.1", GHOST)}

    def asked_of_the_fleet(self):
        """Requests that reached an endpoint of the fleet, whose connections alone say nothing."""
        return [x for x in list(self.internet.requests) if x[1] == GHOST]


def source(name, url, robots):
    return f'''
[sources.{name}]
url = {json.dumps(url)}
[sources.{name}.extract]
items = "items"
[sources.{name}.extract.fields]
id = "id"
title = "title"
[sources.{name}.gate]
min_interval = "10ms"
max_in_flight = 8
obey_robots = {"true" if robots else "false"}
owner_consent = "the test's own internet"
''' + ("" if robots else f'''
[sources.{name}.exception]
reason = "the test's own internet"
approved_by = "the test"
expires = "{datetime.date.today() + datetime.timedelta(days=30)}"
''')


class Node(Process):
    """Main and worker in one process, with a worker elsewhere that nobody is."""

    def __init__(self, vigie, allow_private, sources, channels="", contact="https://example.org/bot"):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="vigie-ssrf-"))
        config = self.folder / "node.toml"
        config.touch(mode=0o600)
        config.write_text(f'''
[node]
name = "main"
roles = ["main", "worker"]
data_dir = "data"
[api]
listen = "127.0.0.1:{API}"
[link]
listen = "127.0.0.1:{LINK}"
insecure_loopback = true
[[workers]]
local = true
[[workers]]
id = "ghost"
address = "127.0.0.1:{GHOST}"
[cycle]
enabled = false
baseline = false
[fetch]
product_token = "vigie"
contact = "{contact}"
allow_private = {allow_private}
allow_ports = [8443]
max_in_flight = 256
[limits]
notify_in_flight = 64
[log]
level = "info"
format = "json"
{sources}
{channels}
''', encoding="utf-8")
        super().__init__("main", [str(pathlib.Path(vigie).resolve()), "run", str(config)], self.folder / "log", self.folder)

    def __enter__(self):
        self.start()
        wait_until(lambda: self.alive() and self.call("GET", "/readyz")[0] == 200, "the node to be ready")
        return self

    def __exit__(self, kind, _value, _trace):
        if kind is not None:
            print(self.log()[-6000:], file=sys.stderr)
        self.kill()
        shutil.rmtree(self.folder, ignore_errors=True)

    def call(self, method, path, value=None, timeout=120):
        key = (self.folder / "data" / "admin.key").read_text(encoding="ascii").strip()
        connection = http.client.HTTPConnection("127.0.0.1", API, timeout=timeout, source_address=(US, 0))
        try:
            connection.request(method, path, None if value is None else json.dumps(value).encode(),
                               {"x-api-key": key, "content-type": "application/json"})
            answer = connection.getresponse()
            return answer.status, answer.read().decode("utf-8", "replace")
        finally:
            connection.close()

    def scrape(self, url):
        """(reached, what was said)"""
        status, text = self.call("POST", "/api/v1/worker/execute", {"type": "scrape", "payload": {"url": url}})
        return status == 200 and json.loads(text)["success"], text

    def scrape_all(self, urls):
        with concurrent.futures.ThreadPoolExecutor(48) as pool:
            return list(pool.map(self.scrape, urls))


def rows_of(way, *expected):
    return [x for x in ROWS if way in x.ways and (not expected or x.expected in expected)]


def sources_of(rows, urls, robots):
    """For each URL that is one: its host's gate, so that nothing waits for politeness."""
    out = "".join(source(f"s{row.number}", url, robots) for row, url in zip(rows, urls) if row.expected != "refused")
    return out


def check(row, way, outcome):
    """The answer itself; what was connected to is judged apart from it."""
    reached, said = outcome
    what = f"{way} of {row.url}: {said[:300]}"
    if row.expected == "reached":
        require(reached, what)
    elif row.expected == "refused":
        require(not reached and ("bad_request" in said or way != "fetch"), what)
    elif row.expected == "blocked":
        require(not reached, what)
        require("blocked_address" in said or way != "fetch", what)


def no_violations(world, expected):
    seen = world.connections()
    bad = sorted(x for x in seen if not is_open(*x))
    require(not bad, f"connections to blocked addresses: {bad}")
    require(not world.asked_of_the_fleet(), f"the fleet was asked: {world.asked_of_the_fleet()}")
    missing = [x for x in expected if x not in seen]
    require(not missing, f"never connected to: {missing}")
    heard = {x for x in list(world.internet.accepted) if not x[0].startswith("127.1.")}
    require(heard <= seen | {("127.0.0.1", GHOST)}, f"a listener heard what the sniffer did not: {heard - seen}")
    return seen


# ---------------------------------------------------------------------------------------------------------------------


def every_listener_hears(_vigie):
    """The harness itself connects to each address and port of the table: sniffer and listeners see every one of them."""
    world = the_world()
    world.forget()
    wanted, beyond = set(), set()
    for row in ROWS:
        plain = re.match(r"https?://(\d+\.\d+\.\d+\.\d+|\[[0-9a-f:.]+\])(?::(\d+))?/", row.url)
        if not plain or row.expected == "refused":
            continue
        try:
            ip = ipaddress.ip_address(plain[1].strip("[]"))
        except ValueError:
            continue  # octal numbers, which are addresses for a URL only
        ip = getattr(ip, "ipv4_mapped", None) or ip
        port = int(plain[2] or (443 if row.url.startswith("https") else 80))
        if port not in PORTS or ip.is_unspecified:
            continue
        try:
            text = socket.inet_ntop(socket.AF_INET6 if ip.version == 6 else socket.AF_INET, ip.packed)
            socket.create_connection((text, port), 10).close()
            wanted.add((text, port))
        except OSError:
            beyond.add(str(ip))
    world.settle()
    wait_until(lambda: wanted <= set(world.internet.accepted), "each listener to have heard its connection")
    require(wanted <= {(to, port) for _, to, port in list(world.sniffer.seen)}, "the sniffer saw less than the listeners")
    blocked = {x for x in wanted if not is_open(*x)}
    require(len(blocked) >= 40, f"only {len(blocked)} blocked endpoints can be listened at")
    print(f"        {len(blocked)} blocked endpoints heard a connection; the kernel itself refuses: {', '.join(sorted(beyond))}")


def pages_and_redirects(vigie):
    """Every F and H of the table, by a scrape each, and a cycle whose source is public."""
    world = the_world()
    fetched, hops = rows_of("F"), rows_of("H")
    hop_urls = [f"http://h-{x.number}.test/page" for x in hops]
    sources = (sources_of(fetched, [x.url for x in fetched], False) +
               "".join(source(f"h{x.number}", url, False) for x, url in zip(hops, hop_urls)))
    world.forget()
    with Node(vigie, CLOSED, sources) as node:
        for row, outcome in zip(fetched, node.scrape_all([x.url for x in fetched])):
            check(row, "fetch", outcome)
        for row, outcome in zip(hops, node.scrape_all(hop_urls)):
            check(row, "redirect", outcome)
    asked = [x for x in list(world.internet.requests) if x[2].startswith("GET /page ")]
    require(len(asked) >= len(hops), f"{len(asked)} of {len(hops)} redirects were served")
    seen = no_violations(world, [(PUBLIC, 80), (PUBLIC, 8443), (PUBLIC6, 80), LISTED])
    print(f"        {len(fetched)} URLs, {len(hops)} redirects; connected to: {sorted(seen)}")


def robots_and_their_redirects(vigie):
    """Every R: the robots.txt of that host is asked for first. Every T: a public robots.txt redirects there."""
    world = the_world()
    direct, hops = rows_of("R"), rows_of("T")
    hop_urls = [f"http://r-{x.number}.test/page" for x in hops]
    sources = (sources_of(direct, [x.url for x in direct], True) +
               "".join(source(f"r{x.number}", url, True) for x, url in zip(hops, hop_urls)) +
               sources_of([x for x in hops if "R" not in x.ways and x.url.startswith("http")],
                          [x.url for x in hops if "R" not in x.ways and x.url.startswith("http")], True))
    world.forget()
    with Node(vigie, CLOSED, sources) as node:
        for row, outcome in zip(direct, node.scrape_all([x.url for x in direct])):
            check(row, "robots", outcome)
            denied = "robots_disallowed" in outcome[1] or "blocked_address" in outcome[1]
            require(row.expected == "reached" or denied, f"{row.url}: {outcome[1][:300]}")
        for row, outcome in zip(hops, node.scrape_all(hop_urls)):
            denied = "robots_disallowed" in outcome[1] or "blocked_address" in outcome[1]
            require(row.expected in ("mixed", "reached") or (not outcome[0] and denied),
                    f"robots.txt redirects to {row.url}: {outcome[1][:300]}")
        followed = [x["url"] for x in events(node, "robots_fetched")]
    require(len([x for x in followed if re.match(r"http://r-\d+\.test/robots", x)]) == len(hops), "not each was redirected")
    require(len(followed) >= 2 * len(hops) - len(rows_of("T", "refused")), "redirects were not followed")
    no_violations(world, [(PUBLIC, 80)])
    print(f"        {len(direct)} hosts, {len(hops)} redirects")


def events(node, name):
    out = []
    for line in node.log().split("\n"):
        if f'"{name}"' in line:
            out.append(json.loads(line))
    return out


def notifications(vigie):
    """Every W and G is a channel of one alert, which matches. A bot's token goes over https only, and nobody here speaks
    that: where it is let, a connection is all that comes of it."""
    world = the_world()
    channels, rows = "", {}
    for row in rows_of("W"):
        rows[f"hook-{row.number}"] = row
        channels += f'[channels.hook-{row.number}]\ntype = "webhook"\nurl = "{row.url}"\ntime_out = "5s"\n'
    for row in rows_of("G"):
        rows[f"chat-{row.number}"] = row
        channels += (f'[channels.chat-{row.number}]\ntype = "telegram"\ntoken = "123:abc"\nchat_id = "-1"\n'
                     f'base_url = "{re.sub("^http:", "https:", row.url)}"\ntime_out = "5s"\n')
    # A page of each changing name is fetched as well: the two clients of a node look names up by themselves.
    flips = [x for x in ROWS if "flip-" in x.url]
    sources = source("feed", "http://site.test/feed", False) + sources_of(flips, [x.url for x in flips], False)
    world.forget()
    with Node(vigie, CLOSED, sources, channels) as node:
        node.scrape_all([x.url for x in flips])
        names = sorted(rows)
        alerts = [{"name": f"a{i}", "source": "feed", "query": "x", "channels": names[i::2], "baseline": False} for i in (0, 1)]
        status, text = node.call("POST", "/api/v1/alerts/import", alerts)
        require(status < 300, text)
        node.call("POST", "/api/v1/alerts/run-once")

        def outbox():
            return {x["channel"]: x for x in json.loads(node.call("GET", "/api/v1/outbox?limit=1000")[1])["outbox"]}
        wait_until(lambda: len(outbox()) == len(rows) and all(x["attempts"] > 0 and x["state"] != "sending"
                                                              for x in outbox().values()), "every channel to be tried")
        for name, sent in outbox().items():
            let = name.startswith("chat-") and "blocked_address" not in json.dumps(sent)
            check(rows[name], "notification", (sent["state"] == "sent" or let, json.dumps(sent)))
            require(rows[name].expected != "blocked" or "blocked_address" in json.dumps(sent), f"{rows[name].url}: {sent}")
    no_violations(world, [(PUBLIC, 80), (PUBLIC, 443)])
    both = [x for x, said in world.names.flips.items() if len(set(said)) == 2]
    require(len(both) == len(flips), f"only {both} changed its address between two look-ups: {world.names.flips}")
    print(f"        {len(rows)} channels, {len(both)} names that changed between two look-ups")


def opened(vigie):
    """With everything in allow_private, the same URLs do arrive at the listeners, so their silence above means something;
    and the fleet's own endpoints still see nothing."""
    world = the_world()
    fetched = rows_of("F", "blocked", "mixed")
    world.forget()
    with Node(vigie, OPEN, sources_of(fetched, [x.url for x in fetched], False)) as node:
        outcomes = node.scrape_all([x.url for x in fetched])
        own = [(row, said) for row, (_, said) in zip(fetched, outcomes) if re.search(rf":({API}|{LINK}|{GHOST})/", row.url)]
        require(len(own) >= 7, f"{len(own)} URLs of the fleet's own")
        for row, said in own:
            require("blocked_address" in said, f"{row.url} was not blocked: {said[:300]}")
    seen = world.connections()
    reached = {x for x in seen if not is_open(*x)}
    require(len(reached) >= 50, f"only {len(reached)} blocked endpoints were reached: {sorted(reached)}")
    require(not seen & {("127.0.0.1", API), ("127.0.0.1", LINK)}, "an endpoint of the fleet was connected to")
    require(not world.asked_of_the_fleet(), f"the fleet was asked: {world.asked_of_the_fleet()}")
    print(f"        {len(reached)} blocked endpoints were reached through allow_private")


def nobody_to_write_to(vigie):
    """Without a contact a node talks to loopback only, whatever allow_private says."""
    world = the_world()
    urls = [f"http://{PUBLIC}/", f"http://{LISTED[0]}:{LISTED[1]}/", "http://site.test/", "http://127.5.5.5:8080/"]
    world.forget()
    with Node(vigie, f'["{LISTED[0]}/32:{LISTED[1]}", "127.5.5.5/32:8080"]', source("local", urls[3], False), contact="") as node:
        said = node.scrape_all(urls)
        for url, outcome in zip(urls[:3], said[:3]):
            require(not outcome[0], f"{url} was fetched: {outcome[1][:300]}")
        require(said[3][0], f"{urls[3]}: {said[3][1][:300]}")
    require(world.connections() == {("127.5.5.5", 8080)}, f"connected to {world.connections()}")


_world = []


def the_world():
    if not _world:
        _world.append(World())
    return _world[0]


if __name__ == "__main__":
    namespace.enter()
    begun = time.monotonic()
    code = run_scenarios([every_listener_hears, pages_and_redirects, robots_and_their_redirects, notifications, opened,
                          nobody_to_write_to])
    print(f"{len(ROWS)} rows, {sum(len(x.ways) for x in ROWS)} URLs and hops, {time.monotonic() - begun:.0f} s", flush=True)
    sys.exit(code)
