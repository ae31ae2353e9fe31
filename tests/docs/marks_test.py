#!/usr/bin/env python3
"""The documents hold together: every block of commands is run or says why not, links lead somewhere, named commands exist."""

import functools
import pathlib
import re
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))

from documents import COMMANDS, LANGUAGES, ROOT, BadMark, Block, all_blocks, blocks, differs, documents, form_differs  # noqa: E402
from fleet import require, run_scenarios  # noqa: E402

LOOKS_LIKE_A_COMMAND = re.compile(r"(\$ |sudo |\./dev |(vigie|curl|sqlite3|python3|cp|mkdir|systemctl|apt-get|git|cmake) [\w./-]+( |$))")


def problems_of(block):
    if block.language not in LANGUAGES:
        return f"its language is \"{block.language}\"; there are {', '.join(LANGUAGES)}"
    if block.language in COMMANDS and not block.session and not block.not_run:
        return "commands, and no mark before them that they are run, or why not"
    if block.language == "text" and not block.mark:
        found = next((x for x in block.text if LOOKS_LIKE_A_COMMAND.match(x)), None)
        if found:
            return f"\"{found}\" looks like a command: make it `sh` or `console`, or say why it is not run"
    return None


def every_block_of_commands_is_marked(_vigie):
    wrong = [f"{b.place}: {p}" for b in all_blocks() if (p := problems_of(b))]
    require(not wrong, "\n".join(wrong))
    shown = [b for b in all_blocks() if b.language in COMMANDS]
    run = [b for b in shown if b.session]
    require(len(run) >= 10, f"only {len(run)} blocks are run")
    print(f"{len(run)} blocks of commands are run, {len(shown) - len(run)} say why not")


def a_block_without_a_mark_is_found(_vigie):
    def of(language, text, mark=None):
        return problems_of(Block("x.md", 1, language, text.split("\n"), mark).read_mark())

    require(of("", "x") and of("sh", "vigie runs") and of("console", "$ ls"), "no mark, no language")
    require(of("text", "$ ls") and of("text", "vigie runs 2") and of("text", "./dev test"), "a command in a text")
    require(not of("text", "vigie: the port is taken") and not of("sh", "ls", "run: x") and not of("sh", "ls", "not run: as root only"),
            "a right block")
    for mark in ("run:", "not run:", "not run: no", "runs: x", "run: x; figures", "run: X"):
        try:
            Block("x.md", 1, "sh", ["ls"], mark).read_mark()
        except BadMark:
            continue
        require(False, f"the mark \"{mark}\" is taken")


def a_promise_that_is_not_kept_is_found(_vigie):
    def kept(promised, printed, vary=False):
        return differs(promised.split("\n"), printed.split("\n"), vary) is None

    require(kept("a\nb", "a\nb\n") and kept("a … c", "a b c") and kept("a\n…\nd", "a\nb\nc\nd") and kept("a\n…", "a"), "kept")
    require(kept("…\nb\n…\nb", "a\nb\nb") and kept("n 12   x", "n 7 x", vary=True), "kept")
    require(not kept("a", "b") and not kept("a", "a\nb") and not kept("a\nb", "a") and not kept("a … c", "a b d"), "broken")
    same = form_differs({"a": [{"b": 1, "c": None}]}, {"a": [{"b": 2.5, "c": "x"}]})
    require(same is None and form_differs({"a": [1]}, {"a": []}) is None, "the same form")
    for other in ({"a": [{"b": 1}]}, {"a": [{"b": "1", "c": None}]}, {"a": {}}, {"b": []}, {"a": [{"b": True, "c": 1}]}):
        require(form_differs({"a": [{"b": 1, "c": None}]}, other), f"another form: {other}")
    require(not kept("n 12", "n 7") and not kept("n 12", "n x", vary=True) and not kept("…\nc", "a\nb"), "broken")


def anchors_of(path):
    out = set()
    for line in path.read_text(encoding="utf-8").split("\n"):
        head = re.match(r"#+ (.*)", line)
        if head:
            out.add(re.sub(r"[^\w\- ]", "", head.group(1).strip().lower()).replace(" ", "-"))
    return out


def outside_of_blocks(path):
    shown, out = False, []
    for line in path.read_text(encoding="utf-8").split("\n"):
        if re.match(r" *```", line):
            shown = not shown
        out.append("" if shown else line)
    return "\n".join(out)


def links_lead_somewhere(_vigie):
    wrong, seen = [], 0
    for path in documents():
        for target in re.findall(r"\]\(([^)\s]+)\)", outside_of_blocks(path)):
            if re.match(r"https?:", target):
                continue
            seen += 1
            file, _, anchor = target.partition("#")
            to = (path.parent / file).resolve() if file else path
            if not to.exists():
                wrong.append(f"{path.name}: {target}: there is no such file")
            elif anchor and anchor not in anchors_of(to):
                wrong.append(f"{path.name}: {target}: there is no such heading")
    require(seen > 50, f"only {seen} links")
    require(not wrong, "\n".join(wrong))


