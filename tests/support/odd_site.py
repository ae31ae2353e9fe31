"""A site whose answers a test writes itself, byte by byte if it likes; it writes down who asked for what."""

import contextlib
import http.server
import threading
import time


class Asked:
    """One request, as it came."""

    def __init__(self, path, headers):
        self.path, self.headers = path, headers
        self.at = time.monotonic()
        self.region = headers.get("x-vigie-region")

    def __repr__(self):
        return f"{self.region} {self.path}"


class OddSite:
    """`answer(asked)` gives (status, headers, body), or a function of the connection's handler, which then does as it likes.

    Without an answer of its own robots.txt is 404.
    """

    def __init__(self, answer):
        self.asked = []
        self.over = threading.Event()
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                asked = Asked(self.path, {k.lower(): v for k, v in self.headers.items()})
                outer.asked.append(asked)
                what = answer(asked)
                if what is None:
                    what = 404, {}, b""
                with contextlib.suppress(OSError):
                    if callable(what):
                        what(self)
                        self.close_connection = True
                    else:
                        self.whole(*what)

            def whole(self, status, headers, body):
                self.send_response(status)
                for name, value in {"content-length": str(len(body)), **headers}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.over.set()
        self.server.shutdown()
        self.server.server_close()

    def pages(self, start="/"):
        """What was asked but robots.txt."""
        return [x for x in list(self.asked) if x.path != "/robots.txt" and x.path.startswith(start)]

    def says_nothing(self, _handler):
        """An answer: none, until the test is over."""
        self.over.wait()

    def drips(self, handler):
        """An answer: a byte now and then, without end."""
        handler.wfile.write(b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 1000000\r\n\r\n[")
        while not self.over.wait(0.3):
            handler.wfile.write(b" ")
            handler.wfile.flush()


def source(name, port, path, form='format = "json"\nitems = "items"', fields='id = "id"\ntitle = "title"', more="", gate=""):
    """A source on such a site: asked as fast as it answers, unless `gate` says otherwise."""
    pace = gate or 'min_interval = "20ms"\nmax_interval = "20ms"'
    return f'''
[sources.{name}]
url = "http://127.0.0.1:{port}{path}"
{more}
[sources.{name}.extract]
{form}
[sources.{name}.extract.fields]
{fields}
[sources.{name}.gate]
{pace}
owner_consent = "the test's own site"
'''
