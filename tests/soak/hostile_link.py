"""Attacks on the links: frames that CAF must never see, and real traffic with bytes changed. No process may end of them."""

import contextlib
import itertools
import random
import socket
import struct
import threading
import time

from fleet import Fleet, Relay, call, require
from link_peer import (BASP_VERSION, CLIENT_HANDSHAKE, DIRECT, DOWN, DOWNSTREAM, HEADER, HEARTBEAT, HELLO, MONITOR, NAMED,
                       NODE, NORMAL, RESPONSE, ROUTED, SELECT, SERVER_HANDSHAKE, UPSTREAM, atom, content, drain, frame,
                       hello, nested_error, node_id, read_exactly, read_frame)

# A changed word may be a refusal that nobody sent.
FORGIVING = '''
[bans]
duration = "2s"
cap = "4s"
'''
strangers = itertools.count()
DEEP = 30000  # errors in errors: a few hundred bytes of stack each


def before_handshake(own_operation):
    """(name, bytes) in place of the first frame; `own_operation` is the handshake that is due."""
    good = node_id()
    return [
        ("empty client handshake", frame(CLIENT_HANDSHAKE)),
        ("empty server handshake", frame(SERVER_HANDSHAKE, data=BASP_VERSION)),
        ("short handshake", frame(own_operation, good[:20], data=0 if own_operation == CLIENT_HANDSHAKE else BASP_VERSION)),
        ("message before handshake", frame(DIRECT, content([]), data=NORMAL, source=1, dest=1)),
        ("monitor before handshake", frame(MONITOR, good + good, dest=1)),
        ("beat before handshake", frame(HEARTBEAT)),
        ("unknown operation", frame(77)),
        ("a length of 4 GiB", frame(own_operation, length=0xffffffff)),
    ]


def after_handshake(peer, me, actor):
    """(name, bytes) on a link that is open to node `peer`, whose actor has that number."""
    handle = struct.pack(">Q", actor) + peer
    other = node_id(815)
    order = lambda word: content(["@atom", "@strong_actor_ptr"], struct.pack(">Q", atom(word)) + handle)
    out = [
        ("empty upstream message", frame(DIRECT, content([]), data=UPSTREAM, source=9, dest=actor)),
        ("empty downstream message", frame(DIRECT, content([]), data=DOWNSTREAM, source=9, dest=actor)),
        ("empty stream response", frame(DIRECT, content([]), data=RESPONSE | UPSTREAM | 5, source=9, dest=actor)),
        ("link order", frame(DIRECT, order("link"), data=NORMAL, source=9, dest=actor)),
        ("unlink order", frame(DIRECT, order("unlink"), data=NORMAL, source=9, dest=actor)),
        ("errors in errors, an answer", frame(DIRECT, content(["@error"], nested_error(DEEP)), data=RESPONSE | NORMAL | 5,
                                              source=9, dest=actor)),
        ("errors in errors, a down", frame(DOWN, me + peer + nested_error(DEEP), source=9)),
        ("errors in errors, plain", frame(DIRECT, content(["@error"], nested_error(DEEP)), data=NORMAL, source=9, dest=actor)),
        ("a message in a message", frame(DIRECT, content(["@message"], content(["@message"], content([])[1:])[1:]),
                                         data=NORMAL, source=9, dest=actor)),
        ("no content", frame(DIRECT, data=NORMAL, source=9, dest=actor)),
        ("no receiver", frame(DIRECT, content([]), data=NORMAL, source=9)),
        ("handle of a third node", frame(DIRECT, content(["@strong_actor_ptr"], struct.pack(">Q", 7) + other), data=NORMAL,
                                         source=9, dest=actor)),
        ("monitor of another node", frame(MONITOR, other + peer, dest=actor)),
        ("monitor for another node", frame(MONITOR, me + other, dest=actor)),
        ("down of an actor of another", frame(DOWN, other + peer + nested_error(0), source=3)),
        ("routed", frame(ROUTED, me + peer + content([]), data=NORMAL, source=9, dest=actor)),
        ("to the configuration server", frame(DIRECT, content(["@str"], b"\1x"), flags=NAMED, data=NORMAL, source=9,
                                              dest=atom("ConfigServ"))),
        ("client handshake again", frame(CLIENT_HANDSHAKE, other)),
        ("empty client handshake again", frame(CLIENT_HANDSHAKE)),
        ("empty server handshake again", frame(SERVER_HANDSHAKE, data=BASP_VERSION)),
    ]
    for word in ("@exit", "@down", "@timeout", "@open_stream_msg", "@upstream_msg", "@downstream_msg"):
        out.append((word, frame(DIRECT, content([word], bytes(64)), data=NORMAL, source=9, dest=actor)))
    return out


