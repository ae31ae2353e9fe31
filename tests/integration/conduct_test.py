#!/usr/bin/env python3
"""The conduct ledger says of a site what the site itself saw, whatever becomes of main."""

import json
import pathlib
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "support"))

from fleet import Fleet, require, run_scenarios, wait_until  # noqa: E402

ALERTS = json.loads((ROOT / "configs" / "quickstart" / "alerts.json").read_text(encoding="utf-8"))
CONTACT = "https://vigie.example/contact"
COUNTERS = ["requests", "robotsRequests", "retries", "bytes", "answered", "unchanged", "rateLimited", "refused", "failed",
            "robotsDenied", "waitedMs"]
NOTHING = {**dict.fromkeys(COUNTERS, 0), "userAgent": None}


def fleet_of(vigie, **more):
    return Fleet(vigie, max_pages=1, fetch=f'product_token = "vigie"\ncontact = "{CONTACT}"', **more)


def name_of(fleet):
    return f"127.0.0.1:{fleet.site_port}"


def conduct(fleet, *argv):
    return json.loads(fleet.command("conduct", *argv, "--json"))


def told(fleet):
    """What the ledger has of the site."""
    hosts = conduct(fleet)["hosts"]
    require([h["host"] for h in hosts] in ([], [name_of(fleet)]), f"hosts: {hosts}")
    return hosts[0] if hosts else NOTHING


def seen(fleet):
    """What the site has written of the fleet, under the ledger's words."""
    asked = fleet.requests()

    def count(*statuses):
        return sum(r["status"] in statuses for r in asked)
    return {"requests": len(asked),
            "robotsRequests": sum(r["path"] == "/robots.txt" for r in asked),
            "bytes": sum(r["bytes"] for r in asked),
            "unchanged": count(304),
            "rateLimited": count(429),
            "refused": count(403),
            "failed": count(0, 500, 502, 503, 504),
            "answered": count(200, 404),
            "userAgent": asked[0]["agent"] if asked else None}


def agree(fleet, but=()):
    """Waits until the ledger has as many requests as the site's log, and compares everything else."""
    wait_until(lambda: told(fleet)["requests"] == len(fleet.requests()), "the ledger to have every request")
    ledger, site = told(fleet), seen(fleet)
    for key, value in site.items():
        require(key in but or ledger[key] == value, f"{key}: the site saw {value}, the ledger says {ledger[key]}\n{site}\n{ledger}")
    agents = {r["agent"] for r in fleet.requests()}
    require(agents == {ledger["userAgent"]} and CONTACT in ledger["userAgent"], f"{agents}, and the ledger {ledger['userAgent']}")
    return ledger


def permits_out(fleet):
    nodes = fleet.main.get("/api/v1/inspect/tree")["nodes"]
    state = next(a["state"] for a in nodes[0]["actors"] if a["name"] == "host-gates")
    return "0 permits out" not in state


