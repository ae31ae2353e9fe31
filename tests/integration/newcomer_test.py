#!/usr/bin/env python3
"""A newcomer's hour, on real terminals: from an empty folder to a first match at a webhook, with a mistake in each step whose remedy
works at the first try; every table at 80 and 120 columns, with and without colour, and piped; `--json | jq` of every command."""

import contextlib
import json
import os
import pathlib
import re
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import unicodedata

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "support"))

from fleet import Process, Webhook, call, free_port, require, run_scenarios, wait_until  # noqa: E402


def columns_of(line):
    """Of a terminal."""
    return sum(0 if unicodedata.category(c) in ("Mn", "Me", "Cf") else 2 if unicodedata.east_asian_width(c) in "WF" else 1
               for c in line)


class Terminal:
    """A window of tmux in which a person types. What it shows is read with its lines joined that only the window's edge broke:
    so a line that is too wide is seen."""

    count = 0

    def __init__(self, folder, environment, columns):
        Terminal.count += 1
        self.columns, self.folder, self.turn = columns, folder, 0
        self.socket = str(folder / f"tmux-{Terminal.count}")
        self.line = f"line-{Terminal.count}"
        shell = ["env", "-i", *(f"{k}={v}" for k, v in environment.items()), "PS1=$ ", "sh"]
        self.tmux("-f", "/dev/null", "new-session", "-d", "-x", str(columns), "-y", "100", "-c", str(folder), shlex.join(shell))

    def tmux(self, *words):
        return subprocess.run(["tmux", "-u", "-S", self.socket, *words], capture_output=True, text=True, timeout=60,
                              check=True, env={**os.environ, "LANG": "C.UTF-8"}).stdout

    def screen(self, *how):
        return self.tmux("capture-pane", "-p", "-J", "-S", "-", *how)

    def type(self, line):
        """Starts a line that may go on for ever."""
        (self.folder / self.line).write_text(line + "\n", encoding="utf-8")
        self.tmux("send-keys", "-R")
        self.tmux("clear-history")
        self.tmux("send-keys", f". ./{self.line}", "Enter")

    def say(self, command, code=0, says=(), colour=None):
        """Types a command and returns what it said; fails if that is not what is promised, or too wide."""
        self.turn += 1
        end = re.compile(rf"^end {self.turn} (\d+)$", re.M)
        self.type(f"{command}\ncode=$?; echo; echo end {self.turn} $code")
        found = wait_until(lambda: end.search(self.screen()), f"the end of {command}")
        said = self.screen()[:end.search(self.screen()).start()].split(f". ./{self.line}", 1)[-1]
        require(int(found[1]) == code, f"{command} ended with {found[1]}, not {code}:\n{said}")
        for line in said.splitlines():
            # An address or a path stays whole.
            require(columns_of(line.rstrip()) <= self.columns or " " not in line.strip(),
                    f"{command}: a line of {columns_of(line)} columns in a terminal of {self.columns}:\n{line}")
        flowing = re.sub(r"\s+", " ", said)
        for x in [says] if isinstance(says, str) else says:
            require(x in flowing, f"{command} does not say {x!r}:\n{said}")
        if colour is not None:
            require(("\x1b[3" in self.screen("-e") or "\x1b[1m" in self.screen("-e")) == colour,
                    f"{command}: colour is not {colour}:\n{self.screen('-e')!r}")
        return said

    def close(self):
        with contextlib.suppress(subprocess.SubprocessError):
            self.tmux("kill-server")


