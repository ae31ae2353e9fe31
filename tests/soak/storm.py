"""One cycle of a soak, with faults at moments drawn from its seed."""

import contextlib
import heapq
import http.client
import signal
import time

from fleet import REGIONS, Failure, require

CYCLE_DEADLINE_S = 180
AWAY = (OSError, http.client.HTTPException, Failure, ValueError)  # what asking a crashed node or actor may give


class Storm:
    """One cycle, with faults at drawn moments."""

    def __init__(self, soak):
        self.soak, self.fleet, self.random = soak, soak.fleet, soak.random
        self.due = []
        self.begun = time.monotonic()
        self.down = set()   # names of nodes that are killed or stopped
        self.done = []
        for _ in range(self.random.randint(1, 4)):
            self.at(self.random.uniform(0, 4), self.random.choices(*zip(*self.kinds()))[0])

    def kinds(self):
        out = [(self.kill_worker, 3), (self.stop_node, 3), (self.crash_actor, 5), (self.site_fault, 5)]
        # Then main and worker-fr live on, so that their memory can be watched.
        return out + [(self.kill_main, 2)] if self.soak.share_done() < 1 / 3 else out

    def at(self, seconds, what):
        heapq.heappush(self.due, (seconds, self.soak.number(), what))

    def later(self, seconds, what):
        self.at(time.monotonic() - self.begun + seconds, what)

    def up(self, nodes):
        nodes = [n for n in nodes if n.name not in self.down]
        return self.random.choice(nodes) if nodes else None

    def kill(self, node):
        if node is None:
            return
        self.done.append(f"kill {node.name}")
        self.down.add(node.name)
        node.kill()
        self.later(self.random.uniform(0.1, 3), lambda: self.soak.start(node, self.down))

    def kill_worker(self):
        spared = 0 if self.soak.share_done() < 1 / 3 else 1
        self.kill(self.up(self.fleet.workers[spared:]))

    def kill_main(self):
        self.kill(self.up([self.fleet.main]))

    def stop_node(self):
        node = self.up([*self.fleet.workers, self.fleet.main])
        if node is None:
            return
        self.done.append(f"stop {node.name}")
        self.down.add(node.name)
        node.signal(signal.SIGSTOP)

        def go_on():
            node.signal(signal.SIGCONT)
            self.down.discard(node.name)
        self.later(self.random.uniform(0.3, 6), go_on)

    def crash_actor(self):
        node = self.up([self.fleet.main])
        if node is None:
            return
        with contextlib.suppress(*AWAY):
            actors = [(n["node"], a["name"]) for n in node.get("/api/v1/inspect/tree?fleet=1", timeout=5)["nodes"]
                      for a in n["actors"] if a["name"] and a["parent"]]
            where, actor = self.random.choice(sorted(set(actors)))
            self.done.append(f"crash {where}/{actor}")
            # An order that kills what would answer it is answered with that actor's crash.
            node.send("POST", "/api/v1/inspect/crash", {"node": where, "actor": actor}, expect=range(200, 600), timeout=5)

    def site_fault(self):
        kind = self.random.choice(["403", "429", "500", "slow", "close", "truncated", "empty"])
        region = self.random.choice([*REGIONS, "*"])
        rule = {"region": region, "path": "/search", "fault": kind}
        if self.random.random() < 0.5:
            rule["count"] = self.random.randint(1, 5)
        if kind == "429":
            rule["retryAfter"] = 1
        if kind == "slow":
            rule["delayMs"] = self.random.randint(200, 4000)
        self.done.append(f"{kind} in {region}")
        self.fleet.fault(**rule)
        self.later(self.random.uniform(0.5, 4), self.fleet.clear_faults)

    def ride(self):
        """The run, ended, with every fault taken back."""
        run = self.soak.trigger()
        self.begun = time.monotonic()
        ended = None
        while not ended or self.due:
            now = time.monotonic() - self.begun
            require(now < CYCLE_DEADLINE_S, f"run {run} does not end (faults: {', '.join(self.done)})")
            while self.due and self.due[0][0] <= now:
                heapq.heappop(self.due)[2]()
            for node in self.soak.nodes:
                require(node.alive() or node.name in self.down, f"{node.name} ended by itself (faults: {', '.join(self.done)})")
            if not ended and "main" not in self.down:
                with contextlib.suppress(*AWAY):
                    progress = self.fleet.main.get(f"/api/v1/runs/{run}", timeout=5)
                    ended = progress if progress["run"]["state"] != "running" else None
            time.sleep(0.05)
        return ended
