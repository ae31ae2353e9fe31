#!/usr/bin/env python3
"""What an operator sees: the tree and top of all nodes, metrics, logs, health, a changed log level, a clean end; and no secret."""

import json
import os
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "support"))

from fleet import Fleet, call, require, run_scenarios, wait_until  # noqa: E402

ALERTS = [{**a, "channels": ["log", "hook"], "baseline": False}
          for a in json.loads((ROOT / "configs" / "quickstart" / "alerts.json").read_text(encoding="utf-8"))]


def listed_actors():
    """The actors that docs/architecture.md says exist, by role: its table's `name` and node."""
    text = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    section = text.split("## The actors", 1)[1].split("\n## ", 1)[0]
    out = {"main": set(), "worker": set()}
    for line in section.split("\n"):
        row = re.match(r"\|\s*`([a-z-]+)(?:/[^`]*)?`\s*\|\s*(main|worker|both)\s*\|", line)
        if row:
            for role in (("main", "worker") if row.group(2) == "both" else (row.group(2),)):
                out[role].add(row.group(1))
    return out


def all_nodes_live(vigie):
    with Fleet(vigie, min_interval="60ms") as fleet:
        fleet.import_alerts(ALERTS)
        expected = listed_actors()
        require(len(expected["main"]) >= 10 and len(expected["worker"]) >= 6, f"the list is short: {expected}")
        started = fleet.trigger()
        seen = {}

        def everything_seen():
            nodes = json.loads(fleet.command("tree", "--json"))["nodes"]
            require(len(nodes) == 5, f"{len(nodes)} nodes")
            for node in nodes:
                require(node["unreachable"] is None, f"{node['node']}: {node['unreachable']}")
                names = seen.setdefault(node["role"], set())
                names.update(a["name"].split("/")[0] for a in node["actors"])
            return seen["main"] >= expected["main"] and seen["worker"] >= expected["worker"]

        wait_until(everything_seen, "every actor of docs/architecture.md in the tree during a cycle")
        extra = (seen["main"] - expected["main"]) | (seen["worker"] - expected["worker"])
        require(not extra, f"actors that docs/architecture.md does not list: {extra}")
        fleet.wait_run(started)
        nodes = json.loads(fleet.command("tree", "--json"))["nodes"]
        for node in nodes:
            busy = [a for a in node["actors"] if a["handled"] > 0 and a["busyNs"] > 0]
            require(len(busy) >= 3, f"{node['node']}: figures are not live: {node['actors']}")
        text = fleet.command("tree")
        require("alert-cycle" in text and "worker-gateway" in text, text)
        top = fleet.command("top")
        require("worker-" in top, top)
        json.loads(fleet.command("top", "--json"))
        for command in ("workers", "stats", "runs", "matches"):
            require(fleet.command(command), command)
            json.loads(fleet.command(command, "--json"))


def metrics_and_logs(vigie):
    with Fleet(vigie, workers=2) as fleet:
        fleet.import_alerts(ALERTS[:6])
        progress = fleet.cycle()
        trace = progress["run"]["trace"]
        text = fleet.main.get("/metrics")
        for name in ("vigie_alerts_settled_total", "vigie_cycles_total", "vigie_actor_mailbox_messages", "vigie_link_up"):
            require(re.search(rf"^{name}(\{{.*\}})? [0-9.e+]+", text, re.M), f"{name} is not in /metrics")
        require(not re.search(r'="[^"\n]*\n', text), "a label is broken over lines")
        for node in [fleet.main, *fleet.workers]:
            for line in node.log().split("\n"):
                if line:
                    event = json.loads(line)
                    require({"time", "level", "event", "node"} <= set(event), f"{line}")
        require(any(e.get("trace") == trace for e in fleet.main.events("cycle_ended")), "the run's trace is not in the log")
        # The level changes while it runs.
        fleet.main.send("PUT", "/api/v1/log-level", {"level": "error"})
        before = len(fleet.main.events("cycle_started"))
        fleet.cycle()
        require(len(fleet.main.events("cycle_started")) == before, "an info event after the level was set to error")
        fleet.main.send("PUT", "/api/v1/log-level", {"level": "info"})
        fleet.cycle()
        require(len(fleet.main.events("cycle_started")) == before + 1, "no info event after the level was set to info")
        # Health needs no key, everything else does.
        require(call(fleet.main.api_port, "GET", "/api/health")[0] == 200, "/api/health needs a key")
        require(call(fleet.main.api_port, "GET", "/readyz")[0] == 200, "/readyz is not ready")
        require(call(fleet.main.api_port, "GET", "/metrics")[0] == 401, "/metrics needs no key")
        fleet.workers[0].stop()
        fleet.workers[1].stop()
        wait_until(lambda: call(fleet.main.api_port, "GET", "/readyz")[0] == 503, "/readyz to say that no worker is there")
        reasons = json.loads(call(fleet.main.api_port, "GET", "/readyz")[2])["reasons"]
        require(any("worker-fr" in r for r in reasons), f"{reasons}")
        secrets = [n.key()[-43:] for n in [fleet.main, *fleet.workers]]
        for node in [fleet.main, *fleet.workers]:
            require(not any(s in node.log() for s in secrets), f"{node.name}'s log holds a key")
        for path in (fleet.main.folder / "data").iterdir():
            require(path.stat().st_mode & 0o077 == 0, f"{path.name} can be read by others")