class Newcomer:
    """An empty folder, a site to watch and a webhook."""

    def __init__(self, vigie):
        self.vigie = str(pathlib.Path(vigie).resolve())
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="vigie-newcomer-"))
        self.webhook = Webhook()
        self.site_port, self.port = free_port(), free_port()
        self.site = Process("sample-site", [self.vigie, "sample-site", "--listen", f"127.0.0.1:{self.site_port}", "--count", "200"],
                            self.folder / "site.log", self.folder).start()
        self.environment = {"VIGIE_API_LISTEN": f"127.0.0.1:{self.port}", "PATH": f"{pathlib.Path(self.vigie).parent}:{os.environ['PATH']}", "HOME": str(self.folder),
                            "TERM": "screen-256color", "LANG": "C.UTF-8"}
        self.terminals = []
        wait_until(lambda: call(self.site_port, "GET", "/search?q=x&page=1&per_page=1")[0] == 200, "the sample site")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for x in self.terminals:
            x.close()
        with contextlib.suppress(OSError, ValueError):
            for lock in self.folder.glob("var/*/lock"):  # a node that outlived its terminal
                os.kill(int(re.search(r"\d+", lock.read_text())[0]), signal.SIGKILL)
        self.site.kill()
        self.webhook.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def terminal(self, columns, **more):
        out = Terminal(self.folder, {**self.environment, **more}, columns)
        self.terminals.append(out)
        return out

    def piped(self, *words, code=0):
        done = subprocess.run([self.vigie, *words], cwd=self.folder, env=self.environment, capture_output=True, text=True,
                              stdin=subprocess.DEVNULL, timeout=120, check=False)
        require(done.returncode == code, f"vigie {shlex.join(words)} ended with {done.returncode}: {done.stdout}{done.stderr}")
        return done.stdout

    def edit_file(self):
        """A person's first change to what `init` wrote: a webhook, and a longer interval, with a slip. Returns the slip's line."""
        path = self.folder / "vigie.toml"
        text = path.read_text(encoding="utf-8")
        for old, new in ((f'"127.0.0.1/32:{self.site_port}"', f'"127.0.0.1/32:{self.site_port}", "127.0.0.1/32:{self.webhook.port}"'),
                         ('interval = "5m"', 'intervall = "1h"'), ('initial_delay = "5s"', 'initial_delay = "1h"'),
                         ("# [channels.hook]", "[channels.hook]"), ('# type = "webhook"', 'type = "webhook"'),
                         ('# url = "https://example.org/hook"', f'url = "http://127.0.0.1:{self.webhook.port}/"')):
            require(old in text, f"init did not write {old!r}:\n{text}")
            text = text.replace(old, new, 1)
        path.write_text(text, encoding="utf-8")
        return text[:text.index("intervall")].count("\n") + 1


# Each shows a table, or a state.
SHOWN = ["workers", "stats", "tree", "top", "runs", "runs 1", "matches", "outbox", "outbox --state all", "conduct", "plan", "ready",
         "alerts list", "alerts show phones", "keys list", "check"]


def from_an_empty_folder_to_a_first_match(vigie):
    with Newcomer(vigie) as who:
        at = who.terminal(80)
        at.say("vigie", 2, "a command is missing")
        at.say("vigie workers", 2, ["There is no vigie.toml here", "Name the node's file"])
        page = f"127.0.0.1:{who.site_port}/search?q=iPhone&page=1&per_page=50"
        at.say(f"vigie init '{page}'", 2, "Write it whole, as a browser shows it: https://")
        at.say(f"vigie init 'http://{page}'", 0, ["price", "wrote vigie.toml", "vigie alerts add"])
        slip = who.edit_file()
        at.say("vigie chekc", 2, 'Did you mean "check"?')
        at.say("vigie check", 2, [f"vigie.toml:{slip}:1: error: [cycle] intervall", '"interval"'])
        # An address of a webhook may be a secret.
        at.say("sed -i s/intervall/interval/ vigie.toml && vigie check", 2, ["[channels.hook] url: the secret", "chmod 600"])
        at.say("chmod 600 vigie.toml && vigie check", 0, "All checks passed!", colour=True)
        at.say("vigie ready", 3, ["No answer from", "See that the node runs: vigie run"])
        node = who.terminal(120)
        node.type("vigie run")
        at.say("vigie ready --wait=2m", 0, "ready")
        at.say("vigie run", 1, "is in use by process")
        at.say("vigie alerts add --name phones --query iPhone", 2, ["--source is missing", "vigie alerts add --help"])
        at.say("vigie alerts add --name phones --source site --query iPhone --price-max cheap", 2, "--price-max: ")
        add = "vigie alerts add --name phones --source %s --query iPhone --channel %s --no-baseline"
        at.say(add % ("sitte", "hook"), 1, 'did you mean "site"?')
        at.say(add % ("site", "hok"), 1, 'did you mean "hook"?')
        at.say(add % ("site", "hook"), 0, "phones")
        at.say("vigie alerts set fones --price-max 2000", 1, 'Did you mean "phones"?')
        at.say("vigie alerts set phones --price-max 2000", 0, 'alert 1 "phones" changed')
        at.say("vigie run-onec", 2, 'Did you mean "run-once"?')
        at.say("vigie run-once", 0, "completed")
        wait_until(lambda: who.webhook.received, "a match at the webhook")
        match = json.loads(who.webhook.received[0][1])
        require("iphone" in json.dumps(match).lower(), f"{match}")
        at.say("vigie matches --limit 0", 2, "1 to 1000")
        at.say("vigie matches --limit 1000", 0, "phones")
        at.say("vigie alerts set phones --price-max 200 --none fissuré", 0, "changed")
        at.say("vigie alerts show phones", 0, ["≤ 200.00", "fissuré"])
        at.say("vigie workers drain viige", 1, 'Did you mean "vigie"?')
        at.say("vigie workers drain vigie && vigie workers undrain vigie", 0, "gets work again")
        every_table_fits(who)
        every_command_speaks_json(who)
        a_watch_goes_on_until_it_is_ended(who, node)


