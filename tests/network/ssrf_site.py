"""The whole internet of the address guard's test: one listener a port, for every address there is."""

import re
import socket
import threading

REDIRECTS = (301, 302, 303, 307, 308)


class Internet:
    """Listens on `ports` of all addresses. `requests` is who asked for what: (address, port, first line). The site itself
    is simple: h-N.test/page and r-N.test/robots.txt redirect to the N-th of `targets`, /feed is one item, the rest is a page.
    """

    def __init__(self, ports, targets):
        self.targets = targets
        self.accepted = []
        self.requests = []
        for port in ports:
            listener = socket.socket(socket.AF_INET6, socket.SOCK_STREAM)
            listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind(("::", port))
            listener.listen(512)
            threading.Thread(target=self._accept, args=(listener, port), daemon=True).start()

    def _accept(self, listener, port):
        while True:
            connection = listener.accept()[0]
            address = connection.getsockname()[0].removeprefix("::ffff:")
            self.accepted.append((address, port))
            threading.Thread(target=self._serve, args=(connection, address, port), daemon=True).start()

    def _serve(self, connection, address, port):
        with connection:
            connection.settimeout(10)
            try:
                head = self._read_request(connection)
                if not re.match(rb"[A-Z]+ \S+ HTTP/1", head):
                    return
                self.requests.append((address, port, head.split(b"\r\n", 1)[0].decode("latin-1")))
                connection.sendall(self._answer(head))
            except OSError:
                pass

    @staticmethod
    def _read_request(connection):
        data = b""
        while b"\r\n\r\n" not in data:
            more = connection.recv(65536)
            data += more
            if not more or not re.match(rb"[A-Z]", data) or len(data) > 1 << 20:
                return data
        head, body = data.split(b"\r\n\r\n", 1)
        length = re.search(rb"(?i)\r\ncontent-length: *(\d+)", head)
        while length and len(body) < int(length[1]):
            more = connection.recv(65536)
            if not more:
                break
            body += more
        return head

    def _answer(self, head):
        path = head.split(b" ", 2)[1].decode("latin-1")
        host = re.search(rb"(?i)\r\nhost: *([^\r\n:]+)", head)
        name = re.match(r"([hr])-(\d+)\.test$", host[1].decode("latin-1") if host else "")
        if name and (name[1] == "h") == (path == "/page") and path in ("/page", "/robots.txt"):
            number = int(name[2])
            status = REDIRECTS[number % len(REDIRECTS)]
            return answer(status, b"", b"location: " + self.targets[number].encode("utf-8") + b"\r\n")
        if path == "/robots.txt":
            return answer(404, b"", b"")
        if path == "/feed":
            return answer(200, b'{"items": [{"id": "one", "title": "thing"}]}', b"content-type: application/json\r\n")
        return answer(200, b'{"ok": true, "result": {}}', b"content-type: application/json\r\n")


def answer(status, body, headers):
    return (f"HTTP/1.1 {status} X\r\ncontent-length: {len(body)}\r\nconnection: close\r\n".encode("ascii") + headers +
            b"\r\n" + body)