def files_that_are_named_exist(_vigie):
    named = re.compile(r"`((?:actors|adapters|configs|docs|messages|policy|runtime|tests)/[\w./*-]+)(?: \w+)*`")
    wrong, seen = [], 0
    for path in documents():
        for name in named.findall(outside_of_blocks(path)):
            seen += 1
            at = f"actors/{name}" if name.startswith("policy/") else name
            at = re.sub(r"\b(x|X|NAME)(?=[_./]|$)", "*", at)  # stands for any name
            if not list(ROOT.glob(at.rstrip("/"))):
                wrong.append(f"{path.name}: there is no {name}")
    require(seen > 200, f"only {seen} files")
    require(not wrong, "\n".join(wrong))


@functools.lru_cache(maxsize=None)
def help_of(vigie, *words):
    done = subprocess.run([vigie, *words, "--help"], capture_output=True, text=True, timeout=60, check=False)
    require(done.returncode == 0, f"vigie {' '.join(words)} --help: exit {done.returncode}: {done.stderr}")
    return done.stdout


def subcommands_of(vigie, *words):
    section = re.search(r"^Subcommands:\n((?:  .*\n)+)", help_of(vigie, *words), re.M)
    return re.findall(r"^  ([a-z][a-z-]*)\b", section.group(1), re.M) if section else []


def wrong_in(vigie, command):
    words, path = command.split(), ()
    while words and words[0] in subcommands_of(vigie, *path):
        path = (*path, words.pop(0))
    if not path and words and re.match(r"[a-z]", words[0]):
        return f"there is no `vigie {words[0]}`"
    text = help_of(vigie, *path) + help_of(vigie)
    for option in re.findall(r"(?<![\w-])--?[a-z][\w-]*", " ".join(words)):
        if not re.search(rf"(?<![\w-]){option}(?![\w-])", text):
            return f"`vigie {' '.join(path)}` has no {option}"
    return None


def commands_in_sentences_exist(vigie):
    require(wrong_in(vigie, "rum x.toml") and wrong_in(vigie, "run --twice") and not wrong_in(vigie, "run x.toml --once"),
            "the check itself")
    wrong, seen = [], 0
    for path in documents():
        for command in re.findall(r"`vigie\s+([^`]+)`", outside_of_blocks(path)):
            seen += 1
            found = wrong_in(vigie, command)
            if found:
                wrong.append(f"{path.name}: {found}")
    require(seen > 60, f"only {seen} commands")
    require(not wrong, "\n".join(wrong))


def all_commands(vigie, *path):
    yield path
    for name in subcommands_of(vigie, *path):
        yield from all_commands(vigie, *path, name)


def every_command_is_in_some_document(vigie):
    text = "\n".join(path.read_text(encoding="utf-8") for path in documents())
    paths = [path for path in all_commands(vigie) if path]
    require(len(paths) > 30, f"only {len(paths)} commands")
    missing = [" ".join(path) for path in paths if not re.search(r"vigie\s+" + r"\s+".join(path) + r"(?![\w-])", text)]
    require(not missing, f"no document names: {missing}")


def examples_of_the_help_exist(vigie):
    wrong, seen = [], 0
    for path in all_commands(vigie):
        examples = re.search(r"^Examples:\n((?:  .*\n)+)", help_of(vigie, *path), re.M)
        text = examples.group(1).replace("\\\n", " ") if examples else ""
        for command in re.findall(r"\bvigie ([a-z][^|;#>`\n]*)", text):
            seen += 1
            found = wrong_in(vigie, command)
            if found:
                wrong.append(f"vigie {' '.join(path)} --help: {found}")
    require(seen > 60, f"only {seen} examples")
    require(not wrong, "\n".join(wrong))


def blocks_are_found(_vigie):
    """Nothing is lost between the documents and the blocks: as many fences as blocks."""
    for path in documents():
        fences = len(re.findall(r"^ *```", path.read_text(encoding="utf-8"), re.M))
        require(fences == 2 * len(blocks(path)), f"{path.relative_to(ROOT)}: {fences} fences, {len(blocks(path))} blocks")


if __name__ == "__main__":
    sys.exit(run_scenarios([every_block_of_commands_is_marked, a_block_without_a_mark_is_found, a_promise_that_is_not_kept_is_found,
                            blocks_are_found, links_lead_somewhere, commands_in_sentences_exist,
                            examples_of_the_help_exist, every_command_is_in_some_document, files_that_are_named_exist]))
