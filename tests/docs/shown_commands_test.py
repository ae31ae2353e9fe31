#!/usr/bin/env python3
"""Runs every command that README.md and docs/ show, in fresh folders, and compares what is promised (documents.py says how).

    tests/docs/shown_commands_test.py build/dev/bin/vigie [SESSION]

A session's folder is what a clone has for its user: configs/. The ports that documents and configurations name are exchanged for
free ones, in files, commands and promised output alike, so that this may run beside anything else.
"""

import contextlib
import json
import os
import pathlib
import random
import re
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))

from documents import ROOT, Block, all_blocks, differs, form_differs  # noqa: E402
from fleet import Failure, require, run_scenarios, wait_until  # noqa: E402

DEADLINE_S = 240
NAMED_PORTS = ["3000", "3100", "3101", "3102", "3103", "3104", "7700", "7701", "7702", "7703", "7704", "8000", "9000", "18080"]


class Ports:
    """A free port for each that is named. Ten in a row stand for 310n, so that `310$n` in a script stays what it is; all below
    those that the kernel gives away by itself, so that no test beside this one is given the same."""

    def __init__(self):
        while True:
            begin = random.randrange(1100, 3200)
            free = [begin * 10 + i for i in range(len(NAMED_PORTS) + 10)]
            with contextlib.suppress(OSError), contextlib.ExitStack() as held:
                for port in free:
                    held.enter_context(socket.create_server(("127.0.0.1", port)))
                break
        self.hundred = str(begin)
        self.of = {f"310{i}": str(begin * 10 + i) for i in range(5)}
        rest = iter(free[10:])
        self.of.update({x: str(next(rest)) for x in NAMED_PORTS if x not in self.of})

    def mapped(self, text):
        text = re.sub(r'(?<=:)\d+\b|(?<=127.0.0.1", )\d+', lambda m: self.of.get(m.group(), m.group()), text)
        text = text.replace(":310$n", f":{self.hundred}$n")
        return re.sub(r"for port in [\d ]+|http\.server \d+",
                      lambda m: re.sub(r"\d+", lambda n: self.of.get(n.group(), n.group()), m.group()), text)


