"""Hosts that change their mood, and write down who asked when. Not vigie's: they judge vigie.

Each is a loopback address of its own on one port. An exchange begins when its request has been read and ends when its answer has
been written, or when the connection is closed: also when whoever asked has died meanwhile. What will be answered is decided when
the request comes, so a mood that changes does not change what is on its way.
"""

import asyncio
import json
import math
import random
import threading
import time
import urllib.parse
from dataclasses import asdict, dataclass, field

from many_hosts import address_of, listeners

WORDS = {200: "OK", 403: "Forbidden", 404: "Not Found", 429: "Too Many Requests", 500: "Internal Server Error",
         503: "Service Unavailable"}


@dataclass
class Mood:
    kind: str = "fine"           # fine, limit, refuse, silent, error
    status: int = 200            # of limit: 429 or 503
    retry_after: int = 0         # s, of limit
    region: str = "*"            # of refuse
    quickest: float = 0.03       # s until the answer
    slowest: float = 0.5


@dataclass
class Exchange:
    host: int
    region: str
    target: str
    begin: float                 # of the monotonic clock
    status: int = 0              # that it was or would have been answered with
    retry_after: int = 0
    end: float = math.inf
    answered: bool = False       # the whole answer was written to a connection that was open

    def __str__(self):
        what = f"{self.status}{f', Retry-After {self.retry_after}' if self.retry_after else ''}" if self.answered else "no answer"
        return f"[{self.begin:.3f} {self.region} {self.target}: {what} at {self.end:.3f}]"


@dataclass
class Host:
    mood: Mood = field(default_factory=Mood)
    items: dict = field(default_factory=dict)  # query -> items


class Connection(asyncio.Protocol):
    def __init__(self, site, number):
        self.site, self.number = site, number
        self.heard = b""
        self.open = []

    def connection_made(self, transport):
        self.transport = transport

    def data_received(self, data):
        self.heard += data
        while b"\r\n\r\n" in self.heard:
            head, self.heard = self.heard.split(b"\r\n\r\n", 1)
            self.asked(head.decode("latin-1").split("\r\n"))

    def asked(self, lines):
        fields = dict(line.lower().split(": ", 1) for line in lines[1:] if ": " in line)
        x = Exchange(self.number, fields.get("x-vigie-region", ""), lines[0].split(" ")[1], time.monotonic())
        body, delay = self.site.decide(x)
        self.site.exchanges.append(x)
        self.open.append(x)
        if delay is not None:
            asyncio.get_running_loop().call_later(delay, self.answer, x, body)

    def answer(self, x, body):
        if x not in self.open:
            return
        self.open.remove(x)
        x.end = time.monotonic()  # before the first byte: whoever has the answer asks later than this
        x.answered = not self.transport.is_closing()
        wait = f"retry-after: {x.retry_after}\r\n" if x.retry_after else ""
        self.transport.write(f"HTTP/1.1 {x.status} {WORDS[x.status]}\r\ncontent-type: application/json\r\n{wait}"
                             f"content-length: {len(body)}\r\n\r\n".encode() + body)

    def connection_lost(self, _why):
        for x in self.open:
            x.end = time.monotonic()
        self.open.clear()


class MoodySite:
    """`hosts` are numbers 0 … n - 1. Moods and items may be set from any thread."""

    def __init__(self, hosts, seed):
        self.hosts = [Host() for _ in range(hosts)]
        self.exchanges = []  # in order of their begin
        self.random = random.Random(seed)
        self.port, sockets = listeners(hosts)
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.serve, args=(sockets,), daemon=True)
        self.thread.start()

    def serve(self, sockets):
        asyncio.set_event_loop(self.loop)
        for number, s in enumerate(sockets):
            self.loop.run_until_complete(self.loop.create_server(lambda n=number: Connection(self, n), sock=s, backlog=16))
        self.loop.run_forever()

    def close(self):
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join(10)

    def name(self, number):
        return f"{address_of(number)}:{self.port}"

    def put(self, number, query, item):
        self.hosts[number].items.setdefault(query, []).append(item)

    def decide(self, x):
        """The body and the delay; sets the answer's status. No delay: nothing will come."""
        mood = self.hosts[x.host].mood
        delay = mood.quickest * (mood.slowest / mood.quickest) ** self.random.random()
        if mood.kind == "silent":
            return b"", None
        if mood.kind == "refuse" and mood.region in ("*", x.region):
            x.status = 403
        elif mood.kind == "limit":
            x.status, x.retry_after = mood.status, mood.retry_after
        elif mood.kind == "error":
            x.status = 500
        elif x.target.startswith("/search"):
            x.status = 200
            query = urllib.parse.parse_qs(urllib.parse.urlsplit(x.target).query)["q"][0]
            return json.dumps({"items": self.hosts[x.host].items.get(query, [])}).encode(), delay
        else:
            x.status = 404  # robots.txt
        return b"", delay

    def write_log(self, path):
        with open(path, "w", encoding="ascii") as out:
            for x in list(self.exchanges):
                out.write(json.dumps({**asdict(x), "end": None if math.isinf(x.end) else x.end}) + "\n")
