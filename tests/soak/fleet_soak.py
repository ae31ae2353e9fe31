#!/usr/bin/env python3
"""A night in small: a real fleet under faults at seeded random moments, and what must hold all the same.

An epoch: the site gets new items; storms (cycles with faults in them: kill -9 and SIGSTOP of nodes, crashes of single
actors, refusals, errors and delays of the site); then calm, and one cycle that must do everything. The first violation
ends the soak with exit code 1, and the fleet's folder (logs, stores) is kept for a look. A seed draws the same faults
at the same moments again; the processes' own timing is real, so a run is not the same run.

What must hold: the list of checks is in docs/testing.md.
"""

import collections
import contextlib
import json
import pathlib
import random
import sqlite3
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests" / "support"), str(ROOT / "tests" / "acceptance")]

from checks import Ledger, Watch  # noqa: E402
from fleet import Failure, Fleet, call, require, wait_until  # noqa: E402
from long_run import kept_on_failure, long_run  # noqa: E402
from storm import AWAY, Storm  # noqa: E402

FIRST_ITEMS, NEW_ITEMS = 1000, 200 # of the site at the start; more in each epoch
STORMS = 3                         # cycles with faults in an epoch
CALM_TRIES = 3                     # cycles until the fleet must have forgotten the storm
GROWTH = 1.2                       # of memory and descriptors, last third beside the second

SETTINGS = '''
[limits]
restart_intensity = 200
[health]
interval = "2s"
fast_interval = "1s"
timeout = "1s"
[bans]
duration = "2s"
cap = "4s"
[channels.tee]
type = "exec"
argv = ["/usr/bin/tee", "-a", "FOLDER/told"]
idempotent = true
'''


def load_alerts():
    all_of_them = json.loads((ROOT / "configs" / "quickstart" / "alerts.json").read_text(encoding="utf-8"))
    # Every fourth one starts a child for each of its matches.
    return [{**a, "baseline": False, "channels": ["hook", "tee"] if i % 4 == 0 else ["hook"]}
            for i, a in enumerate(all_of_them)]


def patient(ask, what):
    """An actor that was crashed often waits before its restart; until then it is answered for with an error."""
    def asked():
        try:
            return (ask(),)
        except AWAY:
            return None
    return wait_until(asked, what)[0]


