"""A fleet of real processes for tests: a sample site, workers and a main node, each with its own configuration and ports.

Nothing here sleeps and hopes: every wait is for a condition, with a generous deadline, and says what it waited for.
"""

import contextlib
import http.client
import http.server
import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time

DEADLINE_S = 90.0
REGIONS = ["cdg", "iad", "ams", "lhr"]
NAMES = ["fr", "us", "nl", "uk"]


class Failure(AssertionError):
    pass


def require(condition, what):
    if not condition:
        raise Failure(what)


def wait_until(condition, what, deadline_s=DEADLINE_S, every_s=0.05):
    """Polls until condition() is truthy and returns that value."""
    end = time.monotonic() + deadline_s
    last = None
    while time.monotonic() < end:
        try:
            last = condition()
            if last:
                return last
        except (OSError, http.client.HTTPException, ValueError) as problem:
            last = problem
        time.sleep(every_s)
    raise Failure(f"waited {deadline_s:.0f} s for: {what} (last seen: {last!r})")


_given = set()


def free_port():
    """A port that nobody listens on now and that this process has not given away before."""
    while True:
        with socket.socket() as s:
            s.bind(("127.0.0.1", 0))
            port = s.getsockname()[1]
        if port not in _given:
            _given.add(port)
            return port


def call(port, method, path, body=None, headers=None, timeout=30):
    """One HTTP exchange: (status, headers, bytes)."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=timeout)
    try:
        connection.request(method, path, body=body, headers=headers or {})
        answer = connection.getresponse()
        return answer.status, dict(answer.getheaders()), answer.read()
    finally:
        connection.close()


class Process:
    def __init__(self, name, argv, log_path, cwd, env=None):
        self.name, self.argv, self.log_path, self.cwd = name, argv, log_path, cwd
        self.env = env
        self.popen = None

    def start(self):
        with open(self.log_path, "ab") as log:
            self.popen = subprocess.Popen(self.argv, stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=self.cwd,
                                          env=self.env)
        return self

    @property
    def pid(self):
        return self.popen.pid

    def alive(self):
        return self.popen is not None and self.popen.poll() is None

    def signal(self, number):
        os.kill(self.popen.pid, number)

    def kill(self):
        if self.alive():
            self.signal(signal.SIGKILL)
        if self.popen:
            self.popen.wait(30)

    def stop(self, deadline_s=60):
        """SIGTERM and wait; the exit code."""
        if self.popen is None:
            return None
        if self.alive():
            with contextlib.suppress(ProcessLookupError):
                self.signal(signal.SIGCONT)
                self.signal(signal.SIGTERM)
            try:
                self.popen.wait(deadline_s)
            except subprocess.TimeoutExpired:
                self.kill()
                raise Failure(f"{self.name} did not end within {deadline_s} s of SIGTERM") from None
        return self.popen.returncode

    def log(self):
        return pathlib.Path(self.log_path).read_text(encoding="utf-8", errors="replace")

    def cpu_s(self):
        """Processor time so far."""
        with open(f"/proc/{self.pid}/stat", encoding="ascii") as f:
            words = f.read().rsplit(")", 1)[1].split()
        return (int(words[11]) + int(words[12])) / os.sysconf("SC_CLK_TCK")

    def rss_bytes(self):
        for line in open(f"/proc/{self.pid}/status", encoding="ascii"):
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) * 1024
        return 0


class Node(Process):
    """A vigie process with an API."""

    def __init__(self, fleet, name, config_text, api_port):
        self.folder = fleet.folder / name
        self.folder.mkdir(exist_ok=True)
        self.config = self.folder / f"{name}.toml"
        self.config.touch(mode=0o600)  # it may hold a webhook's address, which is a secret
        self.config.write_text(config_text, encoding="utf-8")
        self.api_port = api_port
        environment = {k: v for k, v in os.environ.items() if k in ("PATH", "HOME", "ASAN_OPTIONS", "UBSAN_OPTIONS")}
        super().__init__(name, [fleet.vigie, "run", str(self.config)], self.folder / "log", self.folder, environment)

    def key(self):
        return (self.folder / "data" / "admin.key").read_text(encoding="ascii").strip()

    def get(self, path, expect=200, timeout=30):
        status, _, body = call(self.api_port, "GET", path, headers={"x-api-key": self.key()}, timeout=timeout)
        require(status == expect, f"GET {path} at {self.name}: {status} {body[:300]!r}")
        return json.loads(body) if body[:1] in (b"{", b"[") else body.decode()

    def send(self, method, path, value=None, expect=(200, 201, 202, 204), headers=None, timeout=60):
        body = None if value is None else json.dumps(value).encode()
        head = {"x-api-key": self.key(), "content-type": "application/json", **(headers or {})}
        status, _, answer = call(self.api_port, method, path, body, head, timeout)
        require(status in expect, f"{method} {path} at {self.name}: {status} {answer[:300]!r}")
        return json.loads(answer) if answer[:1] in (b"{", b"[") else None

    def wait_live(self):
        def live():
            require(self.alive(), f"{self.name} ended: {self.log()[-2000:]}")
            return call(self.api_port, "GET", "/livez")[0] == 200
        wait_until(live, f"{self.name} to be live")
        return self

    def events(self, name=None):
        out = []
        for line in self.log().split("\n"):
            if line.startswith("{"):
                with contextlib.suppress(ValueError):
                    event = json.loads(line)
                    if name is None or event.get("event") == name:
                        out.append(event)
        return out


class Webhook:
    """A receiver of notifications that keeps every request: (key, body), and when it came by the monotonic clock.

    It answers with `answer`, or as `decide(key)` says: (status, headers, body).
    """

    def __init__(self):
        self.received = []
        self.moments = []
        self.answer = 200
        self.decide = lambda key: (self.answer, {}, b"")
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = self.rfile.read(int(self.headers.get("content-length", "0")))
                key = self.headers.get("idempotency-key")
                outer.moments.append(time.monotonic())
                outer.received.append((key, body))
                status, headers, text = outer.decide(key)
                self.send_response(status)
                for name, value in {"content-length": str(len(text)), **headers}.items():
                    self.send_header(name, value)
                self.end_headers()
                with contextlib.suppress(OSError):  # who has heard enough may go
                    self.wfile.write(text)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def keys(self):
        return [k for k, _ in self.received]

    def bodies_by_key(self):
        out = {}
        for key, body in list(self.received):
            out.setdefault(key, set()).add(body)
        return out

    def close(self):
        self.server.shutdown()
        self.server.server_close()


class Relay:
    """Passes on what comes at its port to another; what main says can be kept back for a while, as a slow network does. A relay of
    another kind says by `carry` what it passes on, and by `new_link` what the two ways of a link share."""

    def __init__(self, target):
        self.target = target
        self.flowing = threading.Event()
        self.flowing.set()
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def hold(self):
        """From now on nothing goes from main to the worker; the other way stays open."""
        self.flowing.clear()

    def release(self):
        self.flowing.set()

    def close(self):
        self.flowing.set()
        self.listener.close()

    def new_link(self):
        return None

    def carry(self, source, sink, from_main, _link):
        while data := source.recv(65536):
            if from_main:
                self.flowing.wait()
            sink.sendall(data)

    def _accept(self):
        with contextlib.suppress(OSError):
            while True:
                near = self.listener.accept()[0]
                try:
                    far = socket.create_connection(("127.0.0.1", self.target))
                except OSError:
                    near.close()
                    continue
                link = self.new_link()
                threading.Thread(target=self._pump, args=(near, far, True, link), daemon=True).start()
                threading.Thread(target=self._pump, args=(far, near, False, link), daemon=True).start()

    def _pump(self, source, sink, from_main, link):
        with contextlib.suppress(OSError):
            self.carry(source, sink, from_main, link)
        for x in (source, sink):
            with contextlib.suppress(OSError):
                x.shutdown(socket.SHUT_RDWR)


class Fleet:
    """`with Fleet(vigie) as fleet:` - everything is ended and removed at the end; on failure the logs are printed."""

    def __init__(self, vigie, workers=4, site_args=(), cycle="", main_extra="", worker_extra="",
                 source=None, channels=True, heartbeat="500ms", min_interval="20ms", missed=3, log_level="debug",
                 relays=None, max_pages=3, fetch=""):
        self.vigie = str(pathlib.Path(vigie).resolve())
        self.max_pages = max_pages
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="vigie-fleet-"))
        self.site_port = free_port()
        self.webhook = Webhook()
        self.site_log = self.folder / "site.ndjson"
        self.site = Process("sample-site", [self.vigie, "sample-site", "--listen", f"127.0.0.1:{self.site_port}", "--log",
                                            str(self.site_log), *site_args], self.folder / "site.log", self.folder)
        self.workers = []
        self.relays = {}  # by the worker's name, if asked for: what `relays` makes of the worker's port
        entries = ""
        for i in range(workers):
            api, link = free_port(), free_port()
            name, region = f"worker-{NAMES[i]}", REGIONS[i]
            if relays:
                self.relays[name] = relays(link)
            way = self.relays[name].port if relays else link
            entries += (f'\n[[workers]]\nid = "{name}"\nname = "Worker {NAMES[i].upper()}"\nregion = "{region}"\n'
                        f'address = "127.0.0.1:{way}"\n')
            self.workers.append(Node(self, name, f'''
[node]
name = "{name}"
roles = ["worker"]
data_dir = "data"
[worker]
id = "{name}"
region = "{region}"
[api]
listen = "127.0.0.1:{api}"
[link]
listen = "127.0.0.1:{link}"
insecure_loopback = true
heartbeat = "{heartbeat}"
missed = {missed}
[fetch]
allow_private = ["127.0.0.1/32"]
{fetch}
send_region_header = true
[log]
level = "{log_level}"
format = "json"
{worker_extra}
''', api))
        api = free_port()
        source = source if source is not None else self.default_source(min_interval)
        self.main = Node(self, "main", f'''
[node]
name = "main"
roles = ["main"]
data_dir = "data"
[api]
listen = "127.0.0.1:{api}"
[link]
insecure_loopback = true
heartbeat = "{heartbeat}"
missed = {missed}
redial_max = "1s"
[cycle]
enabled = false
baseline = false
{cycle}
[fetch]
allow_private = ["127.0.0.1/32"]
{fetch}
[log]
level = "{log_level}"
format = "json"
{source}
[channels.log]
type = "log"
[channels.hook]
type = "webhook"
url = "http://127.0.0.1:{self.webhook.port}/hook"
{main_extra}
{entries}
''', api)

    def default_source(self, min_interval):
        return f'''
[sources.market]
url = "http://127.0.0.1:{self.site_port}/search?q={{query}}&page={{page}}&per_page=50"
[sources.market.paging]
kind = "page"
start = 1
page_size = 50
max_pages = {self.max_pages}
[sources.market.extract]
format = "json"
items = "items"
[sources.market.extract.fields]
id = "id"
title = "title"
price = "price"
currency = "currency"
brand = "brand"
size = "size"
condition = "condition"
url = "url"
photo = "photo"
[sources.market.gate]
min_interval = "{min_interval}"
max_interval = "{min_interval}"
owner_consent = "the test's own site"
'''

    def start(self):
        self.site.start()
        wait_until(lambda: self.site.alive() and call(self.site_port, "GET", "/healthz")[0] == 200, "the sample site to answer")
        for node in [*self.workers, self.main]:
            node.start()
        for node in [*self.workers, self.main]:
            node.wait_live()
        self.wait_workers(len(self.workers))
        return self

    def wait_workers(self, count):
        def available():
            status, _, body = call(self.main.api_port, "GET", "/api/v1/worker/main/stats",
                                   headers={"x-api-key": self.main.key()})
            # 503: the part that answers has just been restarted.
            require(status in (200, 503), f"stats of {self.main.name}: {status} {body[:300]!r}")
            return status == 200 and json.loads(body)["availableWorkers"] == count
        wait_until(available, f"{count} workers to be available")

    def import_alerts(self, alerts):
        return self.main.send("POST", "/api/v1/alerts/import", alerts)

    def command(self, *argv, expect=0):
        """`vigie ARGV` towards main; what it prints."""
        done = subprocess.run([self.vigie, *argv, "--config", str(self.main.config)], capture_output=True, text=True, timeout=120,
                              cwd=self.main.folder, env={"PATH": os.environ["PATH"]}, check=False)
        require(done.returncode == expect, f"vigie {' '.join(argv)}: exit {done.returncode}: {done.stderr}")
        return done.stdout

    def trigger(self, key=None):
        headers = {"idempotency-key": key} if key else None
        return self.main.send("POST", "/api/v1/alerts/run-once", headers=headers)["data"]["runId"]

    def run_state(self, run):
        return self.main.get(f"/api/v1/runs/{run}")

    def wait_run(self, run, deadline_s=240):
        def ended():
            progress = self.run_state(run)
            return progress if progress["run"]["state"] != "running" else None
        return wait_until(ended, f"run {run} to end", deadline_s, 0.1)

    def cycle(self, deadline_s=240):
        return self.wait_run(self.trigger(), deadline_s)

    def matches(self):
        return self.main.get("/api/v1/matches?limit=1000")

    def wait_outbox_empty(self):
        wait_until(lambda: not self.main.get("/api/v1/outbox?state=pending&limit=1")["outbox"]
                   and not self.main.get("/api/v1/outbox?state=sending&limit=1")["outbox"],
                   "the outbox to be empty")

    def requests(self):
        """What the site saw, in order."""
        if not self.site_log.exists():
            return []
        out = []
        for line in self.site_log.read_text(encoding="utf-8").split("\n"):
            with contextlib.suppress(ValueError):
                if line:
                    out.append(json.loads(line))
        return out

    def fault(self, **rule):
        status, _, body = call(self.site_port, "POST", "/admin/faults", json.dumps(rule).encode(),
                               {"content-type": "application/json"})
        require(status < 300, f"setting a fault: {status} {body!r}")

    def clear_faults(self):
        status, _, body = call(self.site_port, "DELETE", "/admin/faults")
        require(status < 300, f"clearing faults: {status} {body!r}")

    def worker(self, name):
        return next(w for w in self.workers if w.name == name)

    def stop(self):
        for node in [self.main, *self.workers]:
            node.stop()
        self.site.stop()

    def __enter__(self):
        try:
            return self.start()
        except BaseException:
            self.__exit__(*sys.exc_info())
            raise

    def __exit__(self, kind, _value, _trace):
        if kind is not None:
            for node in [self.main, *self.workers, self.site]:
                if node.popen is not None:
                    print(f"--- {node.name} (exit {node.popen.poll()}), end of its log:", file=sys.stderr)
                    print(node.log()[-4000:], file=sys.stderr)
        for node in [self.main, *self.workers, self.site]:
            with contextlib.suppress(Exception):
                node.kill()
        for relay in self.relays.values():
            relay.close()
        self.webhook.close()
        shutil.rmtree(self.folder, ignore_errors=True)


def run_scenarios(scenarios):
    """Runs the functions given, each with the path of vigie; prints `N passed, N failed`; the exit code."""
    vigie = sys.argv[1]
    wanted = sys.argv[2:]
    failed = passed = 0
    for scenario in scenarios:
        if wanted and scenario.__name__ not in wanted:
            continue
        begun = time.monotonic()
        try:
            scenario(vigie)
            passed += 1
            print(f"ok      {scenario.__name__} ({time.monotonic() - begun:.1f} s)", flush=True)
        except Exception as problem:  # one scenario's failure must not hide the others'
            failed += 1
            import traceback
            traceback.print_exc()
            print(f"FAILED  {scenario.__name__}: {problem}", flush=True)
    print(f"{passed} passed, {failed} failed", flush=True)
    return 1 if failed or not passed else 0
