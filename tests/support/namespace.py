"""A network of one's own for a test: a network namespace in which every address of the internet is this machine's.

`enter()` runs the script again inside; the first run never returns from it. In there, any address can be connected to and
arrives at a listener on that port, whoever's it is outside (a local route over everything), and names are asked of
127.0.0.53. Nothing leaves. Where no namespace can be made, the script says why and ends with 77, which ctest shows as
skipped.
"""

import os
import pathlib
import shutil
import socket
import struct
import subprocess
import sys
import tempfile
import threading

SKIPPED = 77
NAME_SERVER = "127.0.0.53"
MARK = "VIGIE_TEST_NAMESPACE"
ROUTES = ("ip link set lo up && ip route add local 0.0.0.0/0 dev lo && ip -6 route add local ::/0 dev lo && "
          "mount -t tmpfs none /mnt")
WAYS = (["unshare", "--net", "--mount"], ["unshare", "--user", "--map-root-user", "--net", "--mount"])


def enter():
    if os.environ.get(MARK):
        subprocess.run(["sh", "-c", ROUTES], check=True)
        own_names()
        return
    why = "unshare or ip is not installed"
    if shutil.which("unshare") and shutil.which("ip"):
        for way in WAYS:
            tried = subprocess.run([*way, "sh", "-c", ROUTES], capture_output=True, text=True, check=False)
            if tried.returncode == 0:
                sys.stdout.flush()
                os.execvpe(way[0], [*way, sys.executable, *sys.argv], {**os.environ, MARK: "1"})
            why = tried.stderr.strip().split("\n")[-1]
    print(f"skipped: no network namespace with routes of its own can be made here: {why}", flush=True)
    sys.exit(SKIPPED)


def own_names():
    """resolv.conf, nsswitch.conf and hosts of this mount namespace only."""
    folder = pathlib.Path(tempfile.mkdtemp(prefix="vigie-names-", dir="/mnt"))
    for name, text in (("resolv.conf", f"nameserver {NAME_SERVER}\noptions timeout:2 attempts:2\n"),
                       ("nsswitch.conf", "hosts: files dns\n"),
                       ("hosts", "127.0.0.1 localhost\n::1 localhost\n")):
        if not os.path.exists(f"/etc/{name}"):
            continue
        (folder / name).write_text(text, encoding="ascii")
        subprocess.run(["mount", "--bind", str(folder / name), os.path.realpath(f"/etc/{name}")], check=True)


def unreachable(address):
    subprocess.run(["ip", "route", "add", "unreachable", f"{address}/32", "table", "local"], check=True)


class Sniffer:
    """Every attempt to open a TCP connection in this namespace, answered or not: (source, address, port), in order."""

    def __init__(self):
        self.seen = []
        self.socket = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(3))  # every protocol
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 32 << 20)
        self.socket.bind(("lo", 0))
        threading.Thread(target=self._run, daemon=True).start()

    def _run(self):
        outgoing = 4
        while True:
            packet, (_, protocol, kind, *_) = self.socket.recvfrom(256)
            if kind == outgoing:
                continue
            if protocol == 0x0800 and packet[9] == socket.IPPROTO_TCP:
                family, head, source, to = socket.AF_INET, 4 * (packet[0] & 15), packet[12:16], packet[16:20]
            elif protocol == 0x86DD and packet[6] == socket.IPPROTO_TCP:
                family, head, source, to = socket.AF_INET6, 40, packet[8:24], packet[24:40]
            else:
                continue
            syn, ack = 2, 16
            if packet[head + 13] & (syn | ack) == syn:
                port = struct.unpack("!H", packet[head + 2:head + 4])[0]
                self.seen.append((socket.inet_ntop(family, source), socket.inet_ntop(family, to), port))