def as_the_site_saw_it(vigie):
    """Pages, 304, 429, 5xx and their repetitions, robots.txt and what it forbids: each is counted as often as it was."""
    with tempfile.TemporaryDirectory() as folder:
        rules = pathlib.Path(folder, "robots.txt")
        rules.write_text("User-agent: *\nDisallow: /search?q=iPhone\n", encoding="utf-8")
        with fleet_of(vigie, site_args=("--serve", folder)) as fleet:
            require(told(fleet) == NOTHING, "a new ledger is not empty")
            fleet.import_alerts(ALERTS[:24])
            first = fleet.cycle()
            agree(fleet)
            fleet.cycle()
            unchanged = agree(fleet)
            require(unchanged["unchanged"] > 0, "no page was unchanged")
            fleet.fault(region="*", path="/search*", fault="502", count=2)
            fleet.cycle()
            fleet.fault(region="*", path="/search*", fault="500", count=1)
            fleet.cycle()
            fleet.fault(region="*", path="/search*", fault="429", retryAfter=1, count=1)
            fleet.cycle()
            ledger = agree(fleet)
            denied = sum(a["error"]["code"] == "robots_disallowed" for a in first["alerts"] if a.get("error"))
            require(denied > 0 and ledger["robotsDenied"] >= 5 * denied, f"{denied} a cycle, {ledger}")
            require(ledger["retries"] == 2 and ledger["failed"] == 3 and ledger["rateLimited"] == 1, f"{ledger}")
            require(ledger["waitedMs"] > 0 and ledger["averageWaitMs"] == ledger["waitedMs"] // ledger["requests"], f"{ledger}")
            share = round(100 * ledger["unchanged"] / ledger["requests"], 2)
            require(abs(ledger["unchangedPercent"] - share) < 0.011, f"{share} and {ledger}")
            check = subprocess.run([fleet.vigie, "robots", "check", "--agent", "vigie", "--url", "http://x/", "--json", str(rules)],
                                   capture_output=True, text=True, check=True)
            require(ledger["robotsVersion"] == json.loads(check.stdout)["version"], f"{ledger} and {check.stdout}")
            fleet.fault(region="cdg", path="/search*", fault="403")
            fleet.cycle()
            require(agree(fleet)["refused"] == 1, "one refusal")
            the_command(fleet)


def the_command(fleet):
    """Its forms, on a ledger that has come to rest."""
    host = name_of(fleet)
    whole = told(fleet)
    for form in (host, "127.0.0.1", f"http://{host}/search?q=x", f"HTTP://{host}"):
        require(conduct(fleet, form)["hosts"] == [whole], f"asked for {form}")
    require(conduct(fleet, "127.0.0.1:1")["hosts"] == [], "another port")
    hours = conduct(fleet, host, "--hours", "--since", "1h")["hosts"][0]["hours"]
    for key in COUNTERS:
        require(sum(h[key] for h in hours) == whole[key], f"{key} of {hours} and {whole}")
    require([hours[0]["hour"], hours[-1]["hour"]] == [whole["firstHour"], whole["lastHour"]], f"{hours} and {whole}")
    text = fleet.command("conduct", host, "--hours")
    for part in (host, f"{whole['bytes']:,} of bodies", f"304, {whole['unchangedPercent']}"[:9], whole["robotsVersion"],
                 whole["userAgent"], "HOUR (UTC)"):
        require(part in text, f"{part!r} is not in\n{text}")
    require(host in fleet.command("conduct"), "the table of all hosts")
    require("nothing was asked of other.example" in fleet.command("conduct", "other.example"), "a host that was never asked")
    fleet.command("conduct", "--since", "week", expect=2)
    fleet.command("conduct", "--since", "0s", expect=2)
    fleet.command("conduct", "no host", expect=1)
    require(fleet.main.get("/api/v1/conduct?since_ms=0", expect=400)["code"] == "bad_request", "a problem")


def killed_main_loses_nothing(vigie):
    """kill -9 at rest and under way: what main has acknowledged is stored, and what it has not is told to the next one, once."""
    with fleet_of(vigie) as fleet:
        fleet.import_alerts(ALERTS[:12])
        fleet.cycle()
        before = agree(fleet)
        fleet.main.kill()
        fleet.main.start().wait_live()
        require(told(fleet) == before, f"{told(fleet)} and before {before}")
        fleet.wait_workers(4)
        fleet.fault(region="*", path="/search*", fault="slow", delayMs=300)
        run = fleet.trigger()
        wait_until(lambda: told(fleet)["requests"] > before["requests"], "a request of this run to be stored")
        before = told(fleet)
        fleet.main.kill()
        fleet.main.start().wait_live()
        after = told(fleet)
        require(all(after[key] >= before[key] for key in COUNTERS), f"{after} and before {before}")
        require(fleet.wait_run(run)["run"]["alertsOk"] == 12, "the run")
        fleet.clear_faults()
        fleet.cycle()
        agree(fleet)
        wait_until(lambda: not permits_out(fleet), "all permits to be back")
        agree(fleet)


def a_person_ends_a_pause(vigie):
    """A site wants to be left alone for three days: that is shown, over a restart, too, until somebody says otherwise."""
    with fleet_of(vigie) as fleet:
        fleet.import_alerts(ALERTS[:4])
        fleet.cycle()
        fleet.fault(region="*", path="/search*", fault="429", retryAfter=259200, count=1)
        fleet.cycle()
        asked = len(fleet.requests())
        for _ in range(2):
            held = conduct(fleet)["held"]
            require([(h["host"], h["pause"]) for h in held] == [(name_of(fleet), True)], f"{held}")
            text = fleet.command("conduct")
            require("HELD" in text and "paused" in text, text)
            ready = fleet.main.get("/readyz")
            require(any(n.startswith(f"paused: {name_of(fleet)} until ") for n in ready["notes"]), f"{ready}")
            fleet.cycle()
            require(len(fleet.requests()) == asked, "it was asked in its pause")
            require(fleet.main.stop() == 0, "the end of main")
            fleet.main.start().wait_live()
            fleet.wait_workers(4)
        fleet.command("conduct", "other.example", "--lift", expect=1)
        fleet.command("conduct", "--lift", expect=2)
        require("may be asked again" in fleet.command("conduct", name_of(fleet).split(":")[0], "--lift"), "what the command says")
        require(conduct(fleet)["held"] == [], "it is held still")
        require("host_hold_lifted" in fleet.main.log(), "the event")
        require(fleet.cycle()["run"]["alertsOk"] == 4, "a cycle after the pause")


def ended_main_loses_nothing(vigie):
    """SIGTERM stores what is counted; what is under way at a worker then, the next main is told."""
    with fleet_of(vigie) as fleet:
        fleet.import_alerts(ALERTS[:12])
        for _ in range(3):
            fleet.cycle()
            wait_until(lambda: not permits_out(fleet), "all permits to be back", every_s=0.005)
            require(fleet.main.stop() == 0, "the end of main")
            fleet.main.start().wait_live()
            ledger, site = told(fleet), seen(fleet)
            require(all(ledger[key] == value for key, value in site.items()), f"{ledger} and the site saw {site}")
            fleet.wait_workers(4)
        # Its answer comes when the main that gave it leave is gone.
        fleet.fault(region="*", path="/search*", fault="slow", delayMs=8000, count=1)
        asked = len(fleet.requests())
        run = fleet.trigger()
        wait_until(lambda: len(fleet.requests()) == asked + 1, "the slow request to be under way")
        require(fleet.main.stop() == 0, "the end of main")
        fleet.main.start().wait_live()
        require(fleet.wait_run(run)["run"]["alertsOk"] == 12, "the run goes on")
        require(agree(fleet)["failed"] == 0, "the one that was under way is told to the main that came")


if __name__ == "__main__":
    sys.exit(run_scenarios([as_the_site_saw_it, killed_main_loses_nothing, ended_main_loses_nothing, a_person_ends_a_pause]))
