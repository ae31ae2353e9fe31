#!/usr/bin/env python3
"""A site of many hosts, each a loopback address of its own on one port: answers any search with one item, has no
robots.txt (404), and writes down who asked when. Not vigie's: it judges vigie.

    many_hosts.py HOSTS LOG [--delay-ms N]

Prints the port and serves until SIGTERM. LOG has a line of JSON for each request: [host, begin, end, target, agent], in
seconds of the monotonic clock; a request ends when its answer has been written.
"""

import argparse
import asyncio
import errno
import json
import resource
import signal
import socket
import time


def address_of(host):
    """Host 0 is 127.1.0.1."""
    return f"127.{1 + host // 62500}.{host // 250 % 250}.{host % 250 + 1}"


class Connection(asyncio.Protocol):
    def __init__(self, host, log, delay_s):
        self.host, self.log, self.delay_s = host, log, delay_s
        self.heard = b""

    def connection_made(self, transport):
        self.transport = transport

    def data_received(self, data):
        self.heard += data
        while b"\r\n\r\n" in self.heard:
            head, self.heard = self.heard.split(b"\r\n\r\n", 1)
            asyncio.get_running_loop().call_later(self.delay_s, self.answer, time.monotonic(), head.decode("latin-1"))

    def answer(self, begin, head):
        lines = head.split("\r\n")
        target = lines[0].split(" ")[1]
        agent = next((x[12:] for x in lines if x.lower().startswith("user-agent: ")), "")
        status, body = "404 Not Found", b""
        if target.startswith("/search"):
            status = "200 OK"
            body = json.dumps({"items": [{"id": f"{self.host} {target}", "title": "a thing", "price": 12.5}]}).encode()
        if not self.transport.is_closing():
            self.transport.write(f"HTTP/1.1 {status}\r\ncontent-type: application/json\r\ncontent-length: {len(body)}"
                                 f"\r\n\r\n".encode() + body)
        self.log.write(json.dumps([self.host, round(begin, 4), round(time.monotonic(), 4), target, agent]) + "\n")


def listeners(hosts):
    """One socket a host, all on one port that is free on each."""
    while True:
        made = []
        port = 0
        try:
            for host in range(hosts):
                s = socket.socket()
                made.append(s)
                s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                s.bind((address_of(host), port))
                port = s.getsockname()[1]
            return port, made
        except OSError as problem:
            for s in made:
                s.close()
            if problem.errno != errno.EADDRINUSE:
                raise


async def serve(args):
    port, sockets = listeners(args.hosts)
    loop = asyncio.get_running_loop()
    ended = loop.create_future()
    loop.add_signal_handler(signal.SIGTERM, lambda: ended.done() or ended.set_result(None))
    with open(args.log, "w", encoding="ascii", buffering=1 << 16) as log:
        for host, s in enumerate(sockets):
            await loop.create_server(lambda host=host: Connection(host, log, args.delay_ms / 1000), sock=s, backlog=16)
        print(port, flush=True)
        await ended


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("hosts", type=int)
    arguments.add_argument("log")
    arguments.add_argument("--delay-ms", type=float, default=10)
    args = arguments.parse_args()
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    asyncio.run(serve(args))


if __name__ == "__main__":
    main()
