#!/usr/bin/env python3
"""What a site's refusals do: bans of a worker at a host, one other region, the host's circuit, the half-open probe."""

import json
import pathlib
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "support"))

from fleet import Fleet, require, run_scenarios, wait_until  # noqa: E402

ALERTS = [{**a, "channels": ["log"], "baseline": False}
          for a in json.loads((ROOT / "configs" / "quickstart" / "alerts.json").read_text(encoding="utf-8"))]
STATS = "/api/v1/worker/main/stats"


def worker_row(fleet, name):
    return next(w for w in fleet.main.get(STATS)["workers"] if w["id"] == name)


def searches(fleet, region=None):
    return [r for r in fleet.requests() if r["path"].startswith("/search") and region in (None, r.get("region"))]


def one_region_refused(vigie):
    with Fleet(vigie, main_extra='[bans]\nduration = "15s"\nslow_start = "40s"\n', min_interval="20ms") as fleet:
        fleet.import_alerts(ALERTS)
        fleet.fault(region="cdg", path="/search", fault="403")
        progress = fleet.cycle()
        require(progress["run"]["state"] == "completed" and progress["run"]["alertsOk"] == 41, f"{progress['run']}")
        settled = {a["worker"] for a in progress["alerts"] if a["state"] == "settled"}
        require("worker-fr" not in settled and len(settled) == 3, f"settled by {settled}")
        refused = searches(fleet, "cdg")
        require(len(refused) == 1, f"the refused region asked {len(refused)} times")
        stats = fleet.main.get(STATS)
        expected = {"totalWorkers": 4, "availableWorkers": 3, "bannedWorkers": 1}
        require({k: stats[k] for k in expected} == expected, f"{stats}")
        row = worker_row(fleet, "worker-fr")
        require(set(row) >= {"id", "name", "region", "isHealthy", "isBanned", "requestCount", "successCount", "errorCount",
                             "successRate"}, f"{row}")
        require(row["isBanned"] and row["bans"][0]["host"] == f"127.0.0.1:{fleet.site_port}", f"{row}")
        # Expired: exactly one probe goes to the site before anything else of that region.
        fleet.clear_faults()
        wait_until(lambda: not worker_row(fleet, "worker-fr")["isBanned"], "the ban to end")
        before = len(refused)
        fleet.fault(region="cdg", path="/search", fault="403")
        fleet.cycle()
        probes = len(searches(fleet, "cdg")) - before
        require(probes == 1, f"{probes} probes while the site still refuses")
        require(worker_row(fleet, "worker-fr")["bans"][0]["strikes"] == 2, "the renewed ban has no second strike")
        fleet.clear_faults()
        wait_until(lambda: not worker_row(fleet, "worker-fr")["isBanned"], "the second ban to end")
        # Two probes in a row, then a part of its share, then all of it.

        def share():
            return [a["worker"] for a in fleet.cycle()["alerts"]].count("worker-fr")

        probes = [share(), share()]
        require(probes == [1, 1], f"half-open, worker-fr had {probes} alerts in two cycles")
        first = share()
        require(1 <= first <= 8, f"worker-fr is back at once, with {first} of 41")
        wait_until(lambda: share() in (10, 11), "worker-fr to be fully back")


def held_by_its_circuit(fleet):
    """A person who wants the host asked again sees why it is not, and hears whom to unban."""
    host = f"127.0.0.1:{fleet.site_port}"
    (held,) = fleet.main.get("/api/v1/conduct")["held"]
    require(held["host"] == host and "HTTP 403" in held["circuit"], f"{held}")
    require("circuit open: HTTP 403" in fleet.command("conduct"), "what the command shows")
    notes = fleet.main.get("/readyz")["notes"]
    require(any(n.startswith(f"circuit open: {host} until ") for n in notes), f"{notes}")
    answer = fleet.main.send("POST", "/api/v1/hosts/127.0.0.1/lift", expect=(404,))
    require(": vigie workers unban worker-" in answer["detail"], f"{answer}")


def two_regions_refused(vigie):
    with Fleet(vigie, min_interval="20ms") as fleet:
        fleet.import_alerts(ALERTS)
        fleet.fault(region="*", path="/search", fault="403")
        progress = fleet.cycle()
        require(progress["run"]["state"] == "failed", f"{progress['run']}")
        asked = [r.get("region") for r in searches(fleet)]
        require(len(set(asked)) == 2 and len(asked) == 2, f"the site was asked by {asked}")
        stats = fleet.main.get(STATS)
        require(len(stats["circuits"]) == 1, f"circuits: {stats['circuits']}")
        require(stats["bannedWorkers"] == 2, f"{stats}")
        codes = {a["error"]["code"] for a in progress["alerts"] if a.get("error")}
        require("circuit_open" in codes, f"codes: {codes}")
        fleet.clear_faults()
        fleet.cycle()
        require(len(searches(fleet)) == 2, "the site was asked while its circuit is open")
        # A restart of main forgets nothing.
        fleet.main.stop()
        fleet.main.start().wait_live()
        wait_until(lambda: fleet.main.get(STATS)["circuits"], "the circuit to be there after a restart")
        held_by_its_circuit(fleet)


def credential_refused(vigie):
    """401 is a matter of the credential: no worker is banned, the alerts settle `unauthorized`."""
    with Fleet(vigie, workers=2, min_interval="20ms") as fleet:
        fleet.import_alerts(ALERTS[:4])
        fleet.fault(region="*", path="/search", fault="401")
        progress = fleet.cycle()
        require(progress["run"]["alertsFailed"] == 4, f"{progress['run']}")
        require({a["error"]["code"] for a in progress["alerts"]} == {"unauthorized"}, f"{progress['alerts']}")
        require(fleet.main.get(STATS)["bannedWorkers"] == 0, "a worker was banned for a 401")


def asked_to_wait(vigie):
    """Between a 429 and the end of its Retry-After nobody asks the host."""
    with Fleet(vigie, workers=4, min_interval="20ms") as fleet:
        fleet.import_alerts(ALERTS[:12])
        fleet.fault(region="*", path="/search", fault="429", retryAfter=3, count=1)
        progress = fleet.cycle()
        seen = searches(fleet)
        at = next(i for i, r in enumerate(seen) if r["status"] == 429)
        require(at + 1 < len(seen), "nothing was asked after the wait")
        gap = seconds(seen[at + 1]["time"]) - seconds(seen[at]["time"])
        require(gap >= 3.0, f"asked again after {gap:.2f} s")
        require(progress["run"]["alertsOk"] == 11, f"{progress['run']}")


def seconds(time):
    import datetime
    return datetime.datetime.fromisoformat(time.replace("Z", "+00:00")).timestamp()


if __name__ == "__main__":
    sys.exit(run_scenarios([one_region_refused, two_regions_refused, credential_refused, asked_to_wait]))