def every_table_fits(who):
    for columns in (80, 120):
        for more in ({}, {"NO_COLOR": "1"}):
            at = who.terminal(columns, **more)
            said = "; ".join(f"vigie {x}" for x in SHOWN)
            at.say(said, 0, ["WORKERS", "alert", "All checks passed!"], colour=not more)
    at = who.terminal(40)
    at.say("vigie workers", 0, "not shown: ")
    for command in SHOWN:
        said = who.piped(*command.split())
        require("\x1b" not in said and "…" not in said and "not shown" not in said, f"{command}, piped: {said}")


# What a command needs to be said; a command that is not here needs nothing.
WORDS = {
    "alerts add": "--name more --source site --query x --channel hook", "alerts set": "phones --query iPhone",
    "init": "-o other.toml", "ready": "--wait=1m", "alerts show": "phones", "alerts pause": "more", "alerts resume": "more", "alerts remove": "more",
    "alerts import": "more.json", "runs": "1", "crash": "vigie balancer", "log-level": "info", "keys add": "--name shop",
    "keys remove": "shop", "workers drain": "vigie", "workers undrain": "vigie", "workers unban": "vigie",
    "robots check": "--agent FooBot --url http://127.0.0.1/ robots.txt", "source test": "vigie.toml --body page.json",
    "outbox retry": "--dead",
}
# Not asked here, and why.
LEFT_OUT = {"bench fetch": "measures for as long as it takes"}


def commands_of(who, *words):
    """All that `--help` names, with what it says of them."""
    said = who.piped(*words, "--help")
    below = said.split("\nSubcommands:\n", 1)
    if len(below) == 1:
        return {" ".join(words): said}
    out = {" ".join(words): said} if "[SUBCOMMAND]" in said else {}
    for name in re.findall(r"^  ([a-z][a-z-]*)", below[1].split("\n\n", 1)[0], re.M):
        out.update(commands_of(who, *words, name))
    return out


def every_command_speaks_json(who):
    (who.folder / "robots.txt").write_text("User-agent: *\nDisallow: /private\n")
    (who.folder / "page.json").write_text('{"items":[{"id":"1","title":"a phone","price":3}]}')
    (who.folder / "more.json").write_text('[{"name":"imported","source":"site","query":"x"}]')
    all_commands = commands_of(who)
    require(len(all_commands) > 30, f"{sorted(all_commands)}")
    order = sorted((x for x in all_commands if "--json" in all_commands[x] and x not in LEFT_OUT),
                   key=lambda x: (x.endswith(("remove", "retry")), x))
    for name in order:
        line = f"vigie {name} {WORDS.get(name, '')} --json"
        done = subprocess.run(["bash", "-o", "pipefail", "-c", f"{line} | jq -e ."], cwd=who.folder, env=who.environment,
                              capture_output=True, text=True, timeout=120, check=False)
        require(done.returncode == 0 and done.stdout, f"{line} | jq: {done.returncode} {done.stdout[-500:]} {done.stderr[-500:]}")
    require(len(order) > 25, f"{order}")


def a_watch_goes_on_until_it_is_ended(who, node):
    at = who.terminal(80)
    at.type("vigie workers --watch=0.2s; echo end $?")
    wait_until(lambda: "Ctrl-C ends it" in at.screen() and "vigie" in at.screen(), "the workers on the screen")
    node.tmux("send-keys", "C-c")
    wait_until(lambda: "Trying again" in at.screen(), "that the node is away")
    node.type("vigie run")
    wait_until(lambda: "Trying again" not in at.screen() and "vigie" in at.screen(), "the workers again")
    at.tmux("send-keys", "C-c")
    wait_until(lambda: "end 0" in at.screen(), "the end of the watch")
    node.tmux("send-keys", "C-c")
    wait_until(lambda: node.screen().rstrip().endswith("$"), "the node's ordered end")


if __name__ == "__main__":
    sys.exit(run_scenarios([from_an_empty_folder_to_a_first_match]))
