"""Many URLs on many hosts in flight at once, over real processes: what it costs, and that no host notices.

A main node and workers get a source a host and `urls` alerts a source, each with a query of its own, so that every alert is
a URL. All are handed out at once and wait for their gates. The site (tests/support/many_hosts.py) is not vigie's; its log
is the judge.
"""

import json
import os
import pathlib
import sys
import tempfile
import time
from types import SimpleNamespace

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "support"))

from fleet import Node, Process, free_port, require, wait_until  # noqa: E402
from many_hosts import address_of  # noqa: E402

TICKS = os.sysconf("SC_CLK_TCK")


def source_text(host, port, gap_s):
    name = f"s{host:05}"
    return (f'[sources.{name}]\nurl = "http://{address_of(host)}:{port}/search?q={{query}}"\n'
            f'[sources.{name}.extract]\nformat = "json"\nitems = "items"\n'
            f'[sources.{name}.extract.fields]\nid = "id"\ntitle = "title"\nprice = "price"\n'
            f'[sources.{name}.gate]\nmin_interval = "{gap_s}s"\n')


def node_text(name, role, api, extra):
    return (f'[node]\nname = "{name}"\nroles = ["{role}"]\ndata_dir = "data"\n[api]\nlisten = "127.0.0.1:{api}"\n'
            f'[log]\nlevel = "info"\nformat = "json"\n{extra}')


def status_bytes(pid, key):
    for line in open(f"/proc/{pid}/status", encoding="ascii"):
        if line.startswith(key + ":"):
            return int(line.split()[1]) * 1024
    return 0


def cpu_seconds(pid):
    fields = open(f"/proc/{pid}/stat", encoding="ascii").read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


class Scene:
    def __init__(self, vigie, hosts, urls, workers, gap_s):
        self.hosts, self.urls, self.gap_s = hosts, urls, gap_s
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="vigie-scale-"))
        here = SimpleNamespace(folder=self.folder, vigie=str(pathlib.Path(vigie).resolve()))
        self.site_log = self.folder / "site.ndjson"
        self.site = Process("site", [sys.executable, str(ROOT / "tests/support/many_hosts.py"), str(hosts),
                                     str(self.site_log)], self.folder / "site.log", self.folder)
        self.workers, entries = [], ""
        for i in range(workers):
            link, api = free_port(), free_port()
            entries += f'[[workers]]\nid = "w{i}"\nregion = "r{i}"\naddress = "127.0.0.1:{link}"\n'
            self.workers.append(Node(here, f"w{i}", node_text(f"w{i}", "worker", api, (
                f'[worker]\nregion = "r{i}"\n[link]\nlisten = "127.0.0.1:{link}"\ninsecure_loopback = true\n'
                f'[fetch]\nallow_private = ["127.0.0.0/8"]\nmax_in_flight = {min(hosts, 10000)}\n'
                f'[limits]\nscrapers = {min(hosts * urls, 10000)}\n')), api))
        self.site.start()
        port = int(wait_until(lambda: self.site.log().strip(), "the site to listen"))
        api = free_port()
        self.main = Node(here, "main", node_text("main", "main", api, (
            f'{entries}[link]\ninsecure_loopback = true\n[cycle]\nenabled = false\nbaseline = false\n'
            + "".join(source_text(h, port, gap_s) for h in range(hosts)))), api)

    def __enter__(self):
        for node in [*self.workers, self.main]:
            node.start().wait_live()
        wait_until(lambda: self.main.get("/api/v1/worker/main/stats")["availableWorkers"] == len(self.workers),
                   "all workers to be available")
        alerts = [{"name": f"a{h}-{i}", "source": f"s{h:05}", "query": f"thing {i}", "keywords": {"all": ["thing"]}}
                  for h in range(self.hosts) for i in range(self.urls)]
        for i in range(0, len(alerts), 2000):
            self.main.send("POST", "/api/v1/alerts/import", alerts[i:i + 2000])
        return self

    def __exit__(self, kind, *_):
        for process in [self.main, *self.workers, self.site]:
            if kind is not None and process is not self.site:
                print(f"--- log of {process.name}, its end\n{process.log()[-4000:]}")
            process.stop()
        if kind is None:
            import shutil
            shutil.rmtree(self.folder, ignore_errors=True)

    def nodes(self):
        return [self.main, *self.workers]

    def run_state(self, run):
        return self.main.get("/api/v1/runs?limit=1", timeout=60)["runs"][0] if run else None

    def wait_out(self):
        """Until every alert is at a worker."""
        want = self.hosts * self.urls

        def out():
            return sum(int(e["alerts"]) for e in self.main.events("assigned")) >= want
        wait_until(out, f"{want} alerts to be handed out", deadline_s=300)

    def cycle(self):
        """One run; its figures: what each node's CPU and memory did while everything was out."""
        before = len(self.main.events("assigned"))
        start = time.monotonic()
        run = self.main.send("POST", "/api/v1/alerts/run-once")["data"]["runId"]
        require(before == 0, "one cycle a scene: `assigned` is counted from the log's beginning")
        self.wait_out()
        out_at = time.monotonic()
        cpu = {n.name: cpu_seconds(n.pid) for n in self.nodes()}
        patience = 300 + 3 * self.gap_s * (self.urls + 2)

        def ended():
            row = self.run_state(run)
            return row if row["state"] != "running" else None
        row = wait_until(ended, "the cycle to end", deadline_s=patience, every_s=0.5)
        end = time.monotonic()
        return SimpleNamespace(
            row=row, handing_out_s=out_at - start, waiting_s=end - out_at,
            cpu={n.name: (cpu_seconds(n.pid) - cpu[n.name]) / (end - out_at) for n in self.nodes()},
            peak={n.name: status_bytes(n.pid, "VmHWM") for n in self.nodes()})

    def requests(self):
        """By host, in order: (begin, end, target, agent). Ends the site, which then has written everything."""
        require(self.site.stop() == 0, "the site's end")
        by_host = {}
        for line in self.site_log.read_text(encoding="ascii").splitlines():
            host, *rest = json.loads(line)
            by_host.setdefault(host, []).append(tuple(rest))
        return {host: sorted(rows) for host, rows in by_host.items()}