class Soak:
    def __init__(self, fleet, minutes, seed):
        self.fleet, self.seconds = fleet, minutes * 60
        self.random = random.Random(seed)
        self.nodes = [fleet.main, *fleet.workers]
        self.alerts = load_alerts()
        self.ledger = Ledger(fleet, self.alerts)
        self.watch = Watch(self.nodes)
        self.begun = time.monotonic()
        self.cycles = self.extra_calm = self.numbers = 0
        self.faults = collections.Counter()
        for node in self.nodes:
            node.began = self.begun

    def number(self):
        self.numbers += 1
        return self.numbers

    def share_done(self):
        return (time.monotonic() - self.begun) / self.seconds

    def start(self, node, down):
        node.start()
        node.began = time.monotonic()
        node.wait_live()
        down.discard(node.name)

    def trigger(self):
        key = f"soak-{self.number()}"
        return patient(lambda: self.fleet.trigger(key), "a cycle to start")

    def renew_site(self, epoch):
        site = self.fleet.site
        site.stop()
        site.argv[-1] = str(FIRST_ITEMS + epoch * NEW_ITEMS)
        site.start()
        wait_until(lambda: call(self.fleet.site_port, "GET", "/healthz")[0] == 200, "the site to be back")

    def check_run(self, progress):
        run, attempts = progress["run"], progress["alerts"]
        self.cycles += 1
        require(run["state"] in ("completed", "partial", "failed"), f"{run}")
        settled = collections.Counter(a["alertId"] for a in attempts if a["state"] == "settled")
        require(all(n == 1 for n in settled.values()), f"settled twice: {settled.most_common(3)} in run {run['id']}")
        require(len(settled) == run["alertsOk"] and run["alertsOk"] + run["alertsFailed"] == run["alerts"] == len(self.alerts),
                f"{len(settled)} settled, {run}")
        require(not any(a["state"] == "assigned" for a in attempts), f"run {run['id']} ended with open attempts")
        runs = patient(lambda: self.fleet.main.get("/api/v1/runs?limit=100")["runs"], "the runs")
        running = [r["id"] for r in runs if r["state"] == "running"]
        require(not running, f"runs left running: {running}")

    def calm(self):
        self.fleet.clear_faults()
        patient(lambda: self.fleet.wait_workers(len(self.fleet.workers)), "the workers")

        def forgiven():
            stats = self.fleet.main.get("/api/v1/worker/main/stats")
            return stats["bannedWorkers"] == 0 and not stats["circuits"]
        for _ in range(CALM_TRIES):
            wait_until(forgiven, "bans and circuits to end")
            progress = self.fleet.wait_run(self.trigger())
            self.check_run(progress)
            if progress["run"]["state"] == "completed" and progress["run"]["alertsOk"] == len(self.alerts):
                break
            self.extra_calm += 1
        else:
            raise Failure(f"after {CALM_TRIES} cycles in calm: {progress['run']}")
        self.ledger.check_complete()
        self.watch.check_children()

    def epoch(self, number):
        self.renew_site(number)
        new = self.ledger.expect()
        faults = []
        for _ in range(STORMS):
            storm = Storm(self)
            progress = storm.ride()
            faults += storm.done
            self.check_run(progress)
            self.ledger.check()
            self.watch.read_logs()
            self.watch.sample()
        self.calm()
        self.watch.read_logs()
        self.watch.sample()
        self.faults.update(f.split()[0] for f in faults)
        rss = ", ".join(f"{n.name} {n.rss_bytes() / 2**20:.0f}" for n in self.nodes)
        print(f"{time.monotonic() - self.begun:6.0f} s  epoch {number}: {new} new matches, {len(self.ledger.keys)} told, "
              f"{self.ledger.resent()} resent; {'; '.join(faults)}; MiB: {rss}", flush=True)

    def run(self):
        self.fleet.import_alerts(self.alerts)
        number = 0
        while number == 0 or self.share_done() < 1:
            self.epoch(number)
            number += 1
        for node in self.nodes:
            require(node.stop() == 0, f"{node.name} did not end cleanly")
        self.watch.read_logs()
        with contextlib.closing(sqlite3.connect(self.fleet.main.folder / "data" / "vigie.db")) as store:
            verdict = store.execute("PRAGMA integrity_check").fetchone()[0]
        require(verdict == "ok", f"the store: {verdict}")
        self.summary(number)

    def summary(self, epochs):
        print(f"\n{epochs} epochs, {self.cycles} cycles ({self.extra_calm} more than one in calm); faults: "
              f"{', '.join(f'{n} {k}' for k, n in sorted(self.faults.items()))}; {self.watch.restarts} actors restarted; "
              f"{len(self.ledger.keys)} matches told once, {self.ledger.resent()} resends")
        print(f"events of level error: {dict(self.watch.errors) or 'none'}")
        grown = []
        for node, what, second, last in self.watch.growth():
            if second is None or last is None:
                print(f"{node}, {what}: too few samples to judge")
                continue
            ok = last <= GROWTH * second + (8 if what == "descriptors" else 0)
            print(f"{node}, {what}: median {second:.0f} in the second third, {last:.0f} in the last{'' if ok else ': GROWS'}")
            if not ok:
                grown.append(f"{node}: {what}")
        require(not grown, f"grows: {', '.join(grown)}")


def play(vigie, minutes, seed):
    fleet = Fleet(vigie, min_interval="60ms", heartbeat="300ms", cycle='silence = "3s"', log_level="info",
                  main_extra=SETTINGS, worker_extra="[limits]\nrestart_intensity = 200\n",
                  site_args=["--count", str(FIRST_ITEMS)])
    config = fleet.main.config.read_text(encoding="utf-8")
    fleet.main.config.write_text(config.replace("FOLDER", str(fleet.main.folder)), encoding="utf-8")
    with fleet, kept_on_failure(fleet, f"seed-{seed}"):
        Soak(fleet, minutes, seed).run()


if __name__ == "__main__":
    sys.exit(long_run("fleet", __doc__, 30, play))
