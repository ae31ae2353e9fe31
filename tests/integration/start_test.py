#!/usr/bin/env python3
"""How a node starts: one process a data folder, nothing of another's touched, and what it says of itself."""

import contextlib
import json
import os
import pathlib
import re
import resource
import signal
import sqlite3
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "support"))

from fleet import Fleet, call, free_port, require, run_scenarios, wait_until  # noqa: E402

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


class Single:
    """One process that is main and worker, with its timer off, as cron runs it; beside a fleet's site and webhook."""

    def __init__(self, fleet):
        self.fleet = fleet
        self.folder = fleet.folder / "single"
        self.folder.mkdir()
        self.api = free_port()
        self.config = self.folder / "single.toml"
        self.config.touch(mode=0o600)
        self.config.write_text(f'''
[node]
name = "single"
roles = ["main", "worker"]
data_dir = "data"
[api]
listen = "127.0.0.1:{self.api}"
[cycle]
enabled = false
baseline = false
[fetch]
allow_private = ["127.0.0.1/32"]
[log]
level = "info"
format = "json"
{fleet.default_source("20ms")}
[channels.hook]
type = "webhook"
url = "http://127.0.0.1:{fleet.webhook.port}/hook"
''', encoding="utf-8")

    def start(self, *more):
        return subprocess.Popen([self.fleet.vigie, "run", str(self.config), *more], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                text=True, cwd=self.folder, env={"PATH": os.environ["PATH"]})

    def once(self, *more, expect=0):
        """What a whole `vigie run FILE --once` prints."""
        process = self.start("--once", *more)
        out, err = process.communicate(timeout=120)
        require(process.returncode == expect, f"exit {process.returncode}: {out}{err[-3000:]}")
        return out + err

    def import_alerts(self, alerts):
        path = self.folder / "alerts.json"
        path.write_text(json.dumps(alerts), encoding="utf-8")
        node = self.start()
        wait_until(lambda: call(self.api, "GET", "/readyz")[0] == 200, "the node to be ready")
        done = subprocess.run([self.fleet.vigie, "alerts", "import", str(path), "--config", str(self.config)], cwd=self.folder,
                              capture_output=True, text=True, check=False)
        node.terminate()
        node.communicate(timeout=60)
        require(done.returncode == 0, done.stderr)

    def rows(self, sql):
        with contextlib.closing(sqlite3.connect(f"file:{self.folder / 'data' / 'vigie.db'}?mode=ro", uri=True)) as db:
            return db.execute(sql).fetchall()

    def outbox(self):
        return dict(self.rows("SELECT state, count(*) FROM outbox GROUP BY state"))


def run_number(said):
    """Of its own run: the last that it tells of."""
    return [int(x) for x in re.findall(r"^run (\d+)", said, re.M)][-1]


def each_call_of_once_runs_a_cycle_and_tells_all(vigie):
    with Fleet(vigie, workers=1) as fleet:
        single = Single(fleet)
        require("skipped_empty" in single.once(), "a cycle without alerts")
        single.import_alerts(ALERTS[:12])
        said = single.once()
        require("completed" in said and "1/1 workers, 12 alerts" in said, said)
        told = len(fleet.webhook.keys())
        require(told > 20 and f"{told} notifications sent" in said, said)
        require(single.outbox() == {"sent": told}, f"rows are left: {single.outbox()}")
        asked = len(fleet.requests())
        again = single.once()
        require(run_number(again) > run_number(said) and "completed" in again, f"the second call ran no cycle: {again}")
        require(len(fleet.requests()) > asked, "the second call asked nobody")
        require(len(fleet.webhook.keys()) == told, "something was told twice")


def once_says_what_it_could_not_tell(vigie):
    with Fleet(vigie, workers=1) as fleet:
        single = Single(fleet)
        single.import_alerts(ALERTS[:6])
        fleet.webhook.answer = 503
        said = single.once("--notify-wait", "3s", expect=1)
        require("completed" in said and "not sent yet; the next call tries again" in said, said)
        waiting = single.outbox()
        require(set(waiting) == {"pending"}, f"{waiting}")
        keys = set(fleet.webhook.keys())
        fleet.webhook.answer = 200
        before = len(fleet.webhook.received)
        said = single.once()
        require(f"{waiting['pending']} notifications sent" in said, said)
        after = fleet.webhook.keys()[before:]
        require(len(after) == len(set(after)) == waiting["pending"] and keys <= set(after), "another key, or twice")


