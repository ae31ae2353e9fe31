"""The other end of a link, by hand: the hello of adapters/link/hello.hpp, then frames of CAF's protocol as bytes."""

import contextlib
import pathlib
import re
import socket
import struct

ROOT = pathlib.Path(__file__).resolve().parents[2]
HELLO, HEADER, NODE = 144, 32, 32
SERVER_HANDSHAKE, CLIENT_HANDSHAKE, DIRECT, ROUTED, MONITOR, DOWN, HEARTBEAT = range(7)
NAMED, SELECT = 1, 2                       # flags
NORMAL, UPSTREAM, DOWNSTREAM = (n << 60 for n in (1, 2, 3))  # categories of a message's identifier
RESPONSE = 1 << 63
BASP_VERSION = 3


def contract_version():
    text = (ROOT / "messages" / "values" / "command.hpp").read_text(encoding="utf-8")
    return int(re.search(r"contract_version = (\d+)", text).group(1))


def atom(name):
    """A name of CAF's, up to ten letters, as a number: six bits a letter."""
    letters = " 0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz"
    number = 0xF
    for letter in name:
        number = number << 6 | letters.index(letter)
    return number


def hello(role, name="stranger", contract=None):
    return (b"VIGIE\0\1\0" + struct.pack(">I", contract_version() if contract is None else contract)
            + role.encode().ljust(64, b"\0") + name.encode().ljust(64, b"\0") + bytes(4))


def frame(operation, payload=b"", flags=0, data=0, source=0, dest=0, length=None):
    return struct.pack(">BBBBIQQQ", operation, 0, 0, flags, len(payload) if length is None else length, data, source,
                       dest) + payload


def node_id(pid=4711):
    return struct.pack(">QI", atom("default"), pid) + bytes(range(20))


def text(x):
    x = x.encode() if isinstance(x, str) else x
    length, out = len(x), b""
    while length >= 0x80:
        out += bytes([length & 0x7f | 0x80])
        length >>= 7
    return out + bytes([length]) + x


def content(types, values=b""):
    """A message: no forwarding stack, the list of its types, the values."""
    return b"\0" + b"\0\0" + text("@<>" + "".join("+" + t for t in types)) + values


def nested_error(depth):
    """An error whose context holds an error, and so on."""
    out = bytes([1]) + struct.pack(">Q", atom("system")) + b"\0\0" + text("@<>")
    head = bytes([1]) + struct.pack(">Q", atom("system")) + b"\0\0" + text("@<>+@error")
    return head * depth + out


def read_exactly(s, n):
    out = b""
    while len(out) < n:
        more = s.recv(n - len(out))
        if not more:
            raise ConnectionError("closed by the other end")
        out += more
    return out


def read_frame(s):
    header = read_exactly(s, HEADER)
    return header, read_exactly(s, struct.unpack(">I", header[4:8])[0])


def drain(s, seconds=0.5):
    """Reads until the other end closes or says nothing for a while; True: it closed."""
    s.settimeout(seconds)
    with contextlib.suppress(TimeoutError):
        try:
            while s.recv(65536):
                pass
            return True
        except OSError as problem:
            if isinstance(problem, TimeoutError):
                raise
            return True
    return False
