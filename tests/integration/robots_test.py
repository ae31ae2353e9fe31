#!/usr/bin/env python3
"""robots.txt over a real fleet: fetched once for all workers, obeyed by all, and asked again by the next when it must be."""

import json
import pathlib
import re
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "support"))

from fleet import Fleet, require, run_scenarios  # noqa: E402

ALERTS = json.loads((ROOT / "configs" / "quickstart" / "alerts.json").read_text(encoding="utf-8"))[:12]
STATS = "/api/v1/worker/main/stats"


def with_robots(text):
    """A folder for `sample-site --serve` whose robots.txt goes before the site's own."""
    folder = tempfile.TemporaryDirectory()
    pathlib.Path(folder.name, "robots.txt").write_text(text, encoding="utf-8")
    return folder


def requests(fleet, path):
    return [r for r in fleet.requests() if r["path"].startswith(path)]


def codes(progress):
    return {a["error"]["code"] for a in progress["alerts"] if a.get("error")}


def fetched_once(vigie):
    """Four workers, one fetch of robots.txt, before anything else; a second cycle asks for it no more."""
    with Fleet(vigie) as fleet:
        fleet.import_alerts(ALERTS)
        require(fleet.cycle()["run"]["state"] == "completed", "the cycle")
        fleet.cycle()
        asked = requests(fleet, "/robots.txt")
        require(len(asked) == 1, f"robots.txt was fetched {len(asked)} times")
        require(fleet.requests()[0]["path"] == "/robots.txt", f"first of all: {fleet.requests()[0]}")
        require(asked[0]["agent"].startswith("vigie/"), f"by {asked[0]['agent']}")
        require(len({r["region"] for r in requests(fleet, "/search")}) == 4, "all four workers searched")


def disallowed(vigie):
    """Not one request to what is forbidden, and each alert says which line forbids it."""
    with with_robots("User-agent: other\nAllow: /\n\nUser-agent: *\nDisallow: /search\n") as folder:
        with Fleet(vigie, site_args=("--serve", folder)) as fleet:
            fleet.import_alerts(ALERTS)
            progress = fleet.cycle()
            require(progress["run"]["alertsFailed"] == len(ALERTS), f"{progress['run']}")
            require(codes(progress) == {"robots_disallowed"}, f"{codes(progress)}")
            detail = progress["alerts"][0]["error"]["detail"]
            require('"Disallow: /search" (line 5' in detail, f"detail: {detail}")
            require(not requests(fleet, "/search"), "the site was asked for what it forbids")
            require(fleet.main.get(STATS)["bannedWorkers"] == 0, "a worker was banned for it")


def only_part_of_it(vigie):
    """The longest rule decides by page and query: the first page of each search may be asked, the second may not."""
    with with_robots("User-agent: vigie\nDisallow: /search?*&page=2&\n") as folder:
        with Fleet(vigie, site_args=("--serve", folder)) as fleet:
            fleet.import_alerts(ALERTS)
            progress = fleet.cycle()
            require(requests(fleet, "/search"), "the first pages were not asked")
            pages = {re.search(r"[?&]page=(\d+)", r["path"])[1] for r in requests(fleet, "/search")}
            require(pages == {"1"}, f"pages asked: {pages}")
            require(codes(progress) <= {"robots_disallowed"}, f"{codes(progress)}")
            require(all(a["error"]["place"].startswith("page 2") for a in progress["alerts"] if a.get("error")),
                    "the place names the page")


def unreachable(vigie):
    """A robots.txt that cannot be read forbids everything."""
    with Fleet(vigie) as fleet:
        fleet.import_alerts(ALERTS)
        fleet.fault(region="*", path="/robots.txt", fault="500")
        progress = fleet.cycle()
        require(codes(progress) == {"robots_disallowed"}, f"{codes(progress)}")
        require(not requests(fleet, "/search"), "the site was asked although its robots.txt cannot be read")
        require(len(requests(fleet, "/robots.txt")) == 1, "it was asked for again at once")


def refused_to_one_region(vigie):
    """403 for robots.txt is a matter of worker and host: that worker is banned, another fetches it, the cycle ends well."""
    with Fleet(vigie) as fleet:
        fleet.import_alerts(ALERTS)
        fleet.fault(region="cdg", path="/robots.txt", fault="403")
        progress = fleet.cycle()
        require(progress["run"]["alertsFailed"] == 0, f"{progress['run']} {codes(progress)}")
        regions = [r["region"] for r in requests(fleet, "/robots.txt")]
        require(regions.count("cdg") <= 1 and len(regions) <= 2, f"robots.txt was asked for by {regions}")
        banned = fleet.main.get(STATS)["bannedWorkers"]
        require(banned == regions.count("cdg"), f"{banned} banned, asked by {regions}")


if __name__ == "__main__":
    sys.exit(run_scenarios([fetched_once, disallowed, only_part_of_it, unreachable, refused_to_one_region]))
