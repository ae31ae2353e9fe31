"""A name server for tests of the address guard: names of bad addresses, of good and bad ones, and some that change."""

import re
import socket
import struct
import threading

PUBLIC, PUBLIC6 = "93.184.216.34", "2606:2800:220:1::34"
NOBODY = "93.184.216.40"  # no route leads there
BAD = "10.1.2.3"

# name -> A and AAAA records, or the name that it is an alias of. What is not here has the public address.
ZONE = {
    "meta.test": ["169.254.169.254"],
    "ten.test": [BAD],
    "loop.test": ["127.0.0.1"],
    "nat.test": ["100.64.0.1"],
    "zero.test": ["0.0.0.0"],
    "loop6.test": ["::1"],
    "local6.test": ["fd00:ec2::254"],
    "link6.test": ["fe80::1"],
    "mapped.test": ["::ffff:10.1.2.3"],
    "mapped-public.test": [f"::ffff:{PUBLIC}"],
    "nat64.test": ["64:ff9b::7f00:1"],
    "6to4.test": ["2002:7f00:1::"],
    "both-bad.test": [BAD, "fc00::1"],
    "alias.test": "ten.test",
    "alias-of-alias.test": "alias.test",
    "10.1.2.3.name.test": [BAD],
    "mixed.test": [PUBLIC, BAD],
    "mixed-bad-first.test": [BAD, PUBLIC],
    "mixed6.test": [PUBLIC, "::1", "fc00::1"],
    "mixed-mapped.test": [PUBLIC, "::ffff:169.254.169.254"],
    "fallback.test": [NOBODY, BAD],
    "fallback6.test": [NOBODY, "fc00::1"],
    "site.test": [PUBLIC, PUBLIC6],
    "listed.test": ["10.9.9.9"],
}
A, CNAME, AAAA = 1, 5, 28


class NameServer:
    """Answers over UDP. `flips` is what names beginning with flip- were said to be, in order."""

    def __init__(self, address):
        self.flips = {}
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind((address, 53))
        threading.Thread(target=self._run, daemon=True).start()

    def addresses(self, name):
        if re.match(r"flip-(bad-)?\d+\.test$", name):
            said = self.flips.setdefault(name, [])
            good = (len(said) % 2 == 0) != name.startswith("flip-bad-")
            said.append(PUBLIC if good else BAD)
            return said[-1:]
        return ZONE.get(name, [PUBLIC] if name.endswith(".test") else [])

    def _records(self, name, kind):
        """The resource records to answer with, encoded."""
        out = []
        while isinstance(ZONE.get(name), str):
            alias = encode(ZONE[name])
            out.append(encode(name) + struct.pack("!HHIH", CNAME, 1, 0, len(alias)) + alias)
            name = ZONE[name]
        if kind == AAAA and name.startswith("flip-"):
            return out
        for address in self.addresses(name):
            family = socket.AF_INET6 if ":" in address else socket.AF_INET
            if kind == (AAAA if ":" in address else A):
                raw = socket.inet_pton(family, address)
                out.append(encode(name) + struct.pack("!HHIH", kind, 1, 0, len(raw)) + raw)
        return out

    def _run(self):
        while True:
            question, who = self.socket.recvfrom(4096)
            labels, at = [], 12
            while question[at]:
                labels.append(question[at + 1:at + 1 + question[at]].decode("ascii", "replace").lower())
                at += 1 + question[at]
            kind = struct.unpack("!H", question[at + 1:at + 3])[0]
            records = self._records(".".join(labels), kind)
            head = question[:2] + struct.pack("!HHHHH", 0x8580, 1, len(records), 0, 0)
            self.socket.sendto(head + question[12:at + 5] + b"".join(records), who)


def encode(name):
    return b"".join(bytes([len(x)]) + x.encode("ascii") for x in name.split(".")) + b"\0"
