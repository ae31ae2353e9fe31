#!/usr/bin/env python3
"""Every actor of every node crashes in turn while a cycle runs: each comes back by its restart rule and the cycle ends whole."""

import collections
import datetime
import json
import pathlib
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "support"))

from fleet import NAMES, REGIONS, Fleet, Failure, call, require, run_scenarios, wait_until  # noqa: E402

ALERTS = [{**a, "channels": ["hook"], "baseline": False}
          for a in json.loads((ROOT / "configs" / "quickstart" / "alerts.json").read_text(encoding="utf-8"))]


def tree(fleet):
    return fleet.main.get("/api/v1/inspect/tree?fleet=1")["nodes"]


def rows(fleet, node):
    return {a["name"]: a for n in tree(fleet) if n["node"] == node for a in n["actors"] if a["name"]}


def named(fleet, node):
    """The supervised actors of a node: all that a crash order can mean for longer than a moment."""
    return [n for n, a in rows(fleet, node).items() if a["parent"] and not n.startswith("scraper")]


def crash(fleet, node, actor):
    status, _, body = call(fleet.main.api_port, "POST", "/api/v1/inspect/crash",
                           json.dumps({"node": node, "actor": actor}).encode(),
                           {"x-api-key": fleet.main.key(), "content-type": "application/json"})
    # An order that kills what would answer it is answered with that actor's crash.
    require(status in (200, 202, 204, 502, 503, 500), f"crash order for {node}/{actor}: {status} {body!r}")


def back(fleet, node, actor, before):
    def restarted():
        try:
            row = rows(fleet, node).get(actor)
        except Failure:
            return None  # asked of what was just dying: http-api, an inspector
        return row and row["alive"] and row["restarts"] > before
    wait_until(restarted, f"{node}/{actor} to be restarted")


def each_actor_in_turn(vigie):
    limits = '[limits]\nrestart_intensity = 100\n'
    with Fleet(vigie, min_interval="25ms", main_extra=limits, worker_extra=limits) as fleet:
        fleet.import_alerts(ALERTS)
        victims = [("main", a) for a in named(fleet, "main")] + [("worker-fr", a) for a in named(fleet, "worker-fr")]
        print(f"    {len(victims)} actors: {', '.join(n + '/' + a for n, a in victims)}")
        require(len(victims) >= 15, "the tree is smaller than the architecture says")
        told = 0
        for node, actor in victims:
            run = fleet.trigger()
            wait_until(lambda run=run: fleet.run_state(run)["run"]["alertsOk"] >= 3, f"run {run} to be under way", every_s=0.02)
            restarts = rows(fleet, node)[actor]["restarts"]
            crash(fleet, node, actor)
            try:
                back(fleet, node, actor, restarts)
                progress = fleet.wait_run(run)
            except Failure as problem:
                raise Failure(f"after the crash of {node}/{actor}: {problem}") from problem
            require(progress["run"]["state"] == "completed" and progress["run"]["alertsOk"] == 41,
                    f"after the crash of {node}/{actor}: {progress['run']}")
            settled = collections.Counter(a["alertId"] for a in progress["alerts"] if a["state"] == "settled")
            require(len(settled) == 41 and set(settled.values()) == {1}, f"after the crash of {node}/{actor}: {settled}")
            fleet.wait_workers(4)
            told += 1
        fleet.wait_outbox_empty()
        bodies = fleet.webhook.bodies_by_key()
        require(all(len(b) == 1 for b in bodies.values()), "a key carries two bodies")
        total = sum(len(fleet.main.get(f"/api/v1/matches?alert={a['id']}&limit=1000")["matches"])
                    for a in fleet.main.get("/api/v1/alerts?limit=1000")["alerts"])
        require(len(bodies) == total, f"{len(bodies)} notifications for {total} matches")
        print(f"    {told} crashes, every cycle completed, {len(bodies)} notifications once each")


def seconds(text):
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()


def search_under_way(fleet, before):
    """The slow one: which worker asked it, and when. Its answer is written down before it is given."""
    asked = wait_until(lambda: [r for r in fleet.requests()[before:] if r["status"] == 429], "the slow search", every_s=0.02)[0]
    return f"worker-{NAMES[REGIONS.index(asked['region'])]}", seconds(asked["time"])


def crashed_actors_own_requests(vigie):
    """An actor dies over a request that the site answers 429 three seconds later. Until then nobody asks the site, nor for as
    long as the answer says; and the ledger has it."""
    delay_s, retry_after_s = 3, 3
    limits = '[limits]\nrestart_intensity = 100\n'
    with Fleet(vigie, workers=2, max_pages=1, min_interval="20ms", main_extra=limits, worker_extra=limits) as fleet:
        fleet.import_alerts(ALERTS[:8])
        for victim in ("fetcher", "gate-client", "worker-gateway", "scraper"):
            before = len(fleet.requests())
            fleet.fault(region="*", path="/search*", fault="429", delayMs=1000 * delay_s, retryAfter=retry_after_s, count=1)
            run = fleet.trigger()
            node, begun = search_under_way(fleet, before)
            name = victim
            if victim == "scraper":
                name = next(n for n, a in rows(fleet, node).items() if n.startswith("scraper/") and a["state"].startswith("page 1"))
            crash(fleet, node, name)
            fleet.wait_run(run)
            fleet.wait_workers(2)
            wait_until(lambda: fleet.cycle()["run"]["alertsOk"] == 8, "a cycle without a word of being left alone")
            asked = fleet.requests()[before:]
            at = [i for i, r in enumerate(asked) if r["status"] == 429]
            require(len(at) == 1, f"{victim}: {len(at)} answers of 429")
            least = min(seconds(r["time"]) for r in asked[at[0] + 1:]) - begun
            require(least >= delay_s + retry_after_s, f"{victim} of {node} died, and the site was asked again {least:.2f} s after")
            print(f"    {victim} of {node}: asked again {least:.1f} s after, {delay_s + retry_after_s} s wanted")

        def told():
            return json.loads(fleet.command("conduct", "--json"))["hosts"][0]
        wait_until(lambda: told()["requests"] == len(fleet.requests()), "the ledger to have every request")
        require(told()["rateLimited"] == 4, f"the ledger: {told()}")


def over_intensity_escalates(vigie):
    """A child that crashes faster than its supervisor allows takes the node down, which says so and exits 1."""
    with Fleet(vigie, workers=1, worker_extra='[limits]\nrestart_intensity = 2\nrestart_period = "1m"\n') as fleet:
        worker = fleet.workers[0]
        for _ in range(4):
            if not worker.alive():
                break
            try:
                crash(fleet, "worker-fr", "fetcher")
            except (Failure, OSError):
                break
            wait_until(lambda: not worker.alive() or rows(fleet, "worker-fr").get("fetcher", {}).get("alive"),
                       "the fetcher to be back or the node to give up")
        wait_until(lambda: not worker.alive(), "the node to give up")
        require(worker.popen.returncode == 1, f"exit code {worker.popen.returncode}")
        require("restart_intensity" in worker.log(), "the node does not say why it ended")


if __name__ == "__main__":
    sys.exit(run_scenarios([each_actor_in_turn, crashed_actors_own_requests, over_intensity_escalates]))
