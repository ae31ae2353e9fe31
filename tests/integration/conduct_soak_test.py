#!/usr/bin/env python3
"""A minute of `./dev soak conduct`, and its judge on hand-made logs."""

import pathlib
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests" / "support"), str(ROOT / "tests" / "soak")]

from conduct_judge import Blows, Judge  # noqa: E402
from conduct_soak import play  # noqa: E402
from fleet import require, run_scenarios  # noqa: E402
from moody_site import Exchange  # noqa: E402


def asked(begin, end, region="cdg", status=200, host=0, **more):
    return Exchange(host, region, "/search?q=x", begin, status, end=end, **{"answered": True, **more})


def seen(*exchanges, blows=None, places=(1, 2)):
    """The rules that the judge finds broken."""
    return sorted({text.split(":")[0] for text in Judge(exchanges, blows or Blows(), places, 1, 30, 6).violations()})


def the_judge_sees(_vigie):
    """Each rule finds its fault, excuses what nobody could know, and nothing else."""
    limited = asked(0, 1, status=429, retry_after=10)
    broken = [asked(t, t + 0.5, region, 503) for t, region in ((0, "cdg"), (2, "iad"), (4, "ams"))]
    cases = [
        ("all is well", [], [asked(0, 0.5), asked(1, 1.5, "iad"), asked(11, 12)], Blows()),
        ("before its time", ["held"], [limited, asked(10.9, 11, "iad")], Blows()),
        ("its time has come", [], [limited, asked(11.01, 12, "iad")], Blows()),
        ("who knew was killed at once", [], [limited, asked(8, 9, "iad")], Blows(worker_kills=[(1.1, "cdg")])),
        ("who knew was killed later", ["held"], [limited, asked(8, 9, "iad")], Blows(worker_kills=[(2, "cdg")])),
        ("another one was killed", ["held"], [limited, asked(8, 9, "iad")], Blows(worker_kills=[(1.1, "ams")])),
        ("main was away", ["held"], [limited, asked(3, 4, "iad")], Blows(main_away=[(0.5, 2)])),
        ("who knew is stopped, the place is not free", ["held"], [limited, asked(5, 6, "iad")], Blows(worker_stops=[(0.5, 9, "cdg")])),
        ("who knew is stopped, the place is free", [], [limited, asked(7, 8, "iad")], Blows(worker_stops=[(0.5, 9, "cdg")])),
        ("on its way at two places", [], [asked(0, 1, status=429, retry_after=10, host=1), asked(1.3, 2, "iad", host=1)], Blows()),
        ("the third failure in a row", ["backed_off"], [*broken, asked(20, 21)], Blows(main_away=[(10, 12)])),
        ("its back-off is over", [], [*broken, asked(32, 33)], Blows()),
        ("the fourth one's is longer", ["backed_off"], [*broken, asked(33, 34, status=500), asked(80, 81)], Blows(main_away=[(40, 42)])),
        ("one went well between", [], [broken[0], asked(1, 1.2), *broken[1:], asked(20, 21)], Blows()),
        ("a failure that nobody could tell", [], [*broken, asked(20, 21)], Blows(worker_kills=[(4.6, "ams")])),
        ("a refused region", ["refused"], [asked(0, 1, status=403), asked(20, 21)], Blows()),
        ("another region", [], [asked(0, 1, status=403), asked(20, 21, "iad"), asked(32, 33)], Blows()),
        ("a third region", ["third_region"], [asked(0, 1, status=403), asked(2, 3, "iad", 403), asked(9, 10, "ams")], Blows()),
        ("a third region probes", ["third_region"], [asked(0, 1, status=403), asked(2, 3, "iad", 403), asked(40, 41, "ams")], Blows()),
        ("a third region, main was back in time", ["third_region"],
         [asked(0, 1, status=403), asked(20, 21, "iad", 403), asked(36, 37, "ams")], Blows(main_away=[(20.5, 22)])),
        ("main heard of the second when the first one's ban was over", ["third_region"],
         [asked(0, 1, status=403), asked(30, 30.8, "iad", 403), asked(36, 37, "ams")], Blows(main_away=[(30.5, 31.5)])),
        ("its link was held up, the place is not free", ["held"], [limited, asked(5, 6, "iad")], Blows(link_holds=[(0.5, 3, "cdg")])),
        ("on its way at two places, the link was held up", [],
         [asked(0, 1, status=429, retry_after=10, host=1), asked(4, 5, "iad", host=1)], Blows(link_holds=[(0.5, 3, "cdg")])),
        ("two places, the link is well again", ["held"],
         [asked(0, 1, status=429, retry_after=10, host=1), asked(7, 8, "iad", host=1)], Blows(link_holds=[(0.5, 3, "cdg")])),
        ("after one was let in", [], [asked(0, 1, status=403), asked(2, 3, "iad", 403), asked(40, 41, "iad"), asked(42, 43, "ams")],
         Blows()),
        ("two at a time", ["in_flight"], [asked(0, 3), asked(2, 4, "iad")], Blows()),
        ("two places", [], [asked(0, 3, host=1), asked(2, 4, "iad", host=1)], Blows()),
        ("too near", ["gap"], [asked(0, 0.1), asked(0.8, 1)], Blows()),
    ]
    for what, wanted, exchanges, blows in cases:
        found = seen(*exchanges, blows=blows)
        require(found == wanted, f"{what}: {found}, not {wanted}")


def the_judge_counts(_vigie):
    """The ledger has to be exact where nobody was killed, and within what the killed had in flight elsewhere."""
    exchanges = [asked(0, 1), asked(2, 3, status=403), asked(4, 5, "iad", 429, retry_after=1)]
    row = {"requests": 3, "refused": 1, "rateLimited": 1}

    def faults(blows, **other):
        return len(list(Judge(exchanges, blows, [1], 1, 30, 6).ledger({"host": {**row, **other}}, lambda _: "host")))
    require(faults(Blows()) == 0, "the same")
    require(faults(Blows(), requests=2) == faults(Blows(), requests=4) == faults(Blows(), refused=0) == faults(Blows(), rateLimited=2) == 1,
            "another number")
    killed = Blows(worker_kills=[(2.5, "cdg")])
    require(faults(killed, requests=2, refused=0) == 0 and faults(killed, requests=1) == 1 and faults(killed, rateLimited=0) == 1,
            "a worker was killed with one in flight")


def a_minute_of_moods(vigie):
    """Limits, refusals, silence and delays while runs are cancelled and nodes die: the hosts have nothing to complain about."""
    play(vigie, 1, 7)


if __name__ == "__main__":
    sys.exit(run_scenarios([the_judge_sees, the_judge_counts, a_minute_of_moods]))
