#!/usr/bin/env python3
"""What `./dev` says while it builds: how much there is to do, how far it is, and all that went wrong."""

import pathlib
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]


def shell(script, given="", path=None):
    """Runs a script in which the functions of ./dev are there, without its command."""
    text = (ROOT / "dev").read_text(encoding="utf-8")
    functions = text[:text.index("\ncommand=${1:-help}")].replace('cd "$(dirname "${BASH_SOURCE[0]}")"', "")
    environment = {"PATH": f"{path}:/usr/bin:/bin" if path else "/usr/bin:/bin", "VIGIE_JOBS": "2"}
    done = subprocess.run(["bash", "-c", functions + "\n" + script], input=given, capture_output=True, text=True, timeout=60,
                          env=environment, cwd=path, check=False)
    return done.returncode, done.stdout, done.stderr


def require(truth, what):
    if not truth:
        sys.exit(f"dev_script_test: {what}")


def one_line_in_thirty_seconds_and_every_complaint():
    lines = "".join(f"@ {i} 100 {i * 2}.5 Building CXX object x{i}.o\n" for i in range(1, 101))
    code, out, err = shell("progress 30", "ninja: Entering directory\n" + lines + "FAILED: x.o\nx.cpp:3: error: no\n")
    said = out.splitlines()
    require(code == 0 and err == "", f"{code} {err}")
    require(said[0] == "ninja: Entering directory" and said[-2:] == ["FAILED: x.o", "x.cpp:3: error: no"], f"{said}")
    built = [x for x in said if x.startswith("built ")]
    require(built[0] == "built 1 of 100, 1%, 2 s" and built[1] == "built 16 of 100, 16%, 32 s", f"{built}")
    require(len(built) == 7, f"{len(built)} lines of 200 s")


def a_build_that_fails_is_a_failure():
    code, _, _ = shell("(echo '@ 1 2 0.1 x'; exit 3) | progress 30")
    require(code == 3, f"exit {code}")


def what_there_is_to_build_is_said_before_it_is_built():
    with tempfile.TemporaryDirectory(prefix="vigie-dev-") as folder:
        here = pathlib.Path(folder)
        (here / "build" / "dev").mkdir(parents=True)
        fake = here / "ninja"
        fake.write_text('#!/bin/sh\nfor x; do [ "$x" = -n ] && seq 1 "$STEPS" | sed "s|.*|[&/$STEPS] Building|"; done; true\n')
        fake.chmod(0o755)
        for steps, expected in (("240", "building 240 files (dev, 2 at a time): about 10 minutes if none is in ccache"), ("3", ""), ("0", "")):
            code, out, err = shell(f"export STEPS={steps}; announce dev 5 vigie", path=folder)
            require(code == 0 and out == "" and err.strip() == expected, f"{steps}: {code} {out} {err}")


for test in (one_line_in_thirty_seconds_and_every_complaint, a_build_that_fails_is_a_failure,
             what_there_is_to_build_is_said_before_it_is_built):
    test()