def outbox_survives_a_dead_receiver(vigie):
    """A webhook that fails is tried again until it takes the same body under the same key; nothing is told twice."""
    with Fleet(vigie, workers=2) as fleet:
        fleet.webhook.answer = 503
        fleet.import_alerts(ALERTS[:6])
        run_row = fleet.cycle()["run"]
        wait_until(lambda: len(fleet.webhook.received) >= 1, "a first try")
        fleet.main.kill()
        fleet.main.start().wait_live()
        fleet.webhook.answer = 200
        fleet.wait_workers(2)
        accepted = {}

        def everything_told():
            rows = fleet.main.get("/api/v1/outbox?state=sent&limit=1000")["outbox"]
            accepted["n"] = len([r for r in rows if r["channel"] == "hook"])
            return accepted["n"] == run_row["newMatches"]

        wait_until(everything_told, f"{run_row['newMatches']} webhooks to be sent", 180)
        require(all(len(b) == 1 for b in fleet.webhook.bodies_by_key().values()), "a key carries two bodies")
        require(len(fleet.webhook.bodies_by_key()) == run_row["newMatches"], "keys and matches differ in number")


def one_process_with_both_roles(vigie):
    with Fleet(vigie, workers=1) as fleet:
        text = (ROOT / "configs" / "single.toml").read_text(encoding="utf-8")
        require("roles" in text, "configs/single.toml")
        fleet.main.stop()
        fleet.workers[0].stop()
        config = fleet.main.config.read_text(encoding="utf-8")
        config = config.replace('roles = ["main"]', 'roles = ["main", "worker"]')
        config = re.sub(r"\[\[workers\]\][^\[]*", "", config)
        fleet.main.config.write_text(config, encoding="utf-8")
        fleet.main.start().wait_live()
        fleet.wait_workers(1)
        fleet.import_alerts(ALERTS[:8])
        progress = fleet.cycle()
        require(progress["run"]["state"] == "completed" and progress["run"]["alertsOk"] == 8, f"{progress['run']}")
        require(fleet.main.stop() == 0, "the node did not end cleanly")


def quickstart(vigie):
    """What the README promises: ./dev run --once, with its fixed ports."""
    import tempfile
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run([ROOT / "configs" / "quickstart" / "run", vigie, "--once"], capture_output=True, text=True,
                              timeout=300, env={**os.environ, "VIGIE_VAR": folder}, check=False)
        require(done.returncode == 0, f"exit {done.returncode}: {done.stdout[-2000:]} {done.stderr[-2000:]}")
        require("4/4 workers, 41 alerts" in done.stdout and "0 errors" in done.stdout, done.stdout[-2000:])
        print("    " + next(x for x in done.stdout.split("\n") if "4/4 workers" in x))


if __name__ == "__main__":
    sys.exit(run_scenarios([quickstart, all_nodes_live, metrics_and_logs, outbox_survives_a_dead_receiver,
                            one_process_with_both_roles]))
