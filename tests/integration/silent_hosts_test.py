#!/usr/bin/env python3
"""Hosts that are silent, drip, hang at robots.txt or want a wide gap, ten alerts on each: nobody else's alerts come late.

Judged by order, not by the clock: the healthy hosts' searches are all asked again, tick after tick, while the others' searches
of the first run are still open.
"""

import collections
import json
import pathlib
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "support"))

from fleet import Fleet, require, run_scenarios, wait_until  # noqa: E402
from odd_site import OddSite, source  # noqa: E402

ALERTS = 10
ROUNDS = 4  # of all healthy searches, beside the first run
# Ticks as near to one another as the machine makes them; a slow host keeps a search for three time-outs.
CYCLE = 'interval = "2s"\ninitial_delay = "0ms"\nhost_timeouts = 100\nrun_deadline = "30m"\n'
PAGE = json.dumps({"items": [{"id": "1", "title": "a thing"}]}).encode()


def healthy(asked):
    return (200, {"content-type": "application/json"}, PAGE) if asked.path != "/robots.txt" else None


def alerts_of(names):
    return [{"name": f"{name} {i}", "source": name, "query": f"q{i}", "channels": [], "baseline": False}
            for i in range(ALERTS) for name in names]


def timed(fleet):
    """The fleet's main with a timer, which the template has not."""
    text = fleet.main.config.read_text(encoding="utf-8")
    require("enabled = false\n" in text, "the template has changed")
    fleet.main.config.write_text(text.replace("enabled = false\n", "", 1), encoding="utf-8")
    return fleet


def runs_of(fleet):
    return sorted(fleet.main.get("/api/v1/runs?limit=1000")["runs"], key=lambda r: r["id"])


def skipped_ticks(fleet):
    """Since there are alerts."""
    return [e for e in fleet.main.events("cycle_skipped") if e["why"] != "no active alert"]


def rounds_of(site):
    """How often all of the host's searches have been asked."""
    counts = collections.Counter(x.path for x in site.pages("/search"))
    return min(counts.values()) if len(counts) == ALERTS else 0


def beside_slow_ones(vigie):
    """Four slow hosts and two healthy ones."""
    silent, drips, robots = (OddSite(lambda asked, n=n: slow[n](asked)) for n in ("silent", "drips", "robots"))
    slow = {
        "silent": lambda asked: silent.says_nothing if asked.path != "/robots.txt" else None,
        "drips": lambda asked: drips.drips if asked.path != "/robots.txt" else None,
        "robots": lambda asked: robots.says_nothing if asked.path == "/robots.txt" else healthy(asked),
    }
    sites = {"silent": silent, "drips": drips, "robots": robots, "gap": OddSite(healthy), "a": OddSite(healthy), "b": OddSite(healthy)}
    culprits = {f"127.0.0.1:{sites[n].port}" for n in ("silent", "drips", "robots", "gap")}
    text = "".join(source(n, x.port, "/search?q={query}", more='timeout = "5s"',
                          gate='min_interval = "1m"\nmax_interval = "1m"' if n == "gap" else "") for n, x in sites.items())
    try:
        with timed(Fleet(vigie, workers=2, source=text, cycle=CYCLE)) as fleet:
            fleet.import_alerts(alerts_of(sites))  # at once: a tick finds all of them or none
            first = wait_until(lambda: next((r for r in runs_of(fleet) if r["alerts"] == ALERTS * len(sites)), None), "the first run")

            def done():
                row = next(r for r in runs_of(fleet) if r["id"] == first["id"])
                rounds = min(rounds_of(sites["a"]), rounds_of(sites["b"]))
                require(row["state"] == "running" or rounds >= ROUNDS, f"the first run ended after {rounds} rounds of the healthy: {row}")
                return rounds >= ROUNDS
            wait_until(done, f"{ROUNDS} rounds of the healthy hosts' searches", 150, 0.2)

            left_out = collections.Counter(e["host"] for e in fleet.main.events("host_left_out"))
            require(set(left_out) >= culprits, f"left out: {left_out}, slow: {culprits}")
            later = [r for r in runs_of(fleet) if r["id"] > first["id"] and r["state"] == "completed"]
            require(len(later) >= ROUNDS - 2, f"{later}")
            for r in later:
                require(r["alerts"] == r["alertsOk"] == 2 * ALERTS, f"a run beside the first: {r}")
            require(not skipped_ticks(fleet), f"{skipped_ticks(fleet)}")
            # A slow host is asked no more often for that: its first run goes on, and nothing beside it.
            moments = [x.at for x in sites["gap"].asked]
            require(all(b - a > 54 for a, b in zip(moments, moments[1:])), f"the gap of 60 s: {moments}")
            print(f"    {min(rounds_of(sites[n]) for n in 'ab')} rounds of 2 x {ALERTS} searches beside run {first['id']}; left out: "
                  f"{sum(left_out.values())} times")
    finally:
        for x in sites.values():
            x.__exit__()


def nothing_else_to_check(vigie):
    """Where only such a host is left, the tick is skipped, and says whose fault that is."""
    with OddSite(lambda asked: site.says_nothing if asked.path != "/robots.txt" else None) as site:
        text = source("silent", site.port, "/search?q={query}", more='timeout = "60s"')
        with timed(Fleet(vigie, workers=1, source=text, cycle=CYCLE)) as fleet:
            fleet.import_alerts(alerts_of(["silent"]))
            skipped = wait_until(lambda: skipped_ticks(fleet), "a tick to be skipped")[0]
            require(skipped["host"] == f"127.0.0.1:{site.port}" and int(skipped["open_searches"]) == ALERTS, f"{skipped}")
            row = wait_until(lambda: [r for r in runs_of(fleet) if r["state"] == "skipped_overlap"], "its row")[0]
            require(f"127.0.0.1:{site.port} has {ALERTS} open searches" in row["note"], f"{row}")


if __name__ == "__main__":
    sys.exit(run_scenarios([beside_slow_ones, nothing_else_to_check]))
