#!/usr/bin/env python3
"""What an operator does now and then, with real processes: keys, notifications that wait for a person, a large import."""

import json
import pathlib
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "support"))

from fleet import Fleet, call, require, run_scenarios, wait_until  # noqa: E402

ALERTS = [{**a, "channels": ["hook"], "baseline": False}
          for a in json.loads((ROOT / "configs" / "quickstart" / "alerts.json").read_text(encoding="utf-8"))]


def keys_come_and_go_while_the_node_runs(vigie):
    with Fleet(vigie, workers=1) as fleet:
        def status(key, method="GET", path="/api/v1/runs"):
            return call(fleet.main.api_port, method, path, headers={"x-api-key": key})[0]

        key = fleet.command("keys", "add", "--name", "shop").strip()
        wait_until(lambda: status(key) == 200, "the node to take the new key")
        require(status(key, "POST", "/api/v1/alerts/run-once") == 403, "a key with scope read may start a cycle")
        require(status(fleet.main.key()) == 200, "the admin key is not valid any more")
        names = [k["name"] for k in json.loads(fleet.command("keys", "list", "--json"))["keys"]]
        require(names == ["admin.key", "shop"], f"{names}")
        fleet.command("keys", "remove", "shop")
        wait_until(lambda: status(key) == 401, "the node to refuse the revoked key")
        second = fleet.command("keys", "add", "--name", "shop", "--scopes", "read,run").strip()
        fleet.main.stop()
        fleet.main.start().wait_live()
        require(status(second, "POST", "/api/v1/alerts/run-once") == 200, "a key is forgotten over a restart")
        require(status(key) == 401, "a revoked key is back after a restart")
        # Another admin key ends the validity of the first one.
        old = fleet.main.key()
        (fleet.main.folder / "data" / "admin.key").unlink()
        fleet.main.stop()
        fleet.main.start().wait_live()
        require(status(fleet.main.key()) == 200 and status(old) == 401, "the old admin key is still valid")
        require(not any(k[-43:] in fleet.main.log() for k in (key, second, old)), "the log holds a key")


def dead_notifications_are_sent_again(vigie):
    with Fleet(vigie, workers=1, main_extra='[limits]\nnotify_for = "1s"\nnotify_attempts = 1') as fleet:
        fleet.webhook.answer = 503
        fleet.import_alerts(ALERTS[:6])
        expected = fleet.cycle()["run"]["newMatches"]
        require(expected > 0, "no match")

        def counts():
            return json.loads(fleet.command("outbox", "--json"))["counts"]

        wait_until(lambda: counts()["dead"] == expected, f"{expected} dead notifications", 120)
        first = set(fleet.webhook.keys())
        fleet.webhook.answer = 200
        one = json.loads(fleet.command("outbox", "--json"))["outbox"][0]
        require("1 notification is" in fleet.command("outbox", "retry", str(one["id"])), "retry of one")
        wait_until(lambda: counts()["sent"] == 1, "the one to be sent")
        fleet.command("outbox", "retry", str(one["id"]), expect=1)  # it was sent
        fleet.command("outbox", "retry", "--dead")
        wait_until(lambda: counts()["sent"] == expected, "all to be sent", 120)
        # A channel that fails is probed by one: not every row had come to it before.
        bodies = fleet.webhook.bodies_by_key()
        require(first <= set(bodies) and len(bodies) == expected and all(len(x) == 1 for x in bodies.values()), "a retry changed a key")
        require("0 dead" in fleet.command("outbox"), "something is still dead")


def a_large_file_is_imported_in_portions(vigie):
    with Fleet(vigie, workers=1) as fleet:
        alerts = [{"name": f"alert {i}", "source": "market", "query": "q" * 400, "enabled": False} for i in range(6000)]
        path = fleet.folder / "large.json"
        path.write_text(json.dumps(alerts, indent=1), encoding="utf-8")
        require(path.stat().st_size > 2 << 20, "the file is too small to prove anything")
        require(fleet.command("alerts", "import", str(path)) == "6000 alerts imported\n", "import")
        require(fleet.main.get("/api/v1/alerts?limit=1")["total"] == 6000, "not all alerts are there")


def what_a_worker_could_not_begin_is_not_held_against_it(vigie):
    with Fleet(vigie, workers=1) as fleet:
        for command in ({"type": "generate-cookies", "payload": {}},
                        {"type": "custom", "payload": {"name": "unknown"}}):
            fleet.main.send("POST", "/api/v1/worker/main/execute", command, expect=(400, 404, 422, 500, 502, 503))
        row = fleet.main.get("/api/v1/worker/main/stats")["workers"][0]
        require((row["requestCount"], row["errorCount"], row["successRate"]) == (0, 0, 100), f"{row}")
        for event, worker in zip(fleet.main.events("worker_configured"), fleet.workers, strict=True):
            require(event["worker"] == worker.name and event["region"] and event["address"], f"{event}")
        begun = fleet.main.events("main_configured")
        require(len(begun) == 1 and begun[0]["workers"] == "1" and begun[0]["strategy"] and begun[0]["interval"], f"{begun}")
        empty = fleet.main.send("POST", "/api/v1/worker/main/execute", {"type": "check-alerts", "payload": {"alerts": []}},
                                expect=(400,))
        require("needs at least one alert" in empty["detail"], f"{empty}")


if __name__ == "__main__":
    sys.exit(run_scenarios([keys_come_and_go_while_the_node_runs, dead_notifications_are_sent_again,
                            a_large_file_is_imported_in_portions, what_a_worker_could_not_begin_is_not_held_against_it]))
