#!/usr/bin/env python3
"""Pages that are made to hold whoever reads them, and pages that are not whole, over a fleet: `./dev soak hostile` in short."""

import pathlib
import sys
import types

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests" / "support"), str(ROOT / "tests" / "soak")]

import hostile_pages  # noqa: E402
from fleet import run_scenarios  # noqa: E402

SHORT = types.SimpleNamespace(full=False)


def attribute_page(vigie):
    hostile_pages.attribute_page(vigie, SHORT)


def stuck_xpath(vigie):
    hostile_pages.stuck_xpath(vigie, SHORT)


def cut_then_unchanged(vigie):
    hostile_pages.cut_then_unchanged(vigie, SHORT)


if __name__ == "__main__":
    sys.exit(run_scenarios([attribute_page, stuck_xpath, cut_then_unchanged]))
