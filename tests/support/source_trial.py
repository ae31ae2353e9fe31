"""What `vigie source test` reads from a page, for tests: a source in TOML in, items out."""

import json
import pathlib
import subprocess
import tempfile

from fleet import require

NODE = '''
[node]
name = "trial"
roles = ["main", "worker"]
data_dir = "data"
[link]
insecure_loopback = true
[fetch]
allow_private = ["127.0.0.1/32"]
'''


def source_toml(name, url, rules):
    """A source of our own server: `rules` are its tables with NAME for its name."""
    return (f'[sources.{name}]\nurl = "{url}"\n' + rules.replace("NAME", name).strip() +
            f'\n[sources.{name}.gate]\nmin_interval = "20ms"\nowner_consent = "the test\'s own server"\n')


def read_source(vigie, text, *more, expect=0):
    """The page that the only source in `text` reads: what --json prints, and one dictionary an item in it."""
    with tempfile.TemporaryDirectory(prefix="vigie-trial-") as folder:
        file = pathlib.Path(folder, "trial.toml")
        file.write_text(NODE + text, encoding="utf-8")
        done = subprocess.run([vigie, "source", "test", str(file), "--json", *more], capture_output=True, timeout=120,
                              check=False)
    said, problem = (x.decode("utf-8", "replace") for x in (done.stdout, done.stderr))
    require(done.returncode == expect,
            f"source test: exit {done.returncode}, not {expect}: {said[-600:]} {problem[-600:]}\n{text}")
    page = json.loads(said)
    for item in page["items"]:
        del item["missing"]
    return page


def differences(found, wanted):
    """Empty if both are the same items in the same order, else the first that are not."""
    out = [f"{len(found)} items, wanted {len(wanted)}"] if len(found) != len(wanted) else []
    for i, (a, b) in enumerate(zip(found, wanted)):
        out += [f"item {i + 1}, {k}: {a.get(k)!r}, wanted {b.get(k)!r}"
                for k in sorted({*a, *b}) if a.get(k) != b.get(k)]
    return "; ".join(out[:4])
