#!/usr/bin/env python3
"""What becomes of notifications on a bad night, with real processes: a backup put back, a full disk, a receiver that
limits, an end in the middle of a send. Nothing is lost, nothing comes twice, nobody is asked before its word."""

import json
import pathlib
import sqlite3
import sys
import threading
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "support"))

from fleet import Fleet, require, run_scenarios, wait_until  # noqa: E402

ALERTS = json.loads((ROOT / "configs" / "quickstart" / "alerts.json").read_text(encoding="utf-8"))


def alerts(names, channel="hook"):
    """The first ones of the quickstart under these names."""
    return [{**a, "name": name, "channels": [channel], "baseline": False} for name, a in zip(names, ALERTS, strict=False)]


def counts(fleet):
    return fleet.main.get("/api/v1/outbox?limit=1")["counts"]


def wait_sent(fleet, count):
    wait_until(lambda: counts(fleet)["sent"] == count, f"{count} notifications to be sent", 120)


def restart(fleet):
    fleet.main.stop()
    fleet.main.start().wait_live()
    fleet.wait_workers(len(fleet.workers))


def a_backup_put_back_and_new_alerts(vigie):
    with Fleet(vigie, workers=1) as fleet:
        store = fleet.main.folder / "data" / "vigie.db"
        fleet.import_alerts(alerts(["first"]))
        first = fleet.cycle()["run"]["newMatches"]
        wait_sent(fleet, first)
        backup = fleet.folder / "backup.db"
        with sqlite3.connect(store) as source, sqlite3.connect(backup) as copy:
            source.backup(copy)
        fleet.import_alerts(alerts(["gone", "lost"])[1:])
        second = fleet.cycle()["run"]["newMatches"]
        wait_sent(fleet, first + second)
        before = set(fleet.webhook.keys())
        require(first > 0 and second > 0 and len(before) == first + second, f"{first}, {second}, {len(before)}")
        fleet.main.stop()
        for left in ("-wal", "-shm"):
            pathlib.Path(f"{store}{left}").unlink(missing_ok=True)
        store.write_bytes(backup.read_bytes())
        fleet.main.start().wait_live()
        fleet.wait_workers(1)
        fleet.import_alerts(alerts(["gone", "found"])[1:])  # the id and the items of "lost"
        fleet.cycle()
        wait_sent(fleet, first + second)
        keys = fleet.webhook.keys()
        require(len(keys) == len(set(keys)) == first + 2 * second, "a receiver that obeys keys would have dropped some")


def a_full_disk(vigie):
    with Fleet(vigie, workers=1) as fleet:
        def log_to(path):
            text = fleet.main.config.read_text(encoding="utf-8").split("\n")
            text = [x for x in text if not x.startswith("file = ")]
            text.insert(text.index("[log]") + 1, f'file = "{path}"')
            fleet.main.config.write_text("\n".join(text), encoding="utf-8")
            restart(fleet)

        log_to("/dev/full")
        fleet.import_alerts(alerts(["first", "second"], "log"))
        expected = fleet.cycle()["run"]["newMatches"]
        require(expected > 1, "no match")
        failed = wait_until(lambda: [x for x in fleet.main.get("/api/v1/outbox")["outbox"] if x["lastError"]], "a try")
        require("No space left on device" in failed[0]["lastError"], f"{failed[0]}")
        require(counts(fleet)["sent"] == counts(fleet)["dead"] == 0, "something is called sent, or given up")
        lines = fleet.folder / "lines"
        log_to(lines)
        wait_sent(fleet, expected)
        found = [json.loads(x)["key"] for x in lines.read_text(encoding="utf-8").splitlines() if '"match_found"' in x]
        require(len(found) == len(set(found)) == expected, f"{len(found)} lines for {expected} matches")


def a_level_above_matches(vigie):
    with Fleet(vigie, workers=1, log_level="error") as fleet:
        fleet.import_alerts(alerts(["first"], "log"))
        expected = fleet.cycle()["run"]["newMatches"]
        wait_sent(fleet, expected)
        require(len(fleet.main.events("match_found")) == expected > 0, "the level has swallowed notifications")


def a_word_that_outlives_main(vigie):
    with Fleet(vigie, workers=1, main_extra="[limits]\nnotify_in_flight = 1") as fleet:
        guard = threading.Lock()
        state = {"taken": 0, "closed_until": 0.0, "early": 0}

        def decide(_key):
            with guard:
                now = time.monotonic()
                state["early"] += now < state["closed_until"]
                state["taken"] += 1
                if state["taken"] % 4 != 0:
                    return 200, {}, b"x" * (3 << 20)  # delivered, whatever the body
                state["closed_until"] = now + 6
                return 429, {"retry-after": "6"}, b""

        fleet.webhook.decide = decide
        fleet.import_alerts(alerts(["first", "second", "third"]))
        expected = fleet.cycle()["run"]["newMatches"]
        require(expected > 8, f"{expected} matches are too few")
        for kill in (True, False):
            seen = state["taken"]
            wait_until(lambda: time.monotonic() < state["closed_until"] and state["taken"] > seen, "a 429", 60)
            time.sleep(0.5)  # it has heard and stored it
            if kill:
                fleet.main.kill()
                fleet.main.start().wait_live()
            else:
                restart(fleet)
        wait_sent(fleet, expected)
        require(state["early"] == 0, f"{state['early']} requests came before the receiver's word")
        require(counts(fleet)["dead"] == 0, "given up")


def an_end_in_the_middle_of_a_send(vigie):
    with Fleet(vigie, workers=1) as fleet:
        begun, go_on = threading.Event(), threading.Event()

        def decide(_key):
            begun.set()
            go_on.wait(3)
            return 200, {}, b""

        fleet.webhook.decide = decide
        fleet.import_alerts(alerts(["first", "second"]))
        expected = fleet.cycle()["run"]["newMatches"]
        require(begun.wait(60), "nothing was sent")
        threading.Timer(1.0, go_on.set).start()
        require(fleet.main.stop() == 0, "the end is no orderly one")
        fleet.main.start().wait_live()
        wait_sent(fleet, expected)
        keys = fleet.webhook.keys()
        require(len(keys) == len(set(keys)) == expected, f"{len(keys)} sends for {expected} notifications")
        require(not fleet.main.events("outbox_recovered"), "a send was left in doubt")


if __name__ == "__main__":
    sys.exit(run_scenarios([a_backup_put_back_and_new_alerts, a_full_disk, a_level_above_matches,
                            a_word_that_outlives_main, an_end_in_the_middle_of_a_send]))
