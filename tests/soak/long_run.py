"""How a soak is started, how it ends, and what is kept when something did not hold."""

import argparse
import contextlib
import pathlib
import random
import shutil
import sys

from fleet import Failure

ROOT = pathlib.Path(__file__).resolve().parents[2]


@contextlib.contextmanager
def kept_on_failure(fleet, name, more=lambda folder: None):
    """Copies the fleet's folder to build/soak/NAME if the block fails; `more` adds to it."""
    try:
        yield
    except BaseException:
        kept = ROOT / "build" / "soak" / name
        shutil.rmtree(kept, ignore_errors=True)
        with contextlib.suppress(OSError):
            shutil.copytree(fleet.folder, kept)
            more(kept)
        print(f"kept: {kept}", file=sys.stderr)
        raise


def long_run(name, description, minutes, play):
    """Calls play(vigie, minutes, seed), which raises Failure, with what the command line says; the exit code."""
    parser = argparse.ArgumentParser(prog=f"./dev soak {name}", description=description,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("vigie", help="the program (given by ./dev)")
    parser.add_argument("--minutes", type=float, default=minutes, help=f"how long (default: {minutes})")
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**6), help="default: drawn, and printed")
    given = parser.parse_args()
    repeat = f"./dev soak {name} --minutes {given.minutes:g} --seed {given.seed}"
    print(f"soak: {given.minutes:g} minutes, seed {given.seed}", flush=True)
    try:
        play(given.vigie, given.minutes, given.seed)
    except (Failure, KeyboardInterrupt, OSError) as problem:
        print(f"soak: FAILED: {problem or 'interrupted'}\nRepeat: {repeat}", flush=True)
        return 1
    print(f"soak: ok\nRepeat: {repeat}")
    return 0
