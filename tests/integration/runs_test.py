#!/usr/bin/env python3
"""What a run says of itself, with real processes: what its sources answered, what a first run learned, what failed; a run
of chosen alerts; two changes of one alert at once."""

import json
import pathlib
import re
import subprocess
import sys
import threading

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "support"))

from fleet import Fleet, require, run_scenarios  # noqa: E402

ALERTS = [{**a, "channels": ["log"], "baseline": True}
          for a in json.loads((ROOT / "configs" / "quickstart" / "alerts.json").read_text(encoding="utf-8"))][:8]


def refused(fleet, *argv):
    """The exit code of a command that fails, and what it says."""
    done = subprocess.run([fleet.vigie, *argv], capture_output=True, text=True, timeout=120, cwd=fleet.main.folder, check=False)
    require(done.returncode != 0, f"vigie {' '.join(argv)}: {done.stdout}")
    return done.returncode, done.stdout + done.stderr


def what_sources_answered(vigie):
    with Fleet(vigie, workers=2) as fleet:
        fleet.import_alerts(ALERTS)
        before = len(fleet.requests())
        text = fleet.command("run-once")
        learned = re.search(r"\n    (\d+) learned, none sent: first run\n", text)
        require(learned and int(learned.group(1)) > 0, f"run-once says nothing of the baseline: {text}")
        require(re.search(r"\n    market: 200 ×\d+; .*; waited .* a request\n", text), text)
        run = fleet.main.get("/api/v1/runs/1")
        require(run["run"]["learned"] == int(learned.group(1)) and run["run"]["newMatches"] == 0, f"{run['run']}")
        require(all(x["learned"] and x["source"] == "market" for x in run["alerts"]), f"{run['alerts']}")
        row, = run["sources"]
        pages = [x for x in fleet.requests()[before:] if "robots.txt" not in json.dumps(x)]
        require(row["requests"] == len(pages) == row["answers"]["200"], f"{len(pages)} requests at the site, and {row}")
        require(row["bytes"] > 1000 and row["unchangedPercent"] == 0 and row["averageWaitMs"] > 0, f"{row}")
        ended = fleet.main.events("cycle_ended")[0]
        require(ended["baseline"] == f"{learned.group(1)} learned, none sent: first run", f"{ended}")
        require("done: what the first run found was learned" in fleet.command("alerts", "show", "1"), "alerts show")
        # Pages that are as they were.
        fleet.cycle()
        second = fleet.main.get("/api/v1/runs/2")
        row, = second["sources"]
        require(row["answers"].get("304", 0) > 0 and row["unchangedPercent"] > 0, f"{row}")
        require(second["run"]["learned"] == 0, f"{second['run']}")
        shown = fleet.command("runs", "2")
        require(f"304 ×{row['answers']['304']}" in shown and "MEAN WAIT" in shown, shown)
        require("learned" not in shown and "run 1: " + learned.group(0).strip() in fleet.command("runs"), shown)


def a_run_of_chosen_alerts_and_one_that_fails(vigie):
    with Fleet(vigie, workers=2) as fleet:
        fleet.import_alerts(ALERTS)
        fleet.command("alerts", "set", "2", "--name", "two", "--query", "never/heard of")
        fleet.command("run-once", "--alert", "two", "5")
        run = fleet.main.get("/api/v1/runs/1")
        require({x["alertId"] for x in run["alerts"]} == {2, 5} and run["run"]["alerts"] == 2, f"{run}")
        fleet.command("alerts", "pause", "two")
        config = ["--config", str(fleet.main.config)]
        code, said = refused(fleet, "run-once", "--alert", "two", "5", *config)
        require(code == 1 and 'alert 2 "two" is switched off; vigie alerts resume 2 takes it up again' in said, said)
        code, said = refused(fleet, "run-once", "--alert", "77", *config)
        require(code == 1, said)
        require(len(fleet.main.get("/api/v1/runs")["runs"]) == 1, "a refused run was begun")
        # A page that fails: which alerts, why, and what to type next.
        fleet.fault(fault="500", count=1000)
        code, said = refused(fleet, "run-once", "--alert", "5", *config)
        name = ALERTS[4]["name"]
        require(code == 1 and f'    failed: 5 "{name}": http_status: HTTP 500' in said, said)
        require("    Look closer with: vigie runs 2\n    and at the page with: vigie source test --source market\n" in said, said)
        ended = fleet.main.events("cycle_ended")[-1]
        require(ended["failed"].startswith(f'5 "{name}": http_status') and ended["next"] == "vigie source test --source market",
                f"{ended}")


def changes_at_once_lose_nothing(vigie):
    with Fleet(vigie, workers=1) as fleet:
        fleet.import_alerts(ALERTS[:1])
        options = [("--price-max", "123"), ("--none", "fissuré"), ("--brand", "ACME"), ("--size", "XL"),
                   ("--condition", "neuf"), ("--name", "changed at once")]
        threads = [threading.Thread(target=fleet.command, args=("alerts", "set", "1", *x)) for x in options]
        for x in threads:
            x.start()
        for x in threads:
            x.join()
        alert = fleet.main.get("/api/v1/alerts/1")
        require(alert["price"]["max"] == 123 and alert["keywords"]["none"] == ["fissuré"] and alert["brands"] == ["ACME"] and
                alert["sizes"] == ["XL"] and alert["conditions"] == ["neuf"] and alert["name"] == "changed at once", f"{alert}")
        # A worker's file, where main is meant.
        code, said = refused(fleet, "alerts", "list", "--config", str(fleet.workers[0].config))
        require(code == 1 and "This is a worker node, and only main serves this" in said, said)


if __name__ == "__main__":
    sys.exit(run_scenarios([what_sources_answered, a_run_of_chosen_alerts_and_one_that_fails, changes_at_once_lose_nothing]))
