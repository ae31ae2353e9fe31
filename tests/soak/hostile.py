#!/usr/bin/env python3
"""Everything that strangers try, in full: what .ci/run does in short is here with its whole weight.

Add a scenario: a function of (vigie, options) with a first line of documentation, in SCENARIOS. Each fails by an
exception; the seed is options.seed, and options.full is false for a short run of all of them.
"""

import argparse
import pathlib
import random
import sys
import time
import traceback

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests" / "support"), str(ROOT / "tests" / "soak")]

import hostile_api  # noqa: E402
import hostile_end  # noqa: E402
import hostile_link  # noqa: E402
import hostile_pages  # noqa: E402

SCENARIOS = [
    hostile_link.packets,
    hostile_link.relay,
    hostile_api.endless_requests,
    hostile_pages.attribute_page,
    hostile_pages.stuck_xpath,
    hostile_pages.cut_then_unchanged,
    hostile_end.stuck_handler,
    hostile_end.frozen_file_system,
    hostile_end.no_descriptors,
]


def read_options():
    p = argparse.ArgumentParser(prog="./dev soak hostile", description=__doc__.split("\n")[0],
                                epilog="Scenarios: " + "; ".join(f"{x.__name__}: {x.__doc__.splitlines()[0]}" for x in SCENARIOS))
    p.add_argument("vigie", help=argparse.SUPPRESS)
    p.add_argument("--seed", type=int, default=None, help="the first seed of what is drawn (default: drawn and printed)")
    p.add_argument("--seeds", type=int, default=5, help="how many seeds the relay takes (default: 5)")
    p.add_argument("--changes", type=int, default=120, help="changes within frames for each seed (default: 120)")
    p.add_argument("--short", dest="full", action="store_false", help="all of them in small")
    p.add_argument("scenarios", nargs="*", metavar="SCENARIO", help="only these (default: all)")
    options = p.parse_intermixed_args()
    unknown = set(options.scenarios) - {x.__name__ for x in SCENARIOS}
    if unknown:
        p.error(f"no such scenario: {', '.join(sorted(unknown))}")
    if options.seed is None:
        options.seed = random.randrange(1 << 30)
    if not options.full:
        options.seeds, options.changes = 1, min(options.changes, 40)
    return options


def main():
    options = read_options()
    print(f"seed {options.seed}", flush=True)
    failed = []
    for scenario in SCENARIOS:
        if options.scenarios and scenario.__name__ not in options.scenarios:
            continue
        begun = time.monotonic()
        try:
            scenario(options.vigie, options)
            print(f"ok      {scenario.__name__} ({time.monotonic() - begun:.0f} s)", flush=True)
        except Exception as problem:  # one scenario's failure must not hide the others'
            traceback.print_exc()
            failed.append(scenario.__name__)
            print(f"FAILED  {scenario.__name__}: {problem}", flush=True)
    if failed:
        print(f"again: ./dev soak hostile --seed {options.seed} {' '.join(failed)}", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
