#!/usr/bin/env python3
"""Many hosts at once, small enough for every run of the tests: `./dev soak scale` is the same with 10,000 URLs."""

import pathlib
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "support"))
sys.path.insert(0, str(ROOT / "tests" / "scale"))

from fleet import require, run_scenarios  # noqa: E402
from scale import measure  # noqa: E402


def many_hosts_at_once(vigie):
    """Every URL is asked once, one at a time and at its host's pace; what waits costs little memory."""
    got = measure(vigie, hosts=250, urls=5, workers=2, gap_s=2)
    for name, peak in got.peak.items():
        bound = got.idle[name] + (24 << 20) + got.plans * (16 << 10)
        require(peak <= bound, f"{name} had {peak >> 20} MiB, {got.idle[name] >> 20} before, bound {bound >> 20}")


if __name__ == "__main__":
    sys.exit(run_scenarios([many_hosts_at_once]))
