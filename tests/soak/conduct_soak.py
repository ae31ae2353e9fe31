#!/usr/bin/env python3
"""How a fleet treats its sites when everything goes wrong: three workers, twelve hosts that change their mood, and a main that is
ended, killed and told to begin anew. The hosts' own log is the judge.

Some hosts are well all the time; what appears there must be told within two intervals, plus the time that main was away. The
others limit (429 or 503 with Retry-After), refuse one region or all (403), say nothing, fail or are slow, as the seed says. Runs
are cancelled by newer triggers; main is ended in order, killed and stopped for a while, so are workers; what main says is held up on
its way. A seed draws the same faults at the same moments again; the processes' own timing is real.

What must hold is listed in docs/testing.md. Violations end it with exit code 1; logs, store and the hosts' log are kept.
"""

import collections
import contextlib
import json
import math
import pathlib
import random
import signal
import sys
import time
from dataclasses import asdict

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests" / "support"), str(ROOT / "tests" / "soak")]

from conduct_judge import Blows, Judge  # noqa: E402
from fleet import REGIONS, Failure, Fleet, Relay, require, wait_until  # noqa: E402
from long_run import kept_on_failure, long_run  # noqa: E402
from moody_site import Mood, MoodySite  # noqa: E402

HOSTS, WELL = 12, 4      # so many of them are always well
WORDS = 3                # alerts a host
WORKERS = 3
INTERVAL_S, GAP_S, BAN_S, TIMEOUT_S = 15, 1.0, 30, 6
PLACES = [2 if host % 4 == 1 else 1 for host in range(HOSTS)]
CALM_S = 4 * INTERVAL_S  # for what is still to be told

CYCLE = f'''
max_retries = 3
silence = "5s"
overlap = "cancel_old"
interval = "{INTERVAL_S}s"
initial_delay = "1s"
'''
SETTINGS = f'''
[health]
interval = "4s"
fast_interval = "1s"
timeout = "3s"
[bans]
duration = "{BAN_S}s"
cap = "{2 * BAN_S}s"
'''


def source_text(site, host):
    return f'''
[sources.h{host}]
url = "http://{site.name(host)}/search?q={{query}}"
timeout = "{TIMEOUT_S}s"
[sources.h{host}.extract]
format = "json"
items = "items"
[sources.h{host}.extract.fields]
id = "id"
title = "title"
[sources.h{host}.gate]
min_interval = "{GAP_S}s"
max_in_flight = {PLACES[host]}
'''