def greet_worker(port):
    """A link to a worker as main: (socket, its node, its gateway's number, the payload of its handshake)."""
    s = socket.create_connection(("127.0.0.1", port), timeout=10)
    s.sendall(hello("main", f"stranger-{next(strangers)}"))  # a name has two seats, and links take a moment to end
    read_exactly(s, HELLO)
    header, payload = read_frame(s)
    require(header[0] == SERVER_HANDSHAKE, f"a worker began with {header!r}")
    at = NODE
    count = payload[at]
    at += 1
    for _ in range(count):
        at += 1 + payload[at]
    return s, payload[:NODE], struct.unpack(">Q", payload[at:at + 8])[0], payload


def still_there(node):
    require(node.alive() and call(node.api_port, "GET", "/livez")[0] == 200, f"{node.name} is gone")


def packets_to_worker(fleet, ports):
    worker = fleet.workers[0]
    tried = 0
    for name, attack in before_handshake(CLIENT_HANDSHAKE):
        with greet_worker(ports[0])[0] as s:
            s.sendall(attack)
            require(drain(s), f"{name}: the worker kept the link")
        still_there(worker)
        tried += 1
    me = node_id()
    with greet_worker(ports[0])[0] as s:
        names = len(after_handshake(me, me, 1))
    for i in range(names):
        s, peer, gateway, _ = greet_worker(ports[0])
        with s:
            name, attack = after_handshake(peer, me, gateway)[i]
            s.sendall(frame(CLIENT_HANDSHAKE, me) + frame(CLIENT_HANDSHAKE, me, flags=SELECT) + attack)
            require(drain(s), f"{name}: the worker kept the link")
        still_there(worker)
        tried += 1
    print(f"    {tried} packets to a worker", flush=True)


class HostileWorker:
    """Waits for main's dials, and answers each with the next attack."""

    def __init__(self):
        self.server = socket.create_server(("127.0.0.1", 0))
        self.server.settimeout(60)
        self.port = self.server.getsockname()[1]

    def next_dial(self):
        s = self.server.accept()[0]
        s.settimeout(10)
        read_exactly(s, HELLO)
        s.sendall(hello("worker", "worker-zz"))
        return s

    def close(self):
        self.server.close()


def packets_to_main(fleet, ports, hostile):
    main = fleet.main
    s, _, _, handshake = greet_worker(ports[0])
    s.close()
    tried = 0
    for name, attack in before_handshake(SERVER_HANDSHAKE):
        with hostile.next_dial() as s:
            s.sendall(attack)
            require(drain(s), f"{name}: main kept the link")
        still_there(main)
        tried += 1
    attacks, number = [None], 0
    while number < len(attacks):
        me = node_id(1000 + number)
        with hostile.next_dial() as s:
            # Main gives the stream to CAF once the worker has begun to speak.
            s.sendall(frame(SERVER_HANDSHAKE, me + handshake[NODE:], data=BASP_VERSION))
            header, peer = read_frame(s)
            require(header[0] == CLIENT_HANDSHAKE, f"main began with {header!r}")
            actor = None
            while actor is None:  # the handle that main sends with its first message
                header, payload = read_frame(s)
                if header[0] == DIRECT and payload.endswith(peer):
                    actor = struct.unpack(">Q", payload[-NODE - 8:-NODE])[0]
            attacks = after_handshake(peer, me, actor)
            name, attack = attacks[number]
            s.sendall(attack)
            require(drain(s, 3), f"{name}: main kept the link")
        still_there(main)
        number += 1
    tried += number
    print(f"    {tried} packets to main", flush=True)


