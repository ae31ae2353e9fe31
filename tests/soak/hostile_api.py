"""Attacks on a node's API by clients without a key."""

import contextlib
import socket
import threading
import time

from fleet import Fleet, call, require, wait_until

HEAD = "POST /api/v1/alerts HTTP/1.1\r\nhost: localhost\r\ntransfer-encoding: chunked\r\n\r\n"
GROWTH = 64 << 20  # bytes that the node may take for all of them


def endless(kind):
    """(what comes first, what is repeated): parts of a request that never end."""
    return {
        "request line": (b"GET /", b"a" * 65536),
        "header name": (b"GET / HTTP/1.1\r\n", b"a" * 65536),
        "header value": (b"GET / HTTP/1.1\r\nx: ", b"a" * 65536),
        "headers": (b"GET / HTTP/1.1\r\n", b"".join(b"x%d: y\r\n" % i for i in range(6000))),
        "chunk digits": (HEAD.encode(), b"0" * 65536),
        "chunk extension": (HEAD.encode() + b"5;a=", b"x" * 65536),
        "chunk extensions": (HEAD.encode() + b"5", b";a=b" * 16384),
        "quoted extension": (HEAD.encode() + b'5;a="', b"x" * 65536),
        "last chunk's extension": (HEAD.encode() + b"0;a=", b"x" * 65536),
        "trailer line": (HEAD.encode() + b"0\r\nx: ", b"y" * 65536),
        "trailers": (HEAD.encode() + b"0\r\n", b"".join(b"x%d: y\r\n" % i for i in range(6000))),
        "chunks of one byte": (HEAD.encode(), b"1\r\nx\r\n" * 10000),
        "chunks with extensions": (HEAD.encode(), (b"1;" + b"e" * 1000 + b"\r\nx\r\n") * 64),
    }[kind]


KINDS = ["request line", "header name", "header value", "headers", "chunk digits", "chunk extension", "chunk extensions",
         "quoted extension", "last chunk's extension", "trailer line", "trailers", "chunks of one byte",
         "chunks with extensions"]


class Flood:
    """`connections` clients that send without end, each again as soon as it is refused."""

    def __init__(self, port, kind, connections):
        self.port, (self.first, self.again) = port, endless(kind)
        self.over = threading.Event()
        self.lock = threading.Lock()
        self.sent = self.refused = 0
        self.statuses = set()
        self.threads = [threading.Thread(target=self.client, daemon=True) for _ in range(connections)]
        for t in self.threads:
            t.start()

    def client(self):
        while not self.over.is_set():
            with contextlib.suppress(OSError):
                with socket.create_connection(("127.0.0.1", self.port), timeout=10) as s:
                    self.one(s)

    def one(self, s):
        s.settimeout(2)
        with contextlib.suppress(OSError):
            s.sendall(self.first)
            while not self.over.is_set():
                n = s.send(self.again)
                with self.lock:
                    self.sent += n
        with contextlib.suppress(OSError):
            answer = s.recv(4096)
            with self.lock:
                self.refused += 1
                if answer[:9] == b"HTTP/1.1 ":
                    self.statuses.add(int(answer[9:12]))
        self.over.wait(0.05)  # two cores are to spare for the node as well

    def end(self):
        self.over.set()
        for t in self.threads:
            t.join(20)


def endless_parts(vigie, seconds, connections, kinds=tuple(KINDS)):
    """No part of a request may be without end: the node's memory stays, and it answers others meanwhile."""
    with Fleet(vigie, workers=1) as fleet:
        node = fleet.main
        wait_until(lambda: node.get("/readyz")["ready"], "main to be ready")
        for kind in kinds:
            idle, peak, slowest, answers = node.rss_bytes(), 0, 0.0, 0
            flood = Flood(node.api_port, kind, connections)
            try:
                end = time.monotonic() + seconds
                while time.monotonic() < end:
                    begun = time.monotonic()
                    status = call(node.api_port, "GET", "/livez", timeout=20)[0]
                    slowest = max(slowest, time.monotonic() - begun)
                    require(status == 200, f"{kind}: /livez answers {status}")
                    answers += 1
                    peak = max(peak, node.rss_bytes())
            finally:
                flood.end()
            print(f"    {kind}: {flood.sent >> 20} MiB sent, {flood.refused} refused with {sorted(flood.statuses)}; memory "
                  f"{idle >> 20} -> {peak >> 20} MiB; {answers} answers, the slowest after {slowest:.2f} s", flush=True)
            require(node.alive(), f"{kind}: main ended")
            require(peak - idle < GROWTH, f"{kind}: memory grew by {(peak - idle) >> 20} MiB")
            # Chunks of one byte are a body like another, until it is too large: on a slow machine that takes a while.
            require((flood.statuses or kind == "chunks of one byte") and flood.statuses <= {400, 408, 413, 431, 503},
                    f"{kind}: {flood.refused} refused with {sorted(flood.statuses)}")


def endless_requests(vigie, options):
    """40 clients for each part of a request that could be without end."""
    endless_parts(vigie, 14 if options.full else 3, 40)