class Session:
    """A shell that lives as long as its blocks need it, with everything that was started in it."""

    def __init__(self, vigie, name):
        self.name, self.ports = name, Ports()
        self.home = pathlib.Path(tempfile.mkdtemp(prefix=f"vigie-docs-{name}-"))
        self.folder = self.home / "vigie"
        shutil.copytree(ROOT / "configs", self.folder / "configs")
        for file in (self.folder / "configs").rglob("*"):
            if file.is_file():
                file.write_text(self.ports.mapped(file.read_text(encoding="utf-8")), encoding="utf-8")
        (self.home / "bin").mkdir()
        (self.home / "bin" / "vigie").symlink_to(pathlib.Path(vigie).resolve())
        environment = {"PATH": f"{self.home / 'bin'}:{os.environ['PATH']}", "HOME": str(self.home), "LANG": "C.UTF-8"}
        if name != "quickstart":
            environment["VIGIE_API_LISTEN"] = f"127.0.0.1:{self.ports.of['3000']}"  # the default is another's
        self.shell = subprocess.Popen(["bash"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                      cwd=self.folder, env=environment, start_new_session=True)
        self.said = ""
        self.node = None

    def run(self, command):
        """(exit code, what it printed)."""
        script = self.home / "command"
        script.write_text(command + "\n", encoding="utf-8")
        mark = f"end-of-command-{random.getrandbits(64):x}"
        self.shell.stdin.write(f". {script} </dev/null\nprintf '%s %s\\n' {mark} $?\n".encode())
        self.shell.stdin.flush()
        got, end = b"", time.monotonic() + DEADLINE_S
        while True:
            found = re.search(mark.encode() + rb" (\d+)\n", got)
            if found:
                return int(found.group(1)), got[:found.start()].decode("utf-8", "replace")
            ready, _, _ = select.select([self.shell.stdout], [], [], max(0.0, end - time.monotonic()))
            more = os.read(self.shell.stdout.fileno(), 65536) if ready else b""
            require(more, f"no end within {DEADLINE_S} s, or the shell's own end: {command}\n{got.decode('utf-8', 'replace')}")
            got += more

    def begin(self):
        """What README's `./dev run` does once everything is built; then the second terminal's line that it prints."""
        if self.name != "quickstart":
            return
        log = self.home / "quickstart.log"
        self.run(f"configs/quickstart/run $(command -v vigie) >{log} 2>&1 &")
        wait_until(lambda: "Ctrl-C ends everything" in log.read_text(encoding="utf-8") or "quickstart:" in log.read_text(encoding="utf-8"),
                   "the quickstart to stay up", DEADLINE_S)
        self.said = log.read_text(encoding="utf-8")
        line = re.search(r"^  (export .*)$", self.said, re.M)
        require(line, f"the quickstart prints no line for a second terminal:\n{self.said}")
        self.run(line.group(1))

    def write(self, name, lines):
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(self.ports.mapped("\n".join(lines)) + "\n", encoding="utf-8")
        path.chmod(0o700 if lines and lines[0].startswith("#!") else 0o600)

    def step(self, block, command, promised, expected):
        command = self.ports.mapped(command)
        shown = re.fullmatch(r"cat ([\w./-]+)", command)
        if shown and promised and not (self.folder / shown.group(1)).exists():
            return self.write(shown.group(1), promised)
        what = f"{block.place}: `{command}`"
        if re.match(r"(\w+=\S+ )*vigie run (?!.*--once)", command):
            require(not promised, f"{what}: a node's log is not compared")
            return self.start_node(what, command)
        code, printed = self.run(command)
        self.said += printed
        if re.search(r"&\s*(#.*)?$", command):
            for port in [x for x in self.ports.of.values() if x in command]:
                wait_until(lambda port=port: socket.create_connection(("127.0.0.1", int(port)), 5).close() or True, f"{what} to listen")
        require(code == expected, f"{what}: exit {code}, not {expected}:\n{printed}")
        if promised is not None:
            self.compare(block, what, promised, printed)
        return None

    def start_node(self, what, command):
        """A node that stays in the foreground is awaited, and ended in order when the next one starts, or with the session."""
        self.end_node()
        log = self.home / "node.log"
        log.write_text("", encoding="utf-8")
        self.run(f"{command.split(' # ')[0].rstrip()} >{log} 2>&1 & node=$!")
        self.node = what

        def ready():
            text = log.read_text(encoding="utf-8")
            require(self.run("kill -0 $node")[0] == 0, f"{what}: the node ended:\n{text}")
            return "node_ready" in text
        wait_until(ready, f"{what} to be ready")

    def end_node(self):
        if self.node:
            code, said = self.run("kill -TERM $node; wait $node")
            require(code == 0, f"{self.node}: exit {code} at its end: {said}")
            self.node = None

    def compare(self, block, what, promised, printed):
        missing = differs([self.ports.mapped(x) for x in promised], printed.split("\n"), block.figures_vary)
        require(missing is None, f"{what}: not as promised, from the line\n  {missing}\nprinted was:\n{printed}")

    def play(self, block):
        if block.first.strip():
            self.said = ""
            hidden = Block(block.document, block.line, "sh", block.first.strip().split("\n"), None)
            for command, _ in hidden.steps():
                self.step(hidden, command, None, 0)
        if block.file:
            return self.write(block.file, block.text)
        if block.said:
            return self.compare(block, f"{block.place}: what was said", block.text, self.said)
        if block.members:
            differing = form_differs(json.loads("\n".join(block.text)), json.loads(self.said))
            return require(differing is None, f"{block.place}: {differing}:\n{self.said}")
        steps = block.steps()
        expected = block.exits or [0] * len(steps)
        require(len(expected) == len(steps), f"{block.place}: {len(expected)} exit codes for {len(steps)} commands")
        for (command, promised), code in zip(steps, expected):
            self.step(block, command, promised, code)
        return None

    def close(self):
        """Everything that was started here is in the shell's own process group."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.shell.pid, signal.SIGTERM)
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.shell.wait(10)
        end = time.monotonic() + 30
        while time.monotonic() < end:  # nodes end in order
            try:
                os.killpg(self.shell.pid, 0)
            except ProcessLookupError:
                break
            time.sleep(0.05)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.shell.pid, signal.SIGKILL)
        shutil.rmtree(self.home, ignore_errors=True)


def scenario_of(name, shown):
    def play(vigie):
        session = Session(vigie, name)
        try:
            session.begin()
            for block in shown:
                session.play(block)
            session.end_node()
        finally:
            session.close()
    play.__name__ = name
    return play


def sessions():
    out = {}
    for block in all_blocks():
        if block.session:
            out.setdefault(block.session, []).append(block)
    if len(out) < 5:
        raise Failure(f"only {len(out)} sessions are shown")
    return out


if __name__ == "__main__":
    sys.exit(run_scenarios([scenario_of(name, shown) for name, shown in sessions().items()]))