def once_ends_what_was_left_and_then_runs_its_own(vigie):
    with Fleet(vigie, workers=1) as fleet:
        single = Single(fleet)
        single.import_alerts(ALERTS[:12])
        fleet.fault(path="/search*", fault="slow", delayMs=400)
        first = single.start("--once")
        wait_until(lambda: fleet.requests(), "the first request")
        refused = single.once(expect=1)
        require(f"in use by process {first.pid}" in refused, refused)
        first.kill()
        first.communicate(timeout=60)
        fleet.clear_faults()
        said = single.once()
        runs = [int(x) for x in re.findall(r"^run (\d+)", said, re.M)]
        require(len(runs) == 2 and runs[0] < runs[1] and "(begun before)" in said, said)
        told = fleet.webhook.keys()
        require(len(told) == len(set(told)) > 0, "something was told twice")
        # A signal ends it; what it did not do is said by the exit code.
        fleet.fault(path="/search*", fault="slow", delayMs=400)
        stopped = single.start("--once")
        seen = len(fleet.requests())
        wait_until(lambda: len(fleet.requests()) > seen, "a request")
        stopped.terminate()
        _, err = stopped.communicate(timeout=60)
        require(stopped.returncode == 1 and "the next call goes on with it" in err, f"{stopped.returncode}: {err[-2000:]}")


def alerts_are_checked_against_the_configuration(vigie):
    with Fleet(vigie, workers=1) as fleet:
        def refused(value, *words, path="/api/v1/alerts", method="POST"):
            answer = fleet.main.send(method, path, value, expect=(400,))
            for word in words:
                require(word in answer["detail"] or word == answer.get("place"), f"{word}: {answer}")

        good = {"name": "good", "source": "market", "query": "iphone", "channels": ["hook"]}
        refused({**good, "source": "markt"}, 'did you mean "market"', "/source")
        refused({**good, "channels": ["hok"]}, 'did you mean "hook"', "/channels/0")
        refused([good, {**good, "name": "other", "source": "shop"}], '"other"', "there are: market",
                "/1/source", path="/api/v1/alerts/import")
        require(fleet.main.get("/api/v1/alerts")["total"] == 0, "something was stored")
        require(fleet.main.send("POST", "/api/v1/alerts", good)["warnings"] == [], "a good alert has a warning")
        refused({**good, "source": "shop"}, "there are: market", path="/api/v1/alerts/1", method="PUT")
        mute = fleet.main.send("POST", "/api/v1/alerts", {**good, "name": "mute", "query": "", "channels": []})
        require(any("no channel" in w for w in mute["warnings"]) and any("query is empty" in w for w in mute["warnings"]), f"{mute}")
        answer = fleet.import_alerts([{**good, "name": "third", "channels": []}])
        require(answer["doubtful"] == 1 and answer["warnings"][0]["name"] == "third", f"{answer}")
        listed = fleet.command("alerts", "list")
        require("warning 2 mute: it has no channel" in listed and "good:" not in listed, listed)
        require("no channel" in fleet.command("alerts", "show", "2"), "show has no warning")
        require("no channel" in fleet.command("alerts", "list", "--json"), "the JSON has no warning")
        # The source and the channel go: told once at the start, shown, and gone when they are back.
        text = fleet.main.config.read_text(encoding="utf-8")
        fleet.main.stop()
        fleet.main.config.write_text(text.replace("[sources.market", "[sources.bazaar").replace("[channels.hook]", "[channels.hooks]"),
                                     encoding="utf-8")
        fleet.main.start().wait_live()
        told = wait_until(lambda: fleet.main.events("alerts_unplaced"), "the event at the start")
        require(len(told) == 1 and told[0]["alerts"] == "3" and told[0]["unknown_sources"] == "market (3)"
                and told[0]["unknown_channels"] == "hook (1)", f"{told}")
        require('there is no source "market"' in fleet.command("alerts", "list"), "the list does not say it")
        fleet.main.stop()
        fleet.main.config.write_text(text, encoding="utf-8")
        fleet.main.start().wait_live()
        require(fleet.main.get("/api/v1/alerts/1")["warnings"] == [], "the warning stays")
        require(len(fleet.main.events("alerts_unplaced")) == 1, "told again")


