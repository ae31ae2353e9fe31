#!/usr/bin/env python3
"""`./dev soak scale`: 10,000 URLs on 2,000 hosts in flight. Exit 0 = as it must be; figures for docs/performance.md."""

import argparse
import sys

from scale import measure


def main():
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("vigie")
    arguments.add_argument("--hosts", type=int, default=2000)
    arguments.add_argument("--urls", type=int, default=5, help="a host")
    arguments.add_argument("--workers", type=int, default=2)
    arguments.add_argument("--gap", type=int, default=20, help="seconds between two requests of a host")
    args = arguments.parse_args()
    measure(args.vigie, args.hosts, args.urls, args.workers, args.gap)


if __name__ == "__main__":
    sys.exit(main())
