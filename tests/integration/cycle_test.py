#!/usr/bin/env python3
"""One cycle of 41 alerts over real processes, whole and with its nodes killed, stopped and started again under it."""

import collections
import json
import pathlib
import signal
import subprocess
import sys
import tempfile
import urllib.parse

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "support"))

from fleet import Fleet, Relay, call, require, run_scenarios, wait_until  # noqa: E402

ALERTS = json.loads((ROOT / "configs" / "quickstart" / "alerts.json").read_text(encoding="utf-8"))
PAGES = 3


def alerts(channels):
    return [{**a, "channels": channels, "baseline": False} for a in ALERTS]


def expected(fleet):
    """(alert name, item id) of every match, by the brute force over what the site itself answers to each query."""
    pairs = set()
    for alert in ALERTS:
        items = {}
        for page in range(1, PAGES + 1):
            query = urllib.parse.quote(alert["query"])
            status, _, body = call(fleet.site_port, "GET", f"/search?q={query}&page={page}&per_page=50",
                                   headers={"user-agent": "brute-force"})
            require(status == 200, f"the site answers {status}")
            found = json.loads(body)["items"]
            items.update({i["id"]: i for i in found})
            if len(found) < 50:
                break
        with tempfile.TemporaryDirectory() as folder:
            a, i = pathlib.Path(folder, "a.json"), pathlib.Path(folder, "i.ndjson")
            a.write_text(json.dumps([alert]), encoding="utf-8")
            i.write_text("".join(json.dumps(x) + "\n" for x in items.values()), encoding="utf-8")
            done = subprocess.run([sys.executable, ROOT / "tests" / "acceptance" / "brute_force.py", a, i],
                                  capture_output=True, text=True, check=True)
        pairs.update(tuple(line.split("\t")) for line in done.stdout.split("\n") if line)
    return pairs


def found(fleet):
    pairs = set()
    for alert in fleet.main.get("/api/v1/alerts?limit=1000")["alerts"]:
        for m in fleet.main.get(f"/api/v1/matches?alert={alert['id']}&limit=1000")["matches"]:
            pairs.add((alert["name"], m["item"]["id"]))
    return pairs


def settled_once(progress):
    """Each alert has exactly one settled attempt."""
    counts = collections.Counter(a["alertId"] for a in progress["alerts"] if a["state"] == "settled")
    require(set(counts.values()) == {1} and len(counts) == 41,
            f"settled attempts: {len(counts)} alerts, most {counts.most_common(3)}")


def notified_once(fleet, pairs):
    """At the receiver, after de-duplication by key, every match is there once, and no key has two bodies."""
    fleet.wait_outbox_empty()
    bodies = fleet.webhook.bodies_by_key()
    require(all(len(b) == 1 for b in bodies.values()), "a key carries two bodies")
    told = collections.Counter()
    for variants in bodies.values():
        body = json.loads(next(iter(variants)))
        told[(body["alert"]["name"], body["item"]["id"])] += 1
    require(set(told) == pairs, f"told {len(told)}, expected {len(pairs)}")
    require(all(n == 1 for n in told.values()), "a match has two keys")
    resends = len(fleet.webhook.received) - len(bodies)
    print(f"    {len(bodies)} notifications, {resends} resends")


def whole_cycle(vigie):
    with Fleet(vigie) as fleet:
        fleet.import_alerts(alerts(["log", "hook"]))
        progress = fleet.cycle()
        run = progress["run"]
        handed = collections.Counter(a["worker"] for a in progress["alerts"])
        require(sorted(handed.values(), reverse=True) == [11, 10, 10, 10], f"handed out {handed}")
        require(run["state"] == "completed" and run["workersOk"] == run["workers"] == 4, f"{run}")
        require(run["alerts"] == run["alertsOk"] == 41 and run["alertsFailed"] == 0, f"{run}")
        pairs = expected(fleet)
        require(len(pairs) > 50, "the alerts of the quickstart hardly match anything")
        require(found(fleet) == pairs, f"matches: {len(found(fleet))}, brute force: {len(pairs)}")
        require(run["matches"] == run["newMatches"] == len(pairs), f"{run}")
        notified_once(fleet, pairs)
        print(f"    4/4 workers, 41 alerts, {len(pairs)} matches, 0 errors")
        # A second cycle goes over the same items, which the site need not send again, and tells nobody again.
        before = len(fleet.webhook.received)
        again = fleet.cycle()["run"]
        require(again["itemsChecked"] == run["itemsChecked"] and again["newMatches"] == 0, f"{again}")
        fleet.wait_outbox_empty()
        require(len(fleet.webhook.received) == before, "the second cycle told again")
        for node in [fleet.main, *fleet.workers]:
            require(node.stop() == 0, f"{node.name} did not end cleanly")


def in_mid_cycle(fleet, least=8):
    """Starts a cycle and returns its id when some alerts are settled and others are not."""
    run = fleet.trigger()
    wait_until(lambda: least <= fleet.run_state(run)["run"]["alertsOk"], "some alerts to be settled", every_s=0.02)
    return run


def kill_worker(vigie):
    with Fleet(vigie, min_interval="120ms") as fleet:
        fleet.import_alerts(alerts(["hook"]))
        run = in_mid_cycle(fleet)
        victim = fleet.worker("worker-us")
        victim.kill()
        require(fleet.run_state(run)["run"]["state"] == "running", "the cycle was over before the kill")
        progress = fleet.wait_run(run)
        require(progress["run"]["state"] == "completed" and progress["run"]["alertsOk"] == 41, f"{progress['run']}")
        settled_once(progress)
        pairs = expected(fleet)
        require(found(fleet) == pairs, "matches differ from the brute force")
        notified_once(fleet, pairs)
        victim.start().wait_live()
        fleet.wait_workers(4)
        handed = {a["worker"] for a in fleet.cycle()["alerts"]}
        require("worker-us" in handed, "the worker is not used again")


