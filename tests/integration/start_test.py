#!/usr/bin/env python3
"""How a node starts: one process a data folder, nothing of another's touched, and what it says of itself."""

import json
import os
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "support"))

from fleet import Fleet, free_port, require, run_scenarios, wait_until  # noqa: E402

ALERTS = [{**a, "channels": ["hook"], "baseline": False}
          for a in json.loads((ROOT / "configs" / "quickstart" / "alerts.json").read_text(encoding="utf-8"))]


def refused(node, config, *words, code=1):
    """`vigie run` ends by itself and says why; what it says."""
    done = subprocess.run([node.argv[0], "run", str(config)], capture_output=True, text=True, timeout=60, cwd=node.folder,
                          env={"PATH": os.environ["PATH"]}, check=False)
    require(done.returncode == code, f"exit {done.returncode}: {done.stderr}")
    for word in words:
        require(word in done.stderr, f"\"{word}\" is not said: {done.stderr}")
    require("node_ready" not in done.stderr, "it began to work")
    return done.stderr


def on_other_ports(node):
    """The same node on ports of its own: only the folder is shared."""
    text = node.config.read_text(encoding="utf-8").replace(f"127.0.0.1:{node.api_port}", f"127.0.0.1:{free_port()}")
    text = re.sub(r'(\[link\]\nlisten = "127.0.0.1:)\d+', lambda m: m.group(1) + str(free_port()), text)
    path = node.folder / "second.toml"
    path.touch(mode=0o600)
    path.write_text(text, encoding="utf-8")
    return path


def one_process_a_folder(vigie):
    with Fleet(vigie, workers=1, min_interval="100ms") as fleet:
        fleet.import_alerts(ALERTS[:12])
        run = fleet.trigger()
        second = on_other_ports(fleet.main)
        # In the middle of a run and of its sends, again and again: nothing is taken over, nothing told twice.
        for _ in range(3):
            refused(fleet.main, second, f"process {fleet.main.pid} (node main)", str(fleet.main.folder / "data"), "End that one first")
        worker = fleet.workers[0]
        refused(worker, on_other_ports(worker), f"process {worker.pid} (node worker-fr)")
        # Another folder, the same store: another name for it does not help.
        elsewhere = fleet.folder / "elsewhere"
        elsewhere.mkdir()
        (elsewhere / "link.db").symlink_to(fleet.main.folder / "data" / "vigie.db")
        text = second.read_text(encoding="utf-8").replace('data_dir = "data"', f'data_dir = "{elsewhere}"')
        second.write_text(text + f'[store]\npath = "{elsewhere / "link.db"}"\n', encoding="utf-8")
        refused(fleet.main, second, f"process {fleet.main.pid} (node main)", "the store")
        progress = fleet.wait_run(run)
        require(progress["run"]["state"] == "completed" and progress["run"]["resent"] == 0, f"{progress['run']}")
        fleet.wait_outbox_empty()
        counts = fleet.main.get("/api/v1/outbox?limit=1")["counts"]
        require(counts["ambiguous"] == 0 and counts["dead"] == 0, f"{counts}")
        keys = fleet.webhook.keys()
        require(len(keys) == len(set(keys)) == progress["run"]["newMatches"] > 0, "a notification came twice, or not at all")
        urls = [r["path"] + "?" + r.get("query", "") for r in fleet.requests() if r["path"] != "/robots.txt" and "search" in r["path"]]
        require(len(urls) == len(set(urls)) > 0, "a page was asked twice")
        # Commands work beside a running node.
        fleet.command("keys", "add", "--name", "beside")
        # A killed holder leaves nothing that has to be removed.
        fleet.main.kill()
        fleet.main.start().wait_live()
        require(not fleet.main.events("node_not_started"), "the lock outlived its process")


def a_taken_port_is_known_before_anything_is_opened(vigie):
    with Fleet(vigie, workers=1) as fleet:
        text = fleet.main.config.read_text(encoding="utf-8").replace('data_dir = "data"', 'data_dir = "fresh"')
        other = fleet.main.folder / "other.toml"
        other.touch(mode=0o600)
        other.write_text(text, encoding="utf-8")
        said = refused(fleet.main, other, f"port {fleet.main.api_port}", "another [api] listen")
        require("onfiguration is wrong" not in said and "that name exists" not in said, said)
        left = [p.name for p in (fleet.main.folder / "fresh").iterdir()]
        require("vigie.db" not in left and "admin.key" not in left, f"{left}")
        worker = fleet.workers[0]
        text = worker.config.read_text(encoding="utf-8").replace('data_dir = "data"', 'data_dir = "fresh"')
        other = worker.folder / "other.toml"
        other.write_text(text.replace(f"127.0.0.1:{worker.api_port}", f"127.0.0.1:{free_port()}"), encoding="utf-8")
        said = refused(worker, other, "another [link] listen")
        require("onfiguration is wrong" not in said, said)


def a_log_without_its_database_is_not_started_over(vigie):
    with Fleet(vigie, workers=1) as fleet:
        fleet.import_alerts(ALERTS[:5])
        fleet.main.kill()
        data = fleet.main.folder / "data"
        whole = (data / "vigie.db-wal").stat().st_size
        require(whole > 0, "the kill left no log")
        (data / "vigie.db").rename(fleet.folder / "away.db")
        refused(fleet.main, fleet.main.config, "vigie.db-wal", "put the file back")
        require((data / "vigie.db-wal").stat().st_size == whole and not (data / "vigie.db").exists(), "something was touched")
        (fleet.folder / "away.db").rename(data / "vigie.db")
        fleet.main.start().wait_live()
        require(fleet.main.get("/api/v1/alerts?limit=1")["total"] == 5, "alerts are lost")


def a_node_says_what_it_has_found(vigie):
    with Fleet(vigie, workers=1) as fleet:
        ready = fleet.main.events("node_ready")[-1]
        store = str(fleet.main.folder / "data" / "vigie.db")
        require((ready["store"], ready["store_is"], ready["alerts"]) == (store, "new", "0"), f"{ready}")
        require("none" in ready["first_cycle"], f"{ready}")
        fleet.import_alerts([*ALERTS[:2], {**ALERTS[2], "enabled": False}])
        fleet.main.stop()
        text = fleet.main.config.read_text(encoding="utf-8")
        fleet.main.config.write_text(text.replace("enabled = false", 'initial_delay = "1h"', 1), encoding="utf-8")
        fleet.main.start().wait_live()
        ready = wait_until(lambda: len(fleet.main.events("node_ready")) == 2 and fleet.main.events("node_ready")[-1], "a second start")
        require((ready["store_is"], ready["alerts"], ready["alerts_enabled"], ready["first_cycle"]) == ("found", "3", "2", "in 1h"),
                f"{ready}")


if __name__ == "__main__":
    sys.exit(run_scenarios([one_process_a_folder, a_taken_port_is_known_before_anything_is_opened,
                            a_log_without_its_database_is_not_started_over, a_node_says_what_it_has_found]))