class Soak:
    def __init__(self, fleet, site, seconds, seed):
        self.fleet, self.site, self.seconds = fleet, site, seconds
        self.random = random.Random(seed)
        self.blows = Blows()
        self.counts = collections.Counter()
        self.appeared = {}       # item -> (moment, host)
        self.down = {}           # worker -> when it comes back, and how
        self.due = []            # (moment, what), in order
        self.begun = time.monotonic()
        for kind, every_s in ((self.change_mood, 1.5), (self.new_item, 2), (self.cancel, 9), (self.kill_worker, 20), (self.stop_worker, 25),
                              (self.end_main, 50), (self.kill_main, 70), (self.stop_main, 120), (self.hold_link, 45)):
            at = self.random.uniform(0, 1.5 * every_s)
            while at < seconds:
                self.due.append((at, kind, self.random.getrandbits(32)))
                at += self.random.uniform(0.5, 1.5) * every_s
        self.due.sort(key=lambda x: x[0])

    # -- faults

    def change_mood(self, dice):
        host = dice.randrange(WELL, HOSTS)
        kind = dice.choices(["fine", "limit", "refuse", "silent", "error", "slow"], [2, 4, 4, 2, 1, 2])[0]
        mood = Mood(quickest=0.03, slowest=5 if dice.random() < 0.5 else 1)
        if kind == "limit":
            mood.kind, mood.status, mood.retry_after = "limit", dice.choice([429, 429, 503]), dice.randint(2, 12)
        elif kind == "refuse":
            mood.kind, mood.region = "refuse", dice.choice([*REGIONS[:WORKERS], "*"])
        elif kind == "slow":
            mood.quickest, mood.slowest = 1, 5
        else:
            mood.kind = kind
        self.site.hosts[host].mood = mood
        self.counts[f"mood {kind}"] += 1

    def new_item(self, dice):
        host = dice.randrange(WELL) if dice.random() < 0.7 else dice.randrange(HOSTS)
        item = f"item-{len(self.appeared)}"
        self.appeared[item] = (time.monotonic(), host)
        word = f"word{dice.randrange(WORDS)}"
        self.site.put(host, word, {"id": item, "title": f"{word} {item}"})

    def cancel(self, _dice):
        with contextlib.suppress(Failure, OSError, ValueError):
            self.fleet.main.send("POST", "/api/v1/alerts/run-once", timeout=5)
            self.counts["newer triggers"] += 1

    def kill_worker(self, dice):
        if self.down:
            return  # one at a time, so that somebody is left
        i = dice.randrange(WORKERS)
        self.blows.worker_kills.append((time.monotonic(), REGIONS[i]))
        self.fleet.workers[i].kill()
        self.counts["workers killed"] += 1
        self.down[i] = (time.monotonic() + dice.uniform(0.2, 4), self.fleet.workers[i].start)

    def stop_worker(self, dice):
        """SIGSTOP, and after a while SIGCONT."""
        if self.down:
            return
        i = dice.randrange(WORKERS)
        begin = time.monotonic()
        self.fleet.workers[i].signal(signal.SIGSTOP)
        self.counts["workers stopped for a while"] += 1

        def go_on():
            self.fleet.workers[i].signal(signal.SIGCONT)
            self.blows.worker_stops.append((begin, time.monotonic(), REGIONS[i]))
        self.down[i] = (begin + dice.uniform(0.5, 8), go_on)

    def end_main(self, dice):
        self.main_away(dice, lambda: require(self.fleet.main.stop() == 0, "main did not end in order"), "main ended in order")

    def kill_main(self, dice):
        self.main_away(dice, self.fleet.main.kill, "main killed")

    def stop_main(self, dice):
        begin = time.monotonic()
        self.fleet.main.signal(signal.SIGSTOP)
        self.counts["main stopped for a while"] += 1
        self.pass_time(begin + dice.uniform(0.5, 6))
        self.fleet.main.signal(signal.SIGCONT)
        self.blows.main_away.append((begin, time.monotonic()))

    def hold_link(self, dice):
        """What main says to a worker waits on its way; the link breaks over it, or not."""
        if self.down:
            return
        i = dice.randrange(WORKERS)
        begin = time.monotonic()
        relay = self.fleet.relays[self.fleet.workers[i].name]
        relay.hold()
        self.counts["links held up for a while"] += 1

        def go_on():
            relay.release()
            self.blows.link_holds.append((begin, time.monotonic(), REGIONS[i]))
        self.down["link"] = (begin + dice.uniform(0.2, 3), go_on)

    def main_away(self, dice, end, what):
        begin = time.monotonic()
        end()
        self.pass_time(time.monotonic() + dice.uniform(0, 3))
        self.fleet.main.start().wait_live()
        self.blows.main_away.append((begin, time.monotonic()))
        self.counts[what] += 1

    # -- time

    def pass_time(self, until):
        """Sleeps; workers that are down come back meanwhile."""
        while True:
            now = time.monotonic()
            for i, (at, come_back) in list(self.down.items()):
                if at <= now:
                    del self.down[i]
                    come_back()
            if now >= until:
                return
            time.sleep(min(0.05, until - now))

    def run(self):
        for at, kind, luck in self.due:
            self.pass_time(self.begun + at)
            kind(random.Random(luck))
            for node in [self.fleet.main, *(w for i, w in enumerate(self.fleet.workers) if i not in self.down)]:
                require(node.alive(), f"{node.name} ended by itself")
        self.pass_time(self.begun + self.seconds)
        for host in self.site.hosts:
            host.mood = Mood()
        self.pass_time(time.monotonic() + 8.1)  # the last worker is back
        self.judge()

    # -- judgement

    def told(self):
        """item -> when the receiver heard of it first."""
        out = {}
        for moment, (_, body) in list(zip(self.fleet.webhook.moments, self.fleet.webhook.received)):
            out.setdefault(json.loads(body)["item"]["id"], moment)
        return out

    def check_told(self):
        well = {item: at for item, (at, host) in self.appeared.items() if host < WELL}
        wait_until(lambda: well.keys() <= self.told().keys(), "every item of the hosts that are well to be told", CALM_S, 0.5)
        heard = self.told()
        slowest = 0
        for item, at in well.items():
            took = heard[item] - at
            slowest = max(slowest, took)
            allowed = 2 * INTERVAL_S + self.blows.away_between(at, heard[item])
            if took > allowed:
                yield f"told: {item} of host {self.appeared[item][1]} after {took:.1f} s, allowed {allowed:.1f}"
        self.counts["items of well hosts told"] = len(well)
        print(f"the slowest of {len(well)} items of hosts that are well was told after {slowest:.1f} s (interval {INTERVAL_S} s)")

    def rest(self):
        """Main begins no more runs; the last one ends, and everything is counted."""
        config = self.fleet.main.config
        config.write_text(config.read_text(encoding="utf-8").replace("enabled = true", "enabled = false"), encoding="utf-8")
        begin = time.monotonic()
        require(self.fleet.main.stop() == 0, "main did not end in order")
        self.fleet.main.start().wait_live()
        self.blows.main_away.append((begin, time.monotonic()))
        wait_until(lambda: all(r["state"] != "running" for r in self.fleet.main.get("/api/v1/runs?limit=100")["runs"]),
                   "the last run to end", 300, 0.5)  # an alert has max_retries attempts, each with a deadline of its own
        wait_until(lambda: all(x.end < math.inf for x in list(self.site.exchanges)), "every request to be over", 30)

    def judge(self):
        faults = list(self.check_told())
        self.rest()
        rows = self.ledger()
        judge = Judge(list(self.site.exchanges), self.blows, PLACES, GAP_S, BAN_S, TIMEOUT_S)
        faults += judge.violations()
        faults += judge.ledger(rows, self.site.name)
        self.summary(judge, rows)
        by_rule = collections.Counter(x.split(":")[0] for x in faults)
        require(not faults, f"violations {dict(by_rule)}, the first:\n  " + "\n  ".join(faults[:8]))
        for node in [self.fleet.main, *self.fleet.workers]:
            require(node.stop() == 0, f"{node.name} did not end in order")

    def ledger(self):
        """When it is the same twice, longer apart than it takes to be stored."""
        last = []

        def settled():
            last.append({h["host"]: h for h in json.loads(self.fleet.command("conduct", "--json"))["hosts"]})
            return len(last) > 1 and last[-1] == last[-2]
        wait_until(settled, "the ledger to come to rest", CALM_S, 3)
        return last[-1]

    def summary(self, judge, rows):
        answers = collections.Counter(x.status if x.answered else "none" for x in self.site.exchanges)
        print(f"{len(self.site.exchanges)} requests to {HOSTS} hosts: {', '.join(f'{n} x {k}' for k, n in sorted(answers.items(), key=str))}; "
              f"{judge.excused} excused, since nobody could know")
        print(", ".join(f"{n} {k}" for k, n in sorted(self.counts.items())))
        total = {key: sum(r[key] for r in rows.values()) for key in ("requests", "refused", "rateLimited")}
        print(f"the ledger: {total}")


