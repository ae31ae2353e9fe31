#!/usr/bin/env python3
"""Events, metrics with their labels, and parameters of the API: what the documents list is what the code has, both ways."""

import pathlib
import re
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))

from documents import ROOT  # noqa: E402
from fleet import require, run_scenarios  # noqa: E402

# An event's name as the level's neighbour, or one of two: {log_level::warn, "x", ...}, {..., well ? "x" : "y", ...}.
BESIDE_A_LEVEL = re.compile(r'log_level::\w+(?:\s*:\s*log_level::\w+)?,\s*(?:[\w.()!*>-]+(?: == [\w:]+)?\s*\?\s*)?'
                            r'"([a-z_]+)"(?:\s*:\s*"([a-z_]+)")?')
# Names that go through a function or a table first.
BY_ITS_WORDS = re.compile(r'"([a-z]+(?:_[a-z]+)*_(?:not_[a-z]+|pruned|begun|ended))"')
LABELS = re.compile(r'\{"([a-z_]+)",')


def sources():
    return [f.read_text(encoding="utf-8") for folder in ("actors", "adapters", "runtime")
            for f in sorted((ROOT / folder).rglob("*.?pp"))]


def rows_of(section):
    text = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    return [[x.strip() for x in line.strip("|").split("|")]
            for line in text.split(f"\n## {section}\n", 1)[1].split("\n## ", 1)[0].split("\n") if line.startswith("| `")]


def same(listed, known, what):
    require(not known - listed, f"{what} that are not listed: {sorted(known - listed)}")
    require(not listed - known, f"{what} that are listed and that the code does not know: {sorted(listed - known)}")


def events_are_those_of_the_code(_vigie):
    listed = {name for row in rows_of("Logs") for name in re.findall(r"`([a-z_]+)`", row[0])}
    text = "\n".join(sources())
    emitted = {name for found in BESIDE_A_LEVEL.findall(text) for name in found if name} | set(BY_ITS_WORDS.findall(text))
    require(len(emitted) > 80, f"only {len(emitted)} events are found in the code")
    # What is listed must be somewhere; what is surely an event must be listed.
    same(listed, emitted | {x for x in listed if f'"{x}"' in text}, "events")


def metrics_are_those_of_the_code(_vigie):
    listed = {}
    for names, labels, _ in rows_of("Metrics"):
        found = re.findall(r"`(vigie_[a-z_]+)`", names)
        columns = labels.split(";") if ";" in labels else [labels] * len(found)
        for name, column in zip(found, columns):
            listed[name] = set(re.findall(r"`([a-z_]+)`", column.split("(")[0]))
    known = {}
    for text in sources():
        for statement in text.split(";"):
            for name in re.findall(r'"(vigie_[a-z_]+)"', statement):
                used = re.search(rf'"{name}",\s*(\{{.*|labels\b)', statement, re.S)
                given = used.group(1) if used else ""
                if given == "labels":  # made before, for several
                    given = re.search(r"metric_labels labels(\{[^;]*);", text).group(1)
                known.setdefault(name, set()).update(LABELS.findall(given))
    require(len(known) > 25, f"only {len(known)} metrics are found in the code")
    same(set(listed), set(known), "metrics")
    wrong = [f"{name}: listed with {sorted(listed[name])}, counted with {sorted(known[name])}"
             for name in sorted(known) if listed[name] != known[name]]
    require(not wrong, "\n".join(wrong))


def parameters_of_the_api_are_those_of_the_code(_vigie):
    shown = (ROOT / "docs" / "api.md").read_text(encoding="utf-8")
    listed = {name for query in re.findall(r"`\?([a-z_0-9=&]+)`", shown) for name in re.findall(r"([a-z_]+)=", query)}
    text = "\n".join(f.read_text(encoding="utf-8") for f in sorted((ROOT / "adapters" / "http_api").glob("api*.cpp")))
    read = set(re.findall(r'query\.find\("([a-z_]+)"\)', text))
    require(len(read) >= 6, f"only {read} are found in the code")
    same(listed, read | {x for x in listed if f'"{x}"' in text}, "parameters")


if __name__ == "__main__":
    sys.exit(run_scenarios([events_are_those_of_the_code, metrics_are_those_of_the_code,
                            parameters_of_the_api_are_those_of_the_code]))
