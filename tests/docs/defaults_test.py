#!/usr/bin/env python3
"""The defaults that docs/configuration.md lists, beside those that are in force: `vigie check FILE --all` of a file that has
hardly more than it must have."""

import pathlib
import re
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))

from documents import ROOT  # noqa: E402
from fleet import require, run_scenarios  # noqa: E402

WHOLE = '''
[node]
name = "one"
roles = ["main", "worker"]
[sources.shop]
url = "http://127.0.0.1:18080/list"
[sources.shop.extract.fields]
id = "id"
title = "title"
[sources.shop.gate]
[channels.log]
type = "log"
[channels.program]
type = "exec"
argv = ["true"]
[channels.hook]
type = "webhook"
url = "http://127.0.0.1:9000/"
[channels.chat]
type = "telegram"
token = "1:a"
chat_id = "1"
base_url = "http://127.0.0.1:9000"
[commands.disk]
argv = ["df"]
'''
UNITS_MS = {"ms": 1, "s": 1000, "m": 60_000, "h": 3_600_000, "d": 86_400_000}


def plain(value):
    """Two ways to write a value become one: "24h" and "1d", and what is empty."""
    value = value.strip()
    if re.fullmatch(r'"(\d+(ms|[smhd]))+"', value):
        return sum(int(n) * UNITS_MS[unit] for n, unit in re.findall(r"(\d+)(ms|[smhd])", value))
    return None if value in ('""', "[]", "{}") else value


def in_force(vigie):
    """{"cycle.interval": value} of all that have their defaults; NAME stands for a source's, a channel's and a command's."""
    with tempfile.TemporaryDirectory(prefix="vigie-defaults-") as folder:
        file = pathlib.Path(folder, "one.toml")
        file.write_text(WHOLE, encoding="utf-8")
        file.chmod(0o600)
        done = subprocess.run([vigie, "check", str(file), "--all"], capture_output=True, text=True, timeout=60, env={}, check=False)
    require(done.returncode == 0, f"check --all: exit {done.returncode}: {done.stdout}{done.stderr}")
    out, table = {}, ""
    for line in done.stdout.split("\n"):
        if head := re.fullmatch(r"\[+([\w.-]+)\]+", line):
            table = re.sub(r"^(sources|channels|commands)\.[\w-]+", r"\1", head.group(1))
        elif (row := re.fullmatch(r"  ([\w.-]+) = (.*?)\s+default", line)) and table:
            out[f"{table}.{row.group(1)}"] = row.group(2)
    return out


def listed():
    """{"cycle.interval": value} of the tables, where the default's cell begins with a value."""
    out, table = {}, ""
    for line in (ROOT / "docs" / "configuration.md").read_text(encoding="utf-8").split("\n"):
        if head := re.match(r"#+ `\[+([a-z]+)(?:\.NAME)?(\.exception)?\]+`", line):
            table = head.group(1) + (head.group(2) or "")
        row = re.match(r"\| `(?:\[(\w+)\] )?([a-z_.]+)` \|", line)
        if not row:
            continue
        cells = [x.strip() for x in line.strip("|").split(" | ")]
        default = cells[2] if table == "channels" else cells[1]
        # "empty", "none", `"5s"` = ...; a word such as "the id" is no value
        value = re.match(r"`([^`]*)`|(true|false|\d+|empty|none)(?![\w-])", default)
        if value:
            text = value.group(1) if value.group(1) is not None else value.group(2)
            out[f"{row.group(1) or table}.{row.group(2)}"] = '""' if text in ("empty", "none") else text
    return out


def agree(shown, held):
    if "<" in shown:  # "<data_dir>/vigie.db"
        return re.fullmatch(r'"(.*/)?' + re.sub(r"<\w+>", ".+", shown.strip('"')) + '"', held)
    return plain(shown) == plain(held)


def defaults_are_those_in_force(vigie):
    force, named = in_force(vigie), listed()
    both = sorted(force.keys() & named.keys())
    require(len(both) >= 90, f"only {len(both)} defaults are compared; listed and not in force: {sorted(named.keys() - force.keys())}")
    wrong = [f"{key}: listed {named[key]}, in force {force[key]}" for key in both if not agree(named[key], force[key])]
    require(not wrong, "\n".join(wrong))
    print(f"{len(both)} defaults are compared")


if __name__ == "__main__":
    sys.exit(run_scenarios([defaults_are_those_in_force]))