def stop_worker(vigie):
    with Fleet(vigie, min_interval="120ms", cycle='silence = "3s"', heartbeat="300ms") as fleet:
        fleet.import_alerts(alerts(["hook"]))
        run = in_mid_cycle(fleet)
        victim = fleet.worker("worker-nl")
        victim.signal(signal.SIGSTOP)
        require(fleet.run_state(run)["run"]["state"] == "running", "the cycle was over before the stop")
        progress = fleet.wait_run(run)
        require(progress["run"]["state"] == "completed" and progress["run"]["alertsOk"] == 41, f"{progress['run']}")
        settled_once(progress)
        victim.signal(signal.SIGCONT)
        fleet.wait_workers(4)
        pairs = expected(fleet)
        require(found(fleet) == pairs, "matches differ from the brute force")
        notified_once(fleet, pairs)
        require("worker-nl" in {a["worker"] for a in fleet.cycle()["alerts"]}, "the worker is not used again")


def late_result(vigie):
    """A worker is stopped and its work given to another; its own answer, made before it hears of that, is stored as late."""
    with Fleet(vigie, workers=2, cycle='silence = "1s"', heartbeat="500ms", missed=120, relays=Relay, max_pages=1) as fleet:
        fleet.import_alerts(alerts(["hook"])[:4])
        victim, relay = fleet.worker("worker-fr"), fleet.relays["worker-fr"]
        fleet.fault(region="cdg", path="/search", fault="slow", delayMs=1200)
        # A link of which nothing is heard for 5 s is given up, and with it what was late: on a slow machine, once more.
        for _ in range(10):
            run, late = stopped_and_late(fleet, victim, relay)
            if late:
                break
        require(late, "each time the link broke before the answer came")
        require({a["worker"] for a in late} == {"worker-fr"}, f"{late}")
        progress = fleet.wait_run(run)
        require(progress["run"]["state"] == "completed" and progress["run"]["alertsOk"] == 4, f"{progress['run']}")
        states = collections.Counter(a["state"] for a in progress["alerts"])
        require(states["settled"] == 4, f"{states}")
        before = found(fleet)
        require(sum(a["matches"] for a in progress["alerts"] if a["state"] == "settled") == len(before),
                f"a late result was applied: {progress['alerts']}")
        notified_once(fleet, before)
        fleet.clear_faults()
        require("worker-fr" in {a["worker"] for a in fleet.cycle()["alerts"]}, "the worker is not used again")
        print(f"    attempts: {dict(states)}")


def stopped_and_late(fleet, victim, relay):
    """A run in which the worker is stopped while the site answers it; the run, and its late attempts, or none of them if the
    link broke first."""
    asked, broken = searches_of(fleet, "cdg"), closed_links(fleet)
    run = fleet.trigger()
    wait_until(lambda: searches_of(fleet, "cdg") > asked, "worker-fr to ask the site", every_s=0.01)
    relay.hold()  # the order to stop stays on its way until the answer is there
    victim.signal(signal.SIGSTOP)
    taken_back = sum(e["event"] == "assignment_taken_back" for e in fleet.main.events())
    wait_until(lambda: sum(e["event"] == "assignment_taken_back" for e in fleet.main.events()) > taken_back
               or closed_links(fleet) > broken, "the work to be taken back")
    victim.signal(signal.SIGCONT)
    late = wait_until(lambda: [a for a in fleet.run_state(run)["alerts"] if a["state"] == "late"]
                      or closed_links(fleet) > broken, "the late result")
    relay.release()
    fleet.wait_run(run)
    fleet.wait_workers(2)
    return run, late if isinstance(late, list) else []


def searches_of(fleet, region):
    return sum(r.get("region") == region and r["path"].startswith("/search") for r in fleet.requests())


def closed_links(fleet):
    return sum(e["event"] == "link_closed" for e in fleet.main.events())


def kill_main(vigie):
    with Fleet(vigie, min_interval="120ms", main_extra='[bans]\nduration = "30m"\n') as fleet:
        fleet.import_alerts(alerts(["hook"]))
        fleet.fault(region="lhr", path="/search", fault="403")
        run = in_mid_cycle(fleet)
        wait_until(lambda: fleet.main.get("/api/v1/worker/main/stats")["bannedWorkers"] == 1, "worker-uk to be banned")
        before = fleet.run_state(run)
        done = {a["alertId"] for a in before["alerts"] if a["state"] == "settled"}
        require(before["run"]["state"] == "running", "the cycle was over before the kill")
        fleet.main.kill()
        fleet.main.start().wait_live()
        progress = fleet.wait_run(run)
        require(progress["run"]["state"] == "completed" and progress["run"]["alertsOk"] == 41, f"{progress['run']}")
        settled_once(progress)
        first = collections.defaultdict(list)
        for a in progress["alerts"]:
            first[a["alertId"]].append(a)
        again = [i for i in done if sum(1 for a in first[i] if a["state"] in ("settled", "late")) > 1]
        require(not again, f"alerts that were done were done again: {again}")
        stats = fleet.main.get("/api/v1/worker/main/stats")
        banned = [w["id"] for w in stats["workers"] if w["isBanned"]]
        require(banned == ["worker-uk"], f"bans after the restart: {banned}")
        pairs = expected(fleet)
        require(found(fleet) == pairs, "matches differ from the brute force")
        notified_once(fleet, pairs)


if __name__ == "__main__":
    sys.exit(run_scenarios([whole_cycle, kill_worker, stop_worker, late_result, kill_main]))
