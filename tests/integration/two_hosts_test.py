#!/usr/bin/env python3
"""Several hosts in one assignment: what one says is heard, and its troubles are its own, whatever another one does.

Host A answers 403 at once, while B's `429, Retry-After` is still on its way; C has no trouble at all.
"""

import contextlib
import datetime
import json
import pathlib
import signal
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "support"))

from fleet import REGIONS, Fleet, Process, call, free_port, require, run_scenarios, wait_until  # noqa: E402

WORDS = ["iPhone", "Samsung", "Pixel", "Nokia"]  # an alert each at each host
SLOW_S, WAIT_S = 2.5, 9
NAMES = "abc"


class Site:
    def __init__(self, fleet, name):
        self.name = name
        self.port = free_port()
        self.log = fleet.folder / f"site-{name}.ndjson"
        self.process = Process(f"site-{name}", [fleet.vigie, "sample-site", "--listen", f"127.0.0.1:{self.port}", "--log",
                                                str(self.log)], fleet.folder / f"site-{name}.log", fleet.folder)

    def start(self):
        self.process.start()
        wait_until(lambda: call(self.port, "GET", "/healthz")[0] == 200, f"site {self.name} to answer")

    def fault(self, **rule):
        status, _, body = call(self.port, "POST", "/admin/faults", json.dumps(rule).encode(), {"content-type": "application/json"})
        require(status < 300, f"setting a fault: {status} {body!r}")

    def clear(self):
        require(call(self.port, "DELETE", "/admin/faults")[0] < 300, "clearing faults")

    def requests(self):
        if not self.log.exists():
            return []
        lines = self.log.read_text(encoding="utf-8").split("\n")
        return [json.loads(line) for line in lines[:-1]]  # a request is written down when it comes

    def searches(self):
        return [r for r in self.requests() if r["path"].startswith("/search")]


def begin(request):
    return datetime.datetime.fromisoformat(request["time"].replace("Z", "+00:00")).timestamp()


def answered(request):
    return begin(request) + request["delayMs"] / 1000


@contextlib.contextmanager
def trouble(vigie, cycle="", timeout_s=20):
    """A fleet of two workers, three hosts and their faults; all alerts are imported."""
    fleet = Fleet(vigie, workers=2, max_pages=1, source="", cycle=cycle)
    sites = {name: Site(fleet, name) for name in NAMES}
    text = "".join(fleet.default_source("50ms").replace(f":{fleet.site_port}/", f":{s.port}/").replace("sources.market", f"sources.{n}")
                   .replace(f"[sources.{n}.paging]", f'timeout = "{timeout_s}s"\n[sources.{n}.paging]')
                   for n, s in sites.items())
    config = fleet.main.config.read_text(encoding="utf-8")
    fleet.main.config.write_text(config.replace("[channels.log]", text + "[channels.log]"), encoding="utf-8")
    try:
        for site in sites.values():
            site.start()
        with fleet:
            fleet.import_alerts([{"name": f"{word} at {name}", "source": name, "query": word, "channels": ["hook"], "baseline": False}
                                 for word in WORDS for name in NAMES])
            # robots.txt of each is known before the trouble begins, and there is nothing new to tell of the first cycle.
            require(fleet.cycle()["run"]["alertsOk"] == len(WORDS) * len(NAMES), "a cycle without trouble")
            fleet.wait_outbox_empty()
            for site in sites.values():
                for i, word in enumerate(WORDS):
                    item = {"id": f"new-{site.name}-{i}", "title": f"{word} as new", "price": 1, "currency": "EUR", "condition": "neuf"}
                    status, _, body = call(site.port, "POST", "/admin/items", json.dumps(item).encode(), {"content-type": "application/json"})
                    require(status < 300, f"adding an item: {status} {body!r}")
            sites["a"].fault(region="*", path="/search*", fault="403", delayMs=300)
            sites["b"].fault(region="*", path="/search*", fault="429", retryAfter=WAIT_S, delayMs=int(SLOW_S * 1000), count=1)
            yield fleet, sites
    finally:
        for site in sites.values():
            site.process.kill()


def told(fleet, name):
    """Which new items of this host the receiver has heard of."""
    return {f"new-{name}-{i}" for i in range(len(WORDS)) if any(f"new-{name}-{i}".encode() in body for _, body in list(fleet.webhook.received))}


