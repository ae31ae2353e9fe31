#!/usr/bin/env python3
"""The house rules that a machine can check: the one-way street of includes, sizes, banned words, self-contained headers.

usage: tidy.py ROOT        exit 0 = clean, 1 = findings (one a line: file:line: what is wrong)
"""

import pathlib
import re
import shutil
import subprocess
import sys
import concurrent.futures

ROOT = pathlib.Path(sys.argv[1]).resolve()
findings = []


def say(path, line, what):
    findings.append(f"{path.relative_to(ROOT)}:{line}: {what}")


# Who may include what: the row of docs/architecture.md that a file belongs to, and the rows it may see.
ROWS = [
    ("messages/values/", {"messages/values/"}),
    ("messages/", {"messages/", "messages/values/", "caf"}),
    ("actors/policy/", {"actors/policy/", "messages/values/"}),
    ("adapters/ports/", {"adapters/ports/", "messages/values/"}),
    ("adapters/", {"adapters/", "adapters/ports/", "messages/values/", "actors/policy/"}),
    ("actors/", {"actors/", "actors/policy/", "messages/", "messages/values/", "adapters/ports/", "caf"}),
    ("runtime/", {"runtime/", "actors/", "actors/policy/", "messages/", "messages/values/", "adapters/", "adapters/ports/", "caf"}),
]
# What the client is measured against: the same work by hand, with the same libraries.
FLOOR = "tests/bench/bare_fetch.cpp"
# Third parties, each seen by one place only.
OWNERS = {
    "boost/": ("adapters/http_api/",),
    "curl/": ("adapters/curl/", FLOOR),
    "zlib.h": ("adapters/unpack/",),
    "brotli/": ("adapters/unpack/",),
    "zstd.h": ("adapters/unpack/",),
    "sqlite3.h": ("adapters/sql/",),
    "simdjson": ("adapters/json/", "adapters/extract/", FLOOR),
    "libxml/": ("adapters/extract/",),
    "nlohmann/": ("adapters/json/",),
    "spdlog/": ("adapters/log/",),
    "prometheus/": ("adapters/metrics/",),
    "libpsl.h": ("adapters/psl/",),
    "openssl/": ("adapters/crypto/", "adapters/tls/"),
    "toml++/": ("runtime/config",),
    "CLI/": ("runtime/commands/",),
    "catch2/": ("tests/",),
    "rapidcheck": ("tests/",),
}
BANNED_IN_ACTORS = {
    r"\bsystem_clock::now\b": "time comes from the actor's clock",
    r"\bsteady_clock::now\b": "time comes from the actor's clock",
    r"\brand\(": "randomness comes from a seeded generator",
    r"\brandom_device\b": "randomness comes from a seeded generator",
    r"\bsleep_for\b|\bsleep\(|\busleep\(": "an actor never blocks",
}
# actors/actor.hpp measures handlers; that is the one reading of a clock that decides nothing.
CLOCK_EXCEPTIONS = {"actors/actor.hpp"}
BANNED_ANYWHERE = {
    r"\bTO" r"DO\b|\bFIX" r"ME\b|\bXX" r"X\b|\bHA" r"CK\b": "unfinished work is an issue, not a comment",
    r"\bstd::system\(|\bpopen\(": "no shell, ever",
}
BANNED_FILE_WORDS = ("util", "helper", "manager", "misc", "common")


def row_of(name):
    for prefix, allowed in ROWS:
        if name.startswith(prefix):
            return prefix, allowed
    return None, None


