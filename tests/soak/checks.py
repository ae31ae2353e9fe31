"""What a soak checks all the time: what was told, and the nodes' memory, descriptors, children and logs."""

import collections
import contextlib
import json
import os
import pathlib
import statistics
import time
import urllib.parse
from decimal import Decimal

from brute_force import matches
from fleet import call, require, wait_until

PAGES, PAGE = 3, 50  # what the fleet's source asks for
YOUNG_S = 30         # memory of a process that has just started says nothing
JUDGED = 5           # samples that a third needs to be judged
CRASHED_ON_ORDER = "crashed on request"


class Ledger:
    """What must have been told, and what was."""

    def __init__(self, fleet, alerts):
        self.fleet, self.alerts = fleet, alerts
        self.expected = set()
        self.bodies = {}  # key -> body
        self.keys = {}    # (alert, item) -> key
        self.seen = 0

    def expect(self):
        """Adds what the brute force finds in what the site answers now."""
        before = len(self.expected)
        for alert in self.alerts:
            query = urllib.parse.quote(alert["query"])
            for page in range(1, PAGES + 1):
                status, _, body = call(self.fleet.site_port, "GET", f"/search?q={query}&page={page}&per_page={PAGE}")
                require(status == 200, f"the site answers {status}")
                items = json.loads(body, parse_float=Decimal)["items"]
                self.expected.update((alert["name"], i["id"]) for i in items if matches(alert, i))
                if len(items) < PAGE:
                    break
        return len(self.expected) - before

    def check(self):
        """Of what was told since the last time: one key for a match, one body for a key, nothing that does not match."""
        received = self.fleet.webhook.received
        end = len(received)
        for key, body in received[self.seen:end]:
            require(self.bodies.setdefault(key, body) == body, f"key {key} carries two bodies")
            told = json.loads(body)
            pair = (told["alert"]["name"], told["item"]["id"])
            require(self.keys.setdefault(pair, key) == key, f"{pair} has two keys: {self.keys[pair]} and {key}")
            require(pair in self.expected, f"{pair} was told and does not match")
        self.seen = end

    def check_complete(self):
        self.fleet.wait_outbox_empty()
        self.check()
        missing = self.expected - set(self.keys)
        require(not missing, f"{len(missing)} matches were never told: {sorted(missing)[:5]}")
        with_child = {a["name"] for a in self.alerts if "tee" in a["channels"]}
        wanted = {p for p in self.expected if p[0] in with_child}
        written = {(m["alert"]["name"], m["item"]["id"])
                   for m in map(json.loads, (self.fleet.main.folder / "told").read_text(encoding="utf-8").splitlines())}
        require(written == wanted, f"the exec channel: {len(wanted - written)} missing, {len(written - wanted)} too many")

    def resent(self):
        return self.seen - len(self.bodies)


class Watch:
    """The nodes' memory, descriptors, children and logs."""

    def __init__(self, nodes):
        self.nodes = nodes
        self.samples = []  # (moment, node, rss, descriptors)
        self.offsets = {n.name: 0 for n in nodes}
        self.restarts = 0
        self.errors = collections.Counter()

    def sample(self):
        for node in self.nodes:
            with contextlib.suppress(OSError):
                if time.monotonic() - node.began > YOUNG_S:
                    self.samples.append((time.monotonic(), node.name, node.rss_bytes(),
                                         len(os.listdir(f"/proc/{node.pid}/fd"))))

    def check_children(self):
        def none():
            ours = {str(n.pid) for n in self.nodes}
            for stat in pathlib.Path("/proc").glob("[0-9]*/stat"):
                with contextlib.suppress(OSError):
                    if stat.read_text(errors="replace").rpartition(")")[2].split()[1] in ours:
                        return False
            return True
        wait_until(none, "every child of a node to have ended")

    def read_logs(self):
        for node in self.nodes:
            with open(node.log_path, "rb") as log:
                log.seek(self.offsets[node.name])
                new = log.read()
            whole = new[:new.rfind(b"\n") + 1]
            self.offsets[node.name] += len(whole)
            for line in whole.splitlines():
                with contextlib.suppress(ValueError):
                    self.judge(node, json.loads(line))

    def judge(self, node, event):
        name = event.get("event")
        if name == "actor_restarted":
            self.restarts += 1
            require(CRASHED_ON_ORDER in json.dumps(event), f"an actor of {node.name} crashed by itself: {event}")
        require(name not in ("restart_intensity_exceeded", "actor_abandoned"), f"{node.name}: {event}")
        if event.get("level") == "error":
            self.errors[name] += 1

    def growth(self):
        """(node, what, median of the second third, of the last third); None where there are too few samples."""
        if not self.samples:
            return
        begun, ended = self.samples[0][0], self.samples[-1][0]
        for node in self.nodes:
            for what, at in (("RSS, MiB", 2), ("descriptors", 3)):
                thirds = [[s[at] for s in self.samples if s[1] == node.name and low <= (s[0] - begun) / (ended - begun or 1) <= high]
                          for low, high in ((1 / 3, 2 / 3), (2 / 3, 1))]
                scale = 2**20 if at == 2 else 1
                yield node.name, what, *(statistics.median(t) / scale if len(t) >= JUDGED else None for t in thirds)
