#!/usr/bin/env python3
"""Strangers at the links and at the API, in small (in full: ./dev soak hostile)."""

import pathlib
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests" / "support"), str(ROOT / "tests" / "soak")]

from fleet import run_scenarios  # noqa: E402
from hostile_api import endless_parts  # noqa: E402
from hostile_link import changed_traffic, packets  # noqa: E402


def changed_links(vigie):
    changed_traffic(vigie, seed=1, changes=120)


def endless_requests(vigie):
    endless_parts(vigie, seconds=2, connections=40,
                  kinds=["headers", "chunk digits", "chunk extension", "trailer line", "trailers"])


if __name__ == "__main__":
    sys.exit(run_scenarios([packets, changed_links, endless_requests]))