def a_store_that_cannot_be_written_to_is_not_ready(vigie):
    with Fleet(vigie, workers=1, log_level="error") as fleet:
        fleet.import_alerts(ALERTS[:12])  # the log of the store is longer than that of events

        def readiness():
            status, _, body = call(fleet.main.api_port, "GET", "/readyz")
            return status, json.loads(body)["reasons"]

        wait_until(lambda: readiness()[0] == 200, "main to be ready")
        log = fleet.main.folder / "data" / "vigie.db-wal"
        size = log.stat().st_size
        _, most = resource.prlimit(fleet.main.pid, resource.RLIMIT_FSIZE)
        resource.prlimit(fleet.main.pid, resource.RLIMIT_FSIZE, (size, most))  # as a disk that is full
        status, reasons = wait_until(lambda: readiness()[0] == 503 and readiness(), "503")
        require(any("store" in r for r in reasons), f"{reasons}")
        require(call(fleet.main.api_port, "GET", "/livez")[0] == 200, "it is not alive")
        resource.prlimit(fleet.main.pid, resource.RLIMIT_FSIZE, (most, most))
        wait_until(lambda: readiness()[0] == 200, "main to be ready again")
        require(fleet.main.get("/api/v1/alerts")["total"] == 12, "alerts are lost")


def an_ordered_end_saves_what_was_counted(vigie):
    with Fleet(vigie, workers=1) as fleet:
        fleet.import_alerts(ALERTS[:12])
        fleet.cycle()
        before = fleet.main.get("/api/v1/worker/main/stats")["workers"][0]
        require(before["requestCount"] >= 12, f"{before}")
        fleet.main.stop()  # at once: nothing had its time to be saved
        fleet.main.start().wait_live()
        fleet.wait_workers(1)
        after = fleet.main.get("/api/v1/worker/main/stats")["workers"][0]
        for key in ("requestCount", "successCount", "errorCount"):
            require(after[key] == before[key], f"{key}: {before[key]} before, {after[key]} after")
        ledger = sum(h["requests"] for h in fleet.main.get("/api/v1/conduct")["hosts"])
        require(ledger == len([r for r in fleet.requests() if r["path"] != "/healthz" and not r["path"].startswith("/admin")]),
                f"the ledger has {ledger} requests")


def odd_signals_and_closed_streams_do_no_harm(vigie):
    with Fleet(vigie, workers=1) as fleet:
        for number in (signal.SIGUSR1, signal.SIGUSR2, signal.SIGPIPE):
            fleet.main.signal(number)
        fleet.import_alerts(ALERTS[:2])
        require(fleet.cycle()["run"]["state"] == "completed", "the node does not work any more")
        require(fleet.main.stop() == 0, "no ordered end")
        # Started with the three streams closed: their numbers go to nothing else.
        script = f'exec "{fleet.vigie}" run "{fleet.main.config}" <&- >&- 2>&-'
        node = subprocess.Popen(["sh", "-c", script], cwd=fleet.main.folder, env={"PATH": os.environ["PATH"]})
        try:
            wait_until(lambda: call(fleet.main.api_port, "GET", "/readyz")[0] == 200, "the node to be ready")
            for descriptor in (0, 1, 2):
                require(os.readlink(f"/proc/{node.pid}/fd/{descriptor}") == "/dev/null", f"descriptor {descriptor} is another's")
        finally:
            node.terminate()
            node.wait(60)
        require(node.returncode == 0, f"exit {node.returncode}")


def a_secret_that_a_site_repeats_is_shown_to_nobody(vigie):
    with Fleet(vigie, workers=1, worker_extra="", main_extra="") as fleet:
        secret = "hunter-2-of-the-shop"
        text = fleet.main.config.read_text(encoding="utf-8")
        # By its value: the variable's name says nothing.
        text = text.replace("[sources.market.paging]", 'headers = { authorization = "Shop ${SHOP}" }\n[sources.market.paging]')
        fleet.main.stop()
        fleet.main.config.write_text(text, encoding="utf-8")
        fleet.main.env["SHOP"] = secret
        fleet.main.start().wait_live()
        fleet.wait_workers(1)
        fleet.fault(path="/search*", fault="302", location=f"/search/again/{secret}")
        fleet.import_alerts(ALERTS[:1])
        run = fleet.cycle()
        shown = json.dumps(run) + json.dumps(fleet.main.get("/api/v1/runs")) + fleet.main.log()
        require("redirects" in shown and "***" in shown and secret not in shown, shown[-3000:])


if __name__ == "__main__":
    sys.exit(run_scenarios([one_process_a_folder, a_taken_port_is_known_before_anything_is_opened,
                            a_log_without_its_database_is_not_started_over, a_node_says_what_it_has_found,
                            each_call_of_once_runs_a_cycle_and_tells_all, once_says_what_it_could_not_tell,
                            once_ends_what_was_left_and_then_runs_its_own, alerts_are_checked_against_the_configuration,
                            a_store_that_cannot_be_written_to_is_not_ready, an_ordered_end_saves_what_was_counted,
                            odd_signals_and_closed_streams_do_no_harm, a_secret_that_a_site_repeats_is_shown_to_nobody]))
