#!/usr/bin/env python3
"""TERM ends a node within limits.shutdown whatever hangs, with a status of its own and a line that names it: `./dev soak
hostile` in short."""

import pathlib
import sys
import types

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests" / "support"), str(ROOT / "tests" / "soak")]

import hostile_end  # noqa: E402
from fleet import Fleet, run_scenarios  # noqa: E402

SHORT = types.SimpleNamespace(full=False)


def a_handler_that_never_comes_back(vigie):
    with Fleet(vigie, workers=1, main_extra=hostile_end.LIMITS, worker_extra=hostile_end.LIMITS) as fleet:
        hostile_end.hung_handler(fleet, fleet.workers[0])


def a_file_system_that_does_not_answer(vigie):
    with Fleet(vigie, workers=1, main_extra=hostile_end.LIMITS, worker_extra=hostile_end.LIMITS) as fleet:
        hostile_end.hung_keys(fleet, fleet.workers[0])
        hostile_end.hung_store(fleet, fleet.main)


def no_descriptors(vigie):
    hostile_end.no_descriptors(vigie, SHORT)


if __name__ == "__main__":
    sys.exit(run_scenarios([a_handler_that_never_comes_back, a_file_system_that_does_not_answer, no_descriptors]))
