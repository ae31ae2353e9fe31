"""What the measuring scripts share: running a program that prints JSON lines, medians and their intervals, tables."""

import hashlib
import json
import math
import os
import statistics
import subprocess
import time

median = statistics.median


class Bench:
    def __init__(self, folder):
        self.folder = folder

    def program(self, name):
        return str(self.folder / name)

    def lines(self, name, *arguments):
        """Runs one of the programs; the JSON of each line it prints."""
        done = subprocess.run([self.program(name), *map(str, arguments)], stdin=subprocess.DEVNULL, timeout=600,
                              stdout=subprocess.PIPE, check=True, text=True)
        return [json.loads(line) for line in done.stdout.splitlines()]


def calibration():
    """CPU and wall milliseconds of a fixed piece of work: apart when others use the machine."""
    block = bytes(16 << 20)
    cpu, wall = time.process_time(), time.perf_counter()
    hashlib.sha256(block).digest()
    return (time.process_time() - cpu) * 1e3, (time.perf_counter() - wall) * 1e3


def interval(values, confidence=0.95):
    """Bounds of the median by order statistics: (low, high, the confidence they have). Nothing is assumed of how the
    values are distributed."""
    n = len(values)
    ordered = sorted(values)
    tail = 0.0
    rank = 0
    for k in range((n - 1) // 2):
        more = tail + math.comb(n, k) / 2**n
        if 1 - 2 * more < confidence:
            break
        tail, rank = more, k + 1
    if rank == 0:
        return ordered[0], ordered[-1], 1 - 2 / 2**n
    return ordered[rank - 1], ordered[-rank], 1 - 2 * tail


def percentile(values, share):
    ordered = sorted(values)
    return ordered[min(int(len(ordered) * share), len(ordered) - 1)]


def table(head, rows):
    rows = [head, *rows]
    widths = [max(len(str(r[i])) for r in rows) for i in range(len(head))]
    for i, row in enumerate(rows):
        cells = [str(c).ljust(w) if k == 0 else str(c).rjust(w) for k, (c, w) in enumerate(zip(row, widths))]
        print("| " + " | ".join(cells) + " |")
        if i == 0:
            print("|" + "|".join("-" * (w + 2) for w in widths) + "|")


def verdict(what, met):
    print(f"{what}: {'yes' if met else 'NO'}")


def machine():
    model = next((line.split(":", 1)[1].strip() for line in open("/proc/cpuinfo", encoding="utf-8")
                  if line.startswith("model name")), "a CPU without a name")
    return f"{os.cpu_count()} cores, {model}, Linux {os.uname().release}"


def calibrated(before, after):
    return (f"Calibration before and after, CPU ms (wall ms): {before[0]:.1f} ({before[1]:.1f}), {after[0]:.1f} "
            f"({after[1]:.1f}); load {os.getloadavg()[0]:.1f}.")
