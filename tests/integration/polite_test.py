#!/usr/bin/env python3
"""What the owner of a site sees in its log, asked by four worker processes: nothing to complain about.

Times are the site's own. A request may be on its way for a moment, so two of them can arrive a little closer than they
began; what is late once is not late twice, so of any n + 1 requests the first and the last are n gaps apart, less one
such moment: a tenth of a gap.
"""

import calendar
import datetime
import json
import pathlib
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "support"))

from fleet import Fleet, call, require, run_scenarios, wait_until  # noqa: E402

ALERTS = json.loads((ROOT / "configs" / "quickstart" / "alerts.json").read_text(encoding="utf-8"))
CONTACT = "https://vigie.example/contact"
ON_ITS_WAY = 0.1  # of a gap
REFUSING = (403, 429)


def served(text):
    folder = tempfile.TemporaryDirectory()
    pathlib.Path(folder.name, "robots.txt").write_text(text, encoding="utf-8")
    return folder


def fleet_of(vigie, interval="20ms", in_flight=1, gate="", **more):
    made = Fleet(vigie, max_pages=1, min_interval=interval, fetch=f'product_token = "vigie"\ncontact = "{CONTACT}"', **more)
    config = made.main.config.read_text(encoding="utf-8")
    made.main.config.write_text(config.replace("[sources.market.gate]\n",
                                               f"[sources.market.gate]\nmax_in_flight = {in_flight}\n{gate}"), encoding="utf-8")
    return made


def seconds(text):
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()


def times(requests):
    return [seconds(r["time"]) for r in requests]


def check_agents(fleet):
    agents = {r["agent"] for r in fleet.requests()}
    version = json.loads(call(fleet.main.api_port, "GET", "/api/health")[2])["version"]
    require(agents == {f"vigie/{version} (+{CONTACT})"}, f"user agents: {agents}")


def check_gaps(requests, gap):
    """Returns the smallest distance of two that follow each other."""
    at = times(requests)
    require(at == sorted(at), "the log is not in order of time")
    for first, begin in enumerate(at):
        for last in range(first + 1, len(at)):
            least = (last - first - ON_ITS_WAY) * gap
            require(at[last] - begin >= least, f"requests {first} and {last} are {at[last] - begin:.3f} s apart, not {least:.3f}: "
                                               f"{requests[first]} {requests[last]}")
    return min(b - a for a, b in zip(at, at[1:]))


def fleet_wide_gap(vigie):
    """Four workers have one gap between them, robots.txt included."""
    with fleet_of(vigie, "2s") as fleet:
        fleet.import_alerts(ALERTS[:12])
        require(fleet.cycle()["run"]["alertsOk"] == 12, "the cycle")
        asked = fleet.requests()
        require(len({r["region"] for r in asked}) == 4, "not all four workers asked")
        least = check_gaps(asked, 2)
        print(f"    {len(asked)} requests of 4 workers, the closest two {least:.3f} s apart, budget 2 s")
        check_agents(fleet)


def concurrency(vigie):
    """Never more than two at a time, over all workers; and two there are."""
    with fleet_of(vigie, "20ms", in_flight=2) as fleet:
        fleet.import_alerts(ALERTS)
        fleet.fault(region="*", path="/search*", fault="slow", delayMs=300)
        require(fleet.cycle()["run"]["alertsOk"] == len(ALERTS), "the cycle")
        searches = [r for r in fleet.requests() if r["path"].startswith("/search")]
        # The site answers no earlier than this, so these requests were under way at the time.
        spans = [(seconds(r["time"]), seconds(r["time"]) + r["delayMs"] / 1000) for r in searches]
        most = max(sum(1 for begin, end in spans if begin <= at < end) for at, _ in spans)
        print(f"    {len(searches)} requests of 0.3 s, {most} at a time")
        require(most == 2, f"{most} at a time")
        check_agents(fleet)


def left_alone(vigie):
    """Between a 429 and what its Retry-After says there is not one request, whether it says seconds or a date; nor by another
    worker."""
    for as_date in (False, True):
        with fleet_of(vigie) as fleet:
            fleet.import_alerts(ALERTS[:12])
            fleet.fault(region="*", path="/search*", fault="429", retryAfter=5, retryAfterDate=as_date, count=1)
            run = fleet.cycle()
            again = fleet.cycle()
            wait_until(lambda: fleet.cycle()["run"]["alertsOk"] == 12, "a cycle without a word of being left alone")
            check_silence(fleet, as_date)
            failed = {a["error"]["code"] for x in (run, again) for a in x["alerts"] if a.get("error")}
            require(failed <= {"rate_limited", "permit_denied", "busy"}, f"alerts failed by {failed}")
            check_agents(fleet)


def check_silence(fleet, as_date, wanted_s=5):
    asked = fleet.requests()
    told = [i for i, r in enumerate(asked) if r["status"] == 429]
    require(len(told) == 1, f"{len(told)} answers of 429")
    begin = seconds(asked[told[0]]["time"])
    until = calendar.timegm(datetime.datetime.fromtimestamp(begin + wanted_s, datetime.timezone.utc).timetuple()) if as_date else begin + wanted_s
    later = times(asked[told[0] + 1:])
    require(later, "nothing was asked afterwards")
    require(all(at >= until for at in later), f"429 at {begin:.3f}, asked again after {min(later) - begin:.3f} s")
    print(f"    Retry-After {'as a date' if as_date else 'in seconds'}: asked again {min(later) - begin:.1f} s after the 429")