def packets(vigie, _options=None):
    """Frames by hand, without a credential, from both ends."""
    hostile = HostileWorker()
    entry = f'''
[[workers]]
id = "worker-zz"
name = "Worker ZZ"
region = "zrh"
address = "127.0.0.1:{hostile.port}"
'''
    with contextlib.closing(hostile), Fleet(vigie, workers=1, main_extra=entry) as fleet:
        ports = link_ports(fleet)
        packets_to_worker(fleet, ports)
        packets_to_main(fleet, ports, hostile)
        fleet.import_alerts([{"name": "lamps", "source": "market", "query": "lamp", "channels": [], "baseline": False}])
        require(fleet.cycle()["run"]["state"] in ("completed", "partial"), "no cycle after the packets")


def link_ports(fleet):
    """Where the workers wait for links."""
    out = []
    for worker in fleet.workers:
        section = worker.config.read_text(encoding="utf-8").split("[link]")[1]
        out.append(int(section.split('listen = "127.0.0.1:')[1].split('"')[0]))
    return out


class ChangingRelay(Relay):
    """Passes links on frame by frame, and changes bytes within some of them, as `random` says."""

    def __init__(self, target, drawn):
        self.random = drawn
        self.lock = threading.Lock()
        self.changes = 0
        self.calm = False
        self.last = ""
        super().__init__(target)

    def new_link(self):
        with self.lock:  # which frame of this link, counted over both ways
            return {"left": self.random.choice([1, 2, 3, 4, 5, 6, 8, 12, 20, 30])}

    def carry(self, source, sink, from_main, link):
        sink.sendall(read_exactly(source, HELLO))
        while True:
            header, payload = read_frame(source)
            sink.sendall(self._changed(header + payload, link))

    def _changed(self, whole, state):
        with self.lock:
            state["left"] -= 1
            if self.calm or state["left"] > 0:
                return whole
            out = bytearray(whole)
            for _ in range(self.random.choice([1, 1, 1, 2, 4])):
                within_header = len(out) == HEADER or self.random.random() < 0.4
                at = self.random.randrange(HEADER) if within_header else self.random.randrange(HEADER, len(out))
                before = out[at]
                out[at] = self.random.choice([0, 1, 0xff, before ^ 1 << self.random.randrange(8), self.random.randrange(256)])
            if bytes(out) == whole:
                return whole
            state["left"] = self.random.choice([1, 2, 5, 10])  # where the link is still there
            self.changes += 1
            self.last = f"operation {whole[0]}, {len(whole)} bytes: {whole[:HEADER].hex()} became {out[:HEADER].hex()}"
            return bytes(out)


def changed_traffic(vigie, seed, changes):
    """One fleet whose links all go through relays that change bytes, until there were that many changes."""
    drawn = random.Random(seed)
    relays = {}

    def through(port):
        relays[port] = ChangingRelay(port, random.Random(drawn.random()))
        return relays[port]

    with Fleet(vigie, workers=2, relays=through, log_level="info", main_extra=FORGIVING) as fleet:
        nodes = [fleet.main, *fleet.workers]
        pids = [n.pid for n in nodes]
        fleet.import_alerts([{"name": f"alert {i}", "source": "market", "query": word, "channels": [], "baseline": False}
                             for i, word in enumerate(["lamp", "chair", "phone", "table"])])
        begun = time.monotonic()
        total = 0
        while total < changes:
            for node in nodes:
                require(node.alive(), f"seed {seed}: {node.name} ended after {total} changes; "
                                      f"the last: {[r.last for r in relays.values()]}")
            with contextlib.suppress(Exception):  # a run that is on, a store that is away: all of it may be
                fleet.main.send("POST", "/api/v1/alerts/run-once", timeout=5)
            time.sleep(0.2)  # the pace of the loop; it waits for the count
            total = sum(r.changes for r in relays.values())
            require(time.monotonic() - begun < 600, f"seed {seed}: only {total} changes in ten minutes")
        for relay in relays.values():
            relay.calm = True
        fleet.wait_workers(2)

        # Changed words may have been believed (a refusal, a hold), so the cycle need not find anything; it ends.
        fleet.cycle()
        for node, pid in zip(nodes, pids):
            still_there(node)
            require(node.pid == pid, f"{node.name} is another process")
        print(f"    seed {seed}: {total} changes in {time.monotonic() - begun:.0f} s", flush=True)


def relay(vigie, options):
    """Real traffic with bytes changed within its frames: seeds x changes."""
    for seed in range(options.seed, options.seed + options.seeds):
        changed_traffic(vigie, seed, options.changes)
