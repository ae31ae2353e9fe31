#!/usr/bin/env python3
"""TERM ends a node within limits.shutdown whatever hangs, with a status of its own and a line that names it."""

import contextlib
import ctypes
import os
import pathlib
import signal
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "support"))

from fleet import Fleet, require, run_scenarios, wait_until  # noqa: E402

HUNG = 4
LIMITS = '[limits]\nshutdown = "2s"\n'
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


def a_handler_that_never_comes_back(vigie):
    with Fleet(vigie, workers=1, main_extra=LIMITS, worker_extra=LIMITS) as fleet:
        # All threads of CAF: whatever handler is at work stays in it, and no other comes to its turn.
        with threads_stopped(fleet.workers[0].pid, lambda name: name.startswith("caf.")) as traced:
            ends_hard(fleet.workers[0], "while ending the actors", "parts that do not come back: ", "root", traced=traced)
        fleet.workers[0].start()
        fleet.wait_workers(1)


def a_file_system_that_does_not_answer(vigie):
    with Fleet(vigie, workers=1, main_extra=LIMITS, worker_extra=LIMITS) as fleet:
        # Who opens a fifo that nobody writes into waits as on a dead mount: the main thread, which reads the keys.
        keys = fleet.workers[0].folder / "data" / "keys"
        fresh = keys.with_name("fresh")
        os.mkfifo(fresh, 0o600)
        fresh.rename(keys)
        syscall = pathlib.Path(f"/proc/{fleet.workers[0].pid}/wchan")
        wait_until(lambda: "fifo" in syscall.read_text(encoding="ascii") or "wait_for_partner" in syscall.read_text(encoding="ascii"),
                   "the main thread to hang in the fifo")
        ends_hard(fleet.workers[0], "while running")
        keys.unlink()
        fleet.workers[0].start()
        fleet.wait_workers(1)


if __name__ == "__main__":
    sys.exit(run_scenarios([a_handler_that_never_comes_back, a_file_system_that_does_not_answer]))