def disallowed(vigie):
    """Nobody asks for what robots.txt forbids, and what it allows is asked."""
    with served("User-agent: *\nDisallow: /search?q=iPhone\nDisallow: /items/\n") as folder:
        with fleet_of(vigie, site_args=("--serve", folder)) as fleet:
            fleet.import_alerts(ALERTS)
            fleet.cycle()
            paths = [r["path"] for r in fleet.requests()]
            # The log has the query's parts in order of their names.
            require(not [p for p in paths if "q=iPhone" in p or p.startswith("/items/")], f"asked for {paths}")
            require([p for p in paths if p.startswith("/search?")], "nothing was asked")
            check_agents(fleet)


def crawl_delay_outlives_main(vigie):
    """What robots.txt says of the pace holds at once after main was killed: it is not fetched again, nor forgotten."""
    with served("User-agent: *\nCrawl-delay: 2\nAllow: /\n") as folder:
        with fleet_of(vigie, site_args=("--serve", folder)) as fleet:
            fleet.import_alerts(ALERTS[:8])
            run = fleet.trigger()
            wait_until(lambda: len(fleet.requests()) >= 4, "some requests")
            fleet.main.kill()
            fleet.main.start().wait_live()
            fleet.wait_run(run)
            asked = fleet.requests()
            check_gaps(asked[1:], 2)
            require([r["path"] for r in asked].count("/robots.txt") == 1, "robots.txt was fetched again")


def unchanged_pages(vigie):
    """A page that does not change costs its site a 304, whichever worker asks; one that changes is read."""
    with fleet_of(vigie) as fleet:
        fleet.import_alerts(ALERTS[:4])
        first = fleet.cycle()["run"]
        require(first["alertsOk"] == 4 and first["newMatches"] > 0, f"{first}")
        for _ in range(12):
            require(fleet.cycle()["run"]["alertsOk"] == 4, "a cycle over unchanged pages")
        searches = [r for r in fleet.requests() if r["path"].startswith("/search")]
        share = sum(r["status"] == 304 for r in searches) / len(searches)
        print(f"    {share:.1%} of {len(searches)} answers are 304, by {len({r['region'] for r in searches})} workers")
        require(share >= 0.9, f"{share:.1%} of {len(searches)} answers are 304")
        require(all(r["conditional"] for r in searches[4:]), "a request without validators")
        word = ALERTS[0]["query"]
        status, _, body = call(fleet.site_port, "POST", "/admin/items", json.dumps(
            {"id": "news-1", "title": f"{word} as new", "price": 1, "currency": "EUR", "condition": "neuf"}).encode(),
            {"content-type": "application/json"})
        require(status < 300, f"adding an item: {status} {body!r}")
        fleet.cycle()
        require(any(r["status"] == 200 for r in fleet.requests()[-4:]), "the page that changed was not read")
        check_agents(fleet)


def owner_killed(vigie):
    """kill -9 of the process that owns the gate, and crashes of the owner itself, never shorten a gap."""
    with fleet_of(vigie, "1500ms", cycle="max_retries = 10") as fleet:
        fleet.import_alerts(ALERTS[:16])
        run = fleet.trigger()
        for asked in (3, 6, 9):
            wait_until(lambda n=asked: len(fleet.requests()) >= n, f"{asked} requests")
            fleet.main.kill()
            fleet.main.start().wait_live()
        for asked in (12, 14):
            wait_until(lambda n=asked: len(fleet.requests()) >= n, f"{asked} requests")
            fleet.main.send("POST", "/api/v1/inspect/crash", {"node": "main", "actor": "host-gates"},
                            expect=(200, 202, 204, 500, 502, 503))
        require(fleet.wait_run(run)["run"]["alertsOk"] == 16, "the cycle")
        least = check_gaps(fleet.requests(), 1.5)
        print(f"    {len(fleet.requests())} requests over 3 kills and 2 crashes, the closest two {least:.3f} s apart, budget 1.5 s")


def silence_outlives_main(vigie):
    """kill -9 of main at the moment of the 429: the fleet still leaves the site alone as long as it was asked to."""
    with fleet_of(vigie) as fleet:
        fleet.import_alerts(ALERTS[:12])
        fleet.fault(region="*", path="/search*", fault="429", retryAfter=12, count=1)
        fleet.trigger()
        wait_until(lambda: any(r["status"] == 429 for r in fleet.requests()), "the 429", every_s=0.002)
        fleet.main.kill()
        fleet.main.start().wait_live()
        wait_until(lambda: fleet.cycle()["run"]["alertsOk"] == 12, "a cycle without a word of being left alone", 120)
        check_silence(fleet, False, 12)


if __name__ == "__main__":
    sys.exit(run_scenarios([fleet_wide_gap, concurrency, left_alone, disallowed, crawl_delay_outlives_main, unchanged_pages,
                            owner_killed, silence_outlives_main]))