def judge(scene, by_host):
    """What the hosts saw. A gap is kept where permits are given, and the way from there to the site is not always as long;
    so single gaps are held to half, and what a host had to answer in all to the whole budget."""
    shortest = None
    for host in range(scene.hosts):
        rows = by_host.get(host, [])
        targets = [r[2] for r in rows]
        require(len(rows) == scene.urls + 1, f"host {host} was asked {len(rows)} times: {targets}")
        require(targets[0] == "/robots.txt", f"host {host} was first asked for {targets[0]}")
        require(len(set(targets)) == len(targets), f"host {host} was asked twice for the same: {targets}")
        require(all(r[3].startswith("vigie/") for r in rows), f"user agents of host {host}: {rows}")
        for earlier, later in zip(rows, rows[1:]):
            require(later[0] >= earlier[1], f"host {host} had two requests at once: {earlier} {later}")
            gap = later[0] - earlier[0]
            shortest = gap if shortest is None else min(shortest, gap)
            require(gap > scene.gap_s / 2, f"host {host} was asked after {gap:.3f} s: {earlier} {later}")
        span = rows[-1][0] - rows[0][0]
        require(span > (len(rows) - 1 - 0.5) * scene.gap_s,
                f"host {host} was asked {len(rows)} times within {span:.3f} s")
    return shortest


def measure(vigie, hosts, urls, workers, gap_s):
    with Scene(vigie, hosts, urls, workers, gap_s) as scene:
        idle = {n.name: status_bytes(n.pid, "VmRSS") for n in scene.nodes()}
        got = scene.cycle()
        plans = hosts * urls
        require(got.row["state"] == "completed", f"the run: {got.row}")
        require(got.row["alertsOk"] == plans, f"the run: {got.row}")
        shortest = judge(scene, scene.requests())
        print(f"{plans} URLs on {hosts} hosts, {workers} workers, gap {gap_s} s")
        print(f"  handed out in {got.handing_out_s:.1f} s; the rest took {got.waiting_s:.1f} s; "
              f"{plans + hosts} requests; shortest gap at a site {shortest:.3f} s")
        for name, share in got.cpu.items():
            print(f"  {name}: {100 * share:.1f} % of one core meanwhile; memory {idle[name] / 2**20:.1f} MiB before, "
                  f"peak {got.peak[name] / 2**20:.1f} MiB")
        return SimpleNamespace(idle=idle, plans=plans, **vars(got))