def check_includes(path, name, lines):
    prefix, allowed = row_of(name)
    for number, line in enumerate(lines, 1):
        match = re.match(r'\s*#\s*include\s*([<"])([^>"]+)[>"]', line)
        if not match:
            continue
        kind, target = match.groups()
        for third, owners in OWNERS.items():
            if target.startswith(third) and not name.startswith(owners):
                say(path, number, f"{target} is only for {', '.join(owners)}")
        if prefix is None:
            continue
        if target.startswith("caf/") and "caf" not in allowed:
            say(path, number, f"CAF is not for {prefix}")
        if kind == '"':
            row, _ = row_of(target)
            if row is None:
                say(path, number, f'"{target}": include from the root of the repository')
            elif row not in allowed:
                say(path, number, f"{prefix} may not include {row} ({target})")
            if row == "adapters/" and prefix == "adapters/":
                own = name.split("/")[1]
                other = target.split("/")[1]
                if own != other and other not in ("json", "crypto", "unpack"):
                    say(path, number, f"adapter {own} may not include adapter {other}")


def function_lengths(path, lines, limit=70):
    """A function ends at a closing brace in column 0 or at the indentation of its head."""
    head = None
    for number, line in enumerate(lines, 1):
        if re.match(r"^(\S.*\)( const)?( noexcept)?( override)? \{|\S.*\) \{)$", line) and not line.startswith(("namespace", "struct", "class", "TEST_CASE", "#", "}", "enum")):
            head = number
        elif line.startswith("}") and head is not None:
            if number - head > limit:
                say(path, head, f"a function of {number - head} lines (at most {limit})")
            head = None


def check_sizes(path, name, lines):
    limit = 400
    if re.match(r"actors/[^/]+\.[ch]pp$", name):
        limit = 200
    if "unicode_" in name:
        return  # generated tables
    if len(lines) > limit:
        say(path, 1, f"{len(lines)} lines (at most {limit})")


def check_words(path, name, lines):
    rules = dict(BANNED_ANYWHERE)
    if name.startswith("actors/") and name not in CLOCK_EXCEPTIONS:
        rules.update(BANNED_IN_ACTORS)
    for number, line in enumerate(lines, 1):
        for pattern, why in rules.items():
            if re.search(pattern, line):
                say(path, number, f"{re.search(pattern, line).group(0)}: {why}")


def self_contained(header):
    compiler = shutil.which("c++") or "c++"
    done = subprocess.run(
        [compiler, "-std=c++20", "-fsyntax-only", "-x", "c++", f"-I{ROOT}", '-DVIGIE_VERSION="0"', "-include", str(header), "/dev/null"],
        capture_output=True, text=True, check=False)
    return header, done.returncode, done.stderr


def main():
    listed = subprocess.run(["git", "-C", str(ROOT), "ls-files", "--cached", "--others", "--exclude-standard"],
                            capture_output=True, text=True, check=False)
    names = listed.stdout.split("\n") if listed.returncode == 0 else []
    files = [ROOT / n for n in names if n and (ROOT / n).is_file()]
    if not files:
        print("tidy: git lists no files")
        return 1
    headers = []
    for path in files:
        name = str(path.relative_to(ROOT))
        for word in BANNED_FILE_WORDS:
            if word in path.stem.lower() and path.suffix in (".hpp", ".cpp", ".py"):
                say(path, 1, f'a file name with "{word}" says nothing')
        if path.suffix not in (".hpp", ".cpp"):
            continue
        lines = path.read_text(encoding="utf-8").split("\n")
        check_includes(path, name, lines)
        check_words(path, name, lines)
        if not name.startswith("tests/"):
            check_sizes(path, name, lines)
            function_lengths(path, lines)
        if path.suffix == ".hpp":
            if "#pragma once" not in lines:
                say(path, 1, "#pragma once is missing")
            # Headers that show CAF are compiled by every shell that includes them first; the others are checked here.
            if name.startswith(("messages/values/", "actors/policy/", "adapters/")):
                headers.append(path)
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        for header, code, text in pool.map(self_contained, headers):
            if code != 0:
                say(header, 1, "not self-contained: " + text.strip().split("\n")[0])
    for f in findings:
        print(f)
    print(f"tidy: {len(files)} files, {len(headers)} headers compiled alone, {len(findings)} findings")
    return 1 if findings else 0


sys.exit(main())
