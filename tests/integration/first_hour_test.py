#!/usr/bin/env python3
"""From an empty folder to a first match: `init` looks at a page, and what it writes is checked, tried and run."""

import contextlib
import json
import os
import pathlib
import socket
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "support"))

from fleet import require, run_scenarios, wait_until  # noqa: E402


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as s:
        return s.getsockname()[1]


class Folder:
    """An empty folder, and a sample site beside it."""

    def __init__(self, vigie):
        self.vigie, self.site = str(pathlib.Path(vigie).resolve()), free_port()
        self.environment = {"PATH": os.environ["PATH"], "VIGIE_API_LISTEN": f"127.0.0.1:{free_port()}"}
        self.children = []

    def __enter__(self):
        self.temporary = tempfile.TemporaryDirectory(prefix="vigie-first-")
        self.path = pathlib.Path(self.temporary.name)
        self.start("sample-site", "--listen", f"127.0.0.1:{self.site}", "--count", "300")
        wait_until(self.site_listens, "the sample site to listen")
        return self

    def __exit__(self, *_):
        for child in self.children:
            child.terminate()
        for child in self.children:
            with contextlib.suppress(subprocess.TimeoutExpired):
                child.wait(15)
            child.kill()
            child.wait()
        self.temporary.cleanup()

    def site_listens(self):
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.site), 1):
            return True
        return False

    def start(self, *args):
        log = (self.path / f"child{len(self.children)}.log").open("w")
        self.children.append(subprocess.Popen([self.vigie, *args], cwd=self.path, env=self.environment, stdout=log, stderr=log))
        log.close()

    def run(self, *args, expect=0, timeout=120):
        done = subprocess.run([self.vigie, *args], cwd=self.path, env=self.environment, capture_output=True, text=True,
                              timeout=timeout, check=False)
        require(done.returncode == expect, f"{args}: exit {done.returncode}\n{done.stdout}{done.stderr}")
        return done.stdout + done.stderr


def a_page_becomes_a_node_that_finds_something(vigie):
    with Folder(vigie) as here:
        url = f"http://127.0.0.1:{here.site}/search?q=pull&page=1&per_page=5"
        said = here.run("init", url)
        require("item 1" in said and "wrote" in said and "vigie check vigie.toml" in said, said)
        require("All checks passed" in here.run("check", "vigie.toml"), "check")
        tried = here.run("source", "test", "vigie.toml", "--query", "pull")
        require("price      " in tried and "next page  http://127.0.0.1" in tried, tried)
        settings = json.loads(here.run("check", "vigie.toml", "--all", "--json"))["settings"]
        api = next(x for x in settings if x["key"] == "api.listen")
        require(api["from"] == "environment VIGIE_API_LISTEN", str(api))
        # A mistake: the file is there already.
        require("--force" in here.run("init", expect=1), "init writes over a file")
        # The node runs at once, and the commands that init names work as they are.
        here.start("run", "vigie.toml")
        here.run("ready", "--wait=60s")
        named = next(line.split() for line in said.splitlines() if line.startswith("  vigie alerts add"))
        here.run(*named[1:], "--no-baseline")
        require("completed" in here.run("run-once"), "run-once")
        matches = json.loads(here.run("matches", "--json"))
        require(len(matches["matches"]) > 0, f"{matches}")


def without_a_running_node_one_cycle_is_enough(vigie):
    with Folder(vigie) as here:
        here.run("init", f"http://127.0.0.1:{here.site}/search?q=robe")
        # Nobody has an alert yet: a cycle says so and ends well.
        here.run("run", "vigie.toml", "--once", "--log-level", "error")
        require("127.0.0.1" in here.run("ready", "--wait=200ms", expect=3), "ready says whom it asked")


def ready_waits_as_long_as_it_is_told(vigie):
    with Folder(vigie) as here:
        here.run("init")
        began = time.monotonic()
        here.run("ready", "--wait=1s", expect=3)
        require(time.monotonic() - began >= 1, "it did not wait")
        require("--wait" in here.run("ready", "--wait=soon", expect=2), "a wrong duration")
        waiting = subprocess.Popen([here.vigie, "ready", "--wait=60s"], cwd=here.path, env=here.environment,
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        here.children.append(waiting)
        here.start("run", "vigie.toml")
        out, err = waiting.communicate(timeout=90)
        require(waiting.returncode == 0 and out.startswith("ready") and err == "", f"{waiting.returncode} {out} {err}")


if __name__ == "__main__":
    sys.exit(run_scenarios([a_page_becomes_a_node_that_finds_something, without_a_running_node_one_cycle_is_enough,
                            ready_waits_as_long_as_it_is_told]))
