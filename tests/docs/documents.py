"""What README.md and docs/ show: their fenced blocks, and how each is marked. docs/testing.md says how to mark one.

The mark is an HTML comment on the line before the fence, which no reader sees:

    <!-- run: SESSION -->                    run it; blocks of one session share a folder, and run in the order of the documents
    <!-- run: SESSION; figures vary -->      any number stands for any other, and any run of blanks too
    <!-- run: SESSION; exits 1 0 2 -->       the exit codes of its commands, where they are not all 0
    <!-- run: SESSION; file NAME -->         the block is a file of that session
    <!-- run: SESSION; said -->              the block is what the session's beginning, or the hidden commands, print
    <!-- run: SESSION; members -->           the block is JSON with the members that the hidden commands' JSON has, and of their types
    <!-- run: SESSION; first: COMMANDS -->   hidden commands before it, to the comment's end; always the last part
    <!-- not run: REASON -->

`sh` is commands, each of which must succeed. `console` is a transcript: `$ ` begins a command, what follows is what it prints.
`…` stands for anything within its line; a line that is only `…` for any lines, or none. `$ cat FILE` of a file that is not
there yet writes it.
"""

import pathlib
import re
from dataclasses import dataclass, field

ROOT = pathlib.Path(__file__).resolve().parents[2]
COMMANDS = ("sh", "console")
LANGUAGES = (*COMMANDS, "text", "json", "toml", "ini", "cpp", "python", "html", "xml")
ANYTHING = "…"


def documents():
    """README first; then docs/ in the order in which README lists them, then those that it does not list."""
    readme = ROOT / "README.md"
    listed = [ROOT / x for x in re.findall(r"^\| \[(docs/[\w./-]+\.md)\]", readme.read_text(encoding="utf-8"), re.M)]
    rest = [x for x in sorted((ROOT / "docs").rglob("*.md")) if x not in listed]
    return [readme, *listed, *rest]


class BadMark(Exception):
    pass


@dataclass
class Block:
    document: str
    line: int
    language: str
    text: list
    mark: str | None
    session: str | None = None
    not_run: str | None = None
    figures_vary: bool = False
    exits: list = field(default_factory=list)
    file: str | None = None
    said: bool = False
    members: bool = False
    first: str = ""

    @property
    def place(self):
        return f"{self.document}:{self.line}"

    def read_mark(self):
        if self.mark is None:
            return self
        kind, _, rest = self.mark.partition(":")
        if kind == "not run":
            self.not_run = rest.strip()
            if len(self.not_run) < 10:
                raise BadMark(f"{self.place}: `not run` without a reason")
            return self
        if kind != "run":
            raise BadMark(f"{self.place}: the mark begins neither with `run:` nor with `not run:`: {self.mark}")
        head, _, self.first = rest.partition("first:")
        parts = [x.strip() for x in head.split(";") if x.strip()]
        self.session = parts[0] if parts else None
        if not self.session or not re.fullmatch(r"[a-z-]+", self.session):
            raise BadMark(f"{self.place}: no session's name in: {self.mark}")
        for part in parts[1:]:
            if part == "figures vary":
                self.figures_vary = True
            elif part == "said":
                self.said = True
            elif part == "members":
                self.members = True
            elif part.startswith("file "):
                self.file = part[5:].strip()
            elif part.startswith("exits "):
                self.exits = [int(x) for x in part[6:].split()]
            else:
                raise BadMark(f"{self.place}: what is \"{part}\"?")
        if self.language not in COMMANDS and not (self.said or self.members or self.file):
            raise BadMark(f"{self.place}: a block of {self.language} is run as neither `file`, `said` nor `members`")
        return self

    def steps(self):
        """(command, lines that it prints, or None where nothing is promised)."""
        lines, out, i = self.text, [], 0
        while i < len(lines):
            line = lines[i]
            i += 1
            if self.language == "console":
                if not line.startswith("$ "):
                    if not line.strip() and not out:
                        continue
                    if not out:
                        raise BadMark(f"{self.place}: output before the first command: {line}")
                    out[-1][1].append(line)
                    continue
                line = line[2:]
            elif not line.strip() or line.lstrip().startswith("#"):
                continue
            command = [line]
            here = re.search(r"<<'?(\w+)'?", line)
            while i < len(lines) and (command[-1].endswith("\\") or (here and command[-1] != here.group(1))):
                command.append(lines[i])
                i += 1
            out.append(("\n".join(command), [] if self.language == "console" else None))
        for _, said in out:
            while said and not said[-1].strip():  # an empty line before the next command
                said.pop()
        return out


def blocks(path):
    lines = path.read_text(encoding="utf-8").split("\n")
    name = str(path.relative_to(ROOT))
    out, i = [], 0
    while i < len(lines):
        fence = re.match(r"( *)```(.*)$", lines[i])
        if not fence:
            i += 1
            continue
        end = next(j for j in range(i + 1, len(lines)) if lines[j].strip() == "```")
        before, mark = i - 1, None
        if before >= 0 and lines[before].strip().endswith("-->"):
            begin = next(j for j in range(before, -1, -1) if "<!--" in lines[j])
            mark = "\n".join(lines[begin:before + 1]).strip()[4:-3].strip()
        text = [x[len(fence.group(1)):] for x in lines[i + 1:end]]
        out.append(Block(name, i + 1, fence.group(2).strip(), text, mark))
        i = end + 1
    return out


def all_blocks():
    return [b.read_mark() for path in documents() for b in blocks(path)]


def pattern_of(line, figures_vary):
    out = ""
    for piece in re.split(rf"({ANYTHING}|\d+|\s+)", line.rstrip()):
        if piece == ANYTHING:
            out += ".*"
        elif piece.isdigit() and figures_vary:
            out += r"\d+"
        elif piece.isspace() and figures_vary:
            out += r"\s+"
        else:
            out += re.escape(piece)
    return re.compile(out)


def differs(promised, printed, figures_vary=False):
    """None, or the first promised line that is not printed where it should be (past the end: "(the end)")."""
    printed = [x.rstrip() for x in printed]
    while printed and not printed[-1]:
        printed.pop()

    def at(p, q):
        """The farthest promise that could not be kept, or None."""
        while p < len(promised):
            if promised[p].strip() == ANYTHING:
                worst = p
                for skip in range(q, len(printed) + 1):
                    found = at(p + 1, skip)
                    if found is None:
                        return None
                    worst = max(worst, found)
                return worst
            if q >= len(printed) or not pattern_of(promised[p], figures_vary).fullmatch(printed[q]):
                return p
            p, q = p + 1, q + 1
        return None if q == len(printed) else p

    where = at(0, 0)
    return None if where is None else (promised[where] if where < len(promised) else "(the end)")


def form_differs(shown, got, at=""):
    """None, or where two values of JSON have not the same members, or members of other types. null goes with every type, and an
    empty list with every list."""
    if shown is None or got is None:
        return None
    if isinstance(shown, dict) and isinstance(got, dict):
        if shown.keys() != got.keys():
            return f"{at or '/'}: only shown {sorted(shown.keys() - got.keys())}, not shown {sorted(got.keys() - shown.keys())}"
        return next((x for key in shown if (x := form_differs(shown[key], got[key], f"{at}/{key}"))), None)
    if isinstance(shown, list) and isinstance(got, list):
        return next((x for i, one in enumerate(shown) if got and (x := form_differs(one, got[0], f"{at}/{i}"))), None)
    kinds = [float if isinstance(x, (int, float)) and not isinstance(x, bool) else type(x) for x in (shown, got)]
    return None if kinds[0] is kinds[1] else f"{at}: shown {shown!r}, got {got!r}"
