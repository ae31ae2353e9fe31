"""Nodes that hang, and are told to end all the same; nodes that have nothing left to work with."""

import contextlib
import ctypes
import json
import os
import pathlib
import resource
import signal
import time

from fleet import Fleet, call, require, wait_until
from odd_site import OddSite, source

HUNG = 4
SHUTDOWN_S = 2
LIMITS = f'[limits]\nshutdown = "{SHUTDOWN_S}s"\n'
PTRACE_SEIZE, PTRACE_INTERRUPT = 0x4206, 0x4207
WAIT_FOR_ALL = 0x40000000  # __WALL


def ends_hard(node, *words, traced=()):
    """The node does not end in order, and does not stay either."""
    node.signal(signal.SIGTERM)
    for tid in traced:  # a thread that is traced is gone when its tracer has looked
        os.waitpid(tid, WAIT_FOR_ALL)
    status = node.popen.wait(60)
    line = node.log().strip().splitlines()[-1]
    require(status == HUNG, f"exit {status}: {line}")
    for word in ("not ended within limits.shutdown", *words):
        require(word in line, f'"{word}" is not in: {line}')


@contextlib.contextmanager
def threads_stopped(pid, named):
    """Threads of another process stop in the middle of what they do, as one does that waits for a disk. Their tracer
    must be one thread."""
    libc = ctypes.CDLL(None, use_errno=True)
    libc.ptrace.argtypes = [ctypes.c_long, ctypes.c_long, ctypes.c_void_p, ctypes.c_void_p]
    stopped = []
    for task in pathlib.Path(f"/proc/{pid}/task").iterdir():
        if named((task / "comm").read_text(encoding="ascii").strip()):
            tid = int(task.name)
            require(libc.ptrace(PTRACE_SEIZE, tid, None, None) == 0, f"ptrace: {os.strerror(ctypes.get_errno())}")
            require(libc.ptrace(PTRACE_INTERRUPT, tid, None, None) == 0, "the thread cannot be stopped")
            os.waitpid(tid, WAIT_FOR_ALL)
            stopped.append(tid)
    require(stopped, "no such thread")
    yield stopped


def hung_handler(fleet, node):
    # All threads of CAF: whatever handler is at work stays in it, and no other comes to its turn.
    with threads_stopped(node.pid, lambda name: name.startswith("caf.")) as traced:
        ends_hard(node, "while ending the actors", "parts that do not come back: ", "root", traced=traced)
    back_again(fleet, node)


def hung_keys(fleet, node):
    # Who opens a fifo that nobody writes into waits as on a dead mount: the main thread, which reads the keys.
    keys = node.folder / "data" / "keys"
    fresh = keys.with_name("fresh")
    os.mkfifo(fresh, 0o600)
    fresh.rename(keys)
    channel = pathlib.Path(f"/proc/{node.pid}/wchan")
    wait_until(lambda: "fifo" in channel.read_text(encoding="ascii") or "wait_for_partner" in channel.read_text(encoding="ascii"),
               "the main thread to hang in the fifo")
    ends_hard(node, "while running")
    keys.unlink()
    back_again(fleet, node)


def hung_store(fleet, node):
    # The store's thread stops where it is, as in a write that never comes back.
    with threads_stopped(node.pid, lambda name: name == "vigie.store") as traced:
        ends_hard(node, traced=traced)
    back_again(fleet, node)


def back_again(fleet, node):
    node.start().wait_live()
    fleet.wait_workers(len(fleet.workers))


def stuck_handler(vigie, _options):
    """A handler that never comes back, on each kind of node: TERM ends it within limits.shutdown."""
    with Fleet(vigie, workers=1, main_extra=LIMITS, worker_extra=LIMITS) as fleet:
        for node in (fleet.workers[0], fleet.main):
            hung_handler(fleet, node)


def frozen_file_system(vigie, _options):
    """A file system that does not answer, under the keys and under the store: TERM ends the node within limits.shutdown."""
    with Fleet(vigie, workers=1, main_extra=LIMITS, worker_extra=LIMITS) as fleet:
        for node in (fleet.workers[0], fleet.main):
            hung_keys(fleet, node)
        hung_store(fleet, fleet.main)


def descriptors(node):
    return len(os.listdir(f"/proc/{node.pid}/fd"))


def no_descriptors(vigie, options):
    """Not one descriptor is left to any node: none ends, what needs one fails and says so, and TERM ends them in order."""
    page = json.dumps({"items": [{"id": "1", "title": "a thing"}]}).encode()

    def answer(asked):
        return (200, {"content-type": "application/json", "connection": "close"}, page) if asked.path != "/robots.txt" else None
    rounds = 3 if options.full else 1
    with OddSite(answer) as site:
        text = source("shop", site.port, "/search?q={query}", more='timeout = "5s"')
        with Fleet(vigie, workers=2, source=text) as fleet:
            fleet.import_alerts([{"name": f"alert {i}", "source": "shop", "query": f"q{i}", "channels": ["hook"], "baseline": False}
                                 for i in range(4)])
            nodes = [fleet.main, *fleet.workers]
            pids = [n.pid for n in nodes]
            require(fleet.cycle()["run"]["alertsOk"] == 4, "a cycle with descriptors")
            for _ in range(rounds):
                before = {n.name: resource.prlimit(n.pid, resource.RLIMIT_NOFILE) for n in nodes}
                spent = {n.name: n.cpu_s() for n in nodes}
                begun = time.monotonic()
                run = fleet.trigger()
                for n in nodes:
                    # Below what is open already: nothing is taken away, and nothing new is given.
                    resource.prlimit(n.pid, resource.RLIMIT_NOFILE, (4, before[n.name][1]))
                starved(fleet, nodes)
                took = time.monotonic() - begun
                for n in nodes:
                    share = (n.cpu_s() - spent[n.name]) / took
                    require(share < 0.5, f"{n.name} spins: {share:.0%} of a processor")
                    resource.prlimit(n.pid, resource.RLIMIT_NOFILE, before[n.name])
                fleet.wait_workers(2)
                fleet.wait_run(run)
                wait_until(lambda: fleet.cycle()["run"]["alertsOk"] == 4, "a cycle with descriptors again")
            fleet.wait_outbox_empty()
            require([n.pid for n in nodes] == pids, "a node is another one")
            for n in nodes:
                resource.prlimit(n.pid, resource.RLIMIT_NOFILE, (4, 4))
            for n in nodes:
                begun = time.monotonic()
                status = n.stop()
                require(status == 0, f"{n.name} ends with {status}: {n.log()[-500:]}")
                print(f"    {n.name} ended in order after {time.monotonic() - begun:.1f} s without a descriptor", flush=True)


def starved(fleet, nodes):
    """Clients come all the time, and none of them is answered."""
    for _ in range(20):
        for n in nodes:
            with contextlib.suppress(OSError, ValueError):
                call(n.api_port, "GET", "/livez", timeout=0.2)
            require(n.alive(), f"{n.name} ended: {n.log()[-1000:]}")