def check_sites(fleet, sites):
    asked = sites["b"].searches()
    limited = [r for r in asked if r["status"] == 429]
    require(len(limited) == 1, f"B limited {len(limited)} requests")
    until = answered(limited[0]) + WAIT_S
    early = [f"{begin(r) - answered(limited[0]):.2f} s after its 429: {r}" for r in asked if begin(limited[0]) < begin(r) < until]
    require(not early, f"B, Retry-After {WAIT_S}, was asked {early}")
    refused = [r["region"] for r in sites["a"].searches() if r["status"] == 403]
    require(len(refused) == len(set(refused)) <= 2, f"A refused {refused}")
    for name, site in sites.items():
        host = f"127.0.0.1:{site.port}"

        def counted(site=site, host=host):
            rows = [h for h in json.loads(fleet.command("conduct", "--json"))["hosts"] if h["host"] == host]
            seen = site.requests()
            counts = [len(seen), *(sum(r["status"] == x for r in seen) for x in (403, 429))]
            return rows and [rows[0][x] for x in ("requests", "refused", "rateLimited")] == counts
        wait_until(counted, f"the ledger of {name} to be what the site saw ({len(site.requests())} requests)", 30, 0.5)
    return limited[0]


def check_told(fleet, sites, limited):
    """C's matches at once, B's after its wait: one of its searches is lost to the 429, and comes with the next cycle."""
    wait_until(lambda: len(told(fleet, "c")) == len(WORDS), "C's matches")
    late = [r for r in sites["c"].searches()[len(WORDS):] if begin(r) > answered(limited) + WAIT_S]
    require(not late, f"C was first asked when B's wait was over: {late}")
    wait_until(lambda: fleet.cycle()["run"]["alertsOk"] == 2 * len(WORDS), "a cycle in which B and C are read")
    wait_until(lambda: len(told(fleet, "b")) == len(WORDS), "B's matches")
    require(not told(fleet, "a"), "A was read though it refuses")


def one_refuses(vigie):
    """A's refusal costs B and C nothing: no attempt, no time, and not B's word."""
    with trouble(vigie) as (fleet, sites):
        progress = fleet.cycle()
        limited = check_sites(fleet, sites)
        others = [a for a in progress["alerts"] if not a["alertName"].endswith(" at a")]
        require(all(a["attempt"] == 1 and a["state"] == "settled" for a in others if not a.get("error")), f"{others}")
        codes = {a["error"]["code"] for a in others if a.get("error")}
        require(codes <= {"rate_limited"}, f"alerts of B and C failed by {codes}")
        check_told(fleet, sites, limited)


def wait_under_way(sites):
    """B has got the request that it will answer with 429 in a while."""
    wait_until(lambda: any(r["status"] == 429 for r in sites["b"].searches()), "B to be asked", every_s=0.01)


def cancelled(vigie):
    """A newer trigger cancels the run while B's answer is on its way."""
    with trouble(vigie, 'overlap = "cancel_old"') as (fleet, sites):
        first = fleet.trigger()
        wait_under_way(sites)
        second = fleet.trigger()
        require(first != second, "the trigger did not begin a run")
        fleet.wait_run(second)
        require(fleet.wait_run(first)["run"]["state"] == "cancelled", "the first run was not cancelled")
        check_told(fleet, sites, check_sites(fleet, sites))


def main_restarted(vigie):
    """Main is ended in order and started again while B's answer is on its way: who got it says so to the new one."""
    with trouble(vigie) as (fleet, sites):
        run = fleet.trigger()
        wait_under_way(sites)
        require(fleet.main.stop() == 0, "main did not end in order")
        fleet.main.start().wait_live()
        fleet.wait_run(run)
        check_told(fleet, sites, check_sites(fleet, sites))


def worker_stopped(vigie):
    """The worker that B answers is stopped until its request's time-out has passed: the answer waits for it in the socket."""
    timeout_s = 4
    with trouble(vigie, timeout_s=timeout_s) as (fleet, sites):
        fleet.trigger()
        wait_under_way(sites)
        asked = next(r for r in sites["b"].searches() if r["status"] == 429)
        worker = fleet.workers[REGIONS.index(asked["region"])]
        worker.signal(signal.SIGSTOP)
        require(time.time() < answered(asked), "B had answered before its worker was stopped")
        wait_until(lambda: time.time() > begin(asked) + timeout_s + 1, "the time-out to pass")
        worker.signal(signal.SIGCONT)
        check_sites(fleet, sites)


if __name__ == "__main__":
    sys.exit(run_scenarios([one_refuses, cancelled, main_restarted, worker_stopped]))