def make_fleet(vigie, site):
    fleet = Fleet(vigie, workers=WORKERS, source="".join(source_text(site, h) for h in range(HOSTS)), cycle=CYCLE, heartbeat="300ms",
                  main_extra=SETTINGS, log_level="info", relays=Relay)
    for node in [fleet.main, *fleet.workers]:
        config = node.config.read_text(encoding="utf-8").replace("127.0.0.1/32", "127.0.0.0/8").replace("enabled = false", "enabled = true")
        node.config.write_text(config, encoding="utf-8")
    return fleet


def play(vigie, minutes, seed):
    """Raises Failure; keeps what is needed to understand it."""
    site = MoodySite(HOSTS, seed)
    fleet = make_fleet(vigie, site)
    try:
        with fleet:
            soak = Soak(fleet, site, minutes * 60, seed)

            def keep_more(folder):
                site.write_log(folder / "hosts.ndjson")
                (folder / "blows.json").write_text(json.dumps(asdict(soak.blows), indent=1), encoding="ascii")
            with kept_on_failure(fleet, f"conduct-{seed}", keep_more):
                fleet.import_alerts([{"name": f"word{i} at {host}", "source": f"h{host}", "query": f"word{i}", "channels": ["hook"],
                                      "baseline": False} for host in range(HOSTS) for i in range(WORDS)])
                soak.run()
    finally:
        site.close()


if __name__ == "__main__":
    sys.exit(long_run("conduct", __doc__, 10, play))
