#!/usr/bin/env python3
"""`vigie robots check`: verdict, rule, line and exit code, on a file and on standard input, for people and for programs."""

import json
import pathlib
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "support"))

from fleet import require, run_scenarios  # noqa: E402

FILE = b"\xef\xbb\xbf# ours\r\nUser-agent: *\r\nDisallow: /\r\n\r\nUser-agent: FooBot/2.1\r\nCrawl-delay: 2.5\r\n" \
       b"Disallow: /private/   # not for you\r\nAllow: /private/\xc3\xa9t\xc3\xa9$\r\nSitemap: https://example.com/map.xml\r\n"


def check(vigie, *argv, body=FILE, agent="foobot", url="https://example.com/"):
    return subprocess.run([vigie, "robots", "check", "--agent", agent, "--url", url, *argv], input=body, capture_output=True,
                          timeout=60, check=False)


def verdicts(vigie):
    rows = [
        ("foobot", "https://example.com/", 0, "allow", None),
        ("FOOBOT", "https://example.com/private/x?y#z", 1, "disallow", 7),
        ("foobot", "https://example.com/private/%C3%a9t%C3%A9", 0, "allow", 8),
        ("foobot", "https://example.com/private/été/", 1, "disallow", 7),
        ("foo", "https://example.com/", 1, "disallow", 3),
        ("foo", "http://example.com:8080/robots.txt", 0, "allow", None),
    ]
    with tempfile.TemporaryDirectory() as folder:
        file = pathlib.Path(folder) / "robots.txt"
        file.write_bytes(FILE)
        for agent, url, code, word, line in rows:
            for done in (check(vigie, agent=agent, url=url), check(vigie, "-", agent=agent, url=url),
                         check(vigie, str(file), agent=agent, url=url, body=b"User-agent: *\nDisallow: /nothing\n")):
                out = done.stdout.decode()
                require(done.returncode == code, f"{agent} {url}: exit {done.returncode}: {out} {done.stderr}")
                require(out.split("\n")[0] == word, f"{agent} {url}: {out}")
                require((f"\n  line   {line}\n" in out) if line else ("\n  line" not in out), f"{agent} {url}: {out}")
                require(not done.stderr, f"{done.stderr}")
    out = check(vigie, url="https://example.com/private/x").stdout.decode()
    require("\n  rule   Disallow: /private/\n" in out and "\n  group  FooBot\n" in out and "2.5s" in out, out)


def as_json(vigie):
    done = check(vigie, "--json", url="https://example.com/private/x")
    got = json.loads(done.stdout)
    require(done.returncode == 1, f"exit {done.returncode}")
    version = got.pop("version")
    require(len(version) == 16 and int(version, 16) >= 0, version)
    require(got == {"verdict": "disallow", "allowed": False, "why": "rule", "rule": "Disallow: /private/", "line": 7,
                    "group": "FooBot", "agent": "foobot", "url": "https://example.com/private/x", "crawlDelayMs": 2500,
                    "sitemaps": ["https://example.com/map.xml"]}, f"{got}")
    done = check(vigie, "--json", body=b"")
    got = json.loads(done.stdout)
    require(done.returncode == 0 and got["allowed"] is True and got["why"] == "no_group", f"{got}")
    require(got["rule"] is None and got["line"] is None and got["group"] is None and got["crawlDelayMs"] is None, f"{got}")


def errors(vigie):
    def refused(done, *words):
        err = done.stderr.decode()
        require(done.returncode == 2 and not done.stdout, f"exit {done.returncode}: {done.stdout} {err}")
        for word in words:
            require(word in err, f"{word} is not in: {err}")

    for agent in ("Foo/1.2", "*", "Foo Bot", "Foo1", "é"):
        refused(check(vigie, agent=agent), "--agent", "product token")
    refused(check(vigie, agent=""), "--agent", "the value is empty")
    refused(check(vigie, url="/private"), "--url", "absolute")
    refused(check(vigie, url="ftp://example.com/"), "--url", "http")
    refused(check(vigie, url="https://joe:secret@example.com/"), "--url", "user name")
    require(b"secret" not in check(vigie, url="https://joe:secret@example.com/").stderr, "a password is printed")
    refused(check(vigie, "/nonexistent/robots.txt"), "/nonexistent/robots.txt", "cannot be read")
    refused(check(vigie, str(ROOT)), "cannot be read")
    done = subprocess.run([vigie, "robots", "check", "--agent", "a"], capture_output=True, timeout=60, check=False)
    refused(done, "--url")
    done = subprocess.run([vigie, "robots"], capture_output=True, timeout=60, check=False)
    require(done.returncode == 2, f"exit {done.returncode}")
    done = subprocess.run([vigie, "robots", "check", "--help"], capture_output=True, timeout=60, check=False)
    text = done.stdout.decode()
    require(done.returncode == 0 and "Examples:" in text and "1 disallowed" in text, text)


def hostile_files(vigie):
    large = b"User-agent: *\nDisallow: /a\n" + b"#" * (600 << 10) + b"\nDisallow: /x\n"
    done = check(vigie, body=large, url="http://example.com/x")
    require(done.returncode == 0 and b"512.0 KiB" in done.stderr, f"{done}")
    require(check(vigie, body=large, url="http://example.com/a").returncode == 1, "a rule before the limit does not count")
    # What a file says never steers a terminal.
    done = check(vigie, body=b"User-agent: *\nDisallow: /\x1b[2Jx\xff\n", url="http://example.com/%1B[2Jx%ff")
    require(done.returncode == 1 and b"\x1b" not in done.stdout, f"{done}")
    stars = b"User-agent: *\n" + b"Disallow: /" + b"*a" * 7000 + b"*b\n"
    require(check(vigie, body=stars * 30, url="http://example.com/" + "a" * 20000).returncode == 0, "many stars")


if __name__ == "__main__":
    sys.exit(run_scenarios([verdicts, as_json, errors, hostile_files]))
