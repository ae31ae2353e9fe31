"""A real nginx for tests, on a free port of 127.0.0.1 and as whoever runs the test: folders, and a log of requests."""

import contextlib
import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import tempfile

from fleet import Failure, call, require, wait_until

TYPES = ("text/html html; application/xml xml devhelp2; application/json json; application/rss+xml rss; "
         "application/atom+xml atom; application/rdf+xml rdf;")
PACKED = "application/xml application/json application/rss+xml application/atom+xml application/rdf+xml"
ASKED_BY_US = "/asked-by-the-test-itself"


class Nginx:
    """`with Nginx({"/doc": FOLDER}) as nginx:` - serves FOLDER/x as /doc/x, packed with gzip for who takes it.

    Every answer has a strong validator unless it was packed; who asks with one that still holds hears 304.
    """

    def __init__(self, folders, extra=""):
        self.home = pathlib.Path(tempfile.mkdtemp(prefix="vigie-nginx-"))
        self.process = None
        # The port is ours from here on: nginx takes over listeners that its environment names.
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=128)
        self.port = self.listener.getsockname()[1]
        places = "".join(f"location {at}/ {{ alias {pathlib.Path(folder).resolve()}/; }}\n"
                         for at, folder in folders.items())
        line = ('{"path":"$request_uri","status":$status,"agent":"$http_user_agent","asked_if":"$http_if_none_match",'
                '"since":"$http_if_modified_since","packed":"$sent_http_content_encoding"}')
        temporary = "".join(f"{x}_temp_path {x};\n" for x in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
        # The folders may be ours alone, also where root's workers would become somebody else.
        user = "user root;\n" if os.geteuid() == 0 else ""
        (self.home / "nginx.conf").write_text(f'''{user}daemon off;
worker_processes 1;
pid nginx.pid;
events {{ worker_connections 256; }}
http {{
log_format requests escape=json '{line}';
access_log requests.ndjson requests;
types {{ {TYPES} }}
default_type text/plain;
gzip on;
gzip_min_length 200;
gzip_types {PACKED};
{temporary}
server {{
listen 127.0.0.1:{self.port};
{places}{extra}}}
}}
''', encoding="utf-8")

    def url(self, path):
        return f"http://127.0.0.1:{self.port}{path}"

    def requests(self):
        """What was asked so far, in order."""
        # It writes a request down once it is answered. There is one worker: when it answers this, it has written all.
        call(self.port, "GET", ASKED_BY_US)
        out = []
        with contextlib.suppress(FileNotFoundError):
            for line in (self.home / "requests.ndjson").read_text(encoding="utf-8").split("\n"):
                with contextlib.suppress(ValueError):
                    if line:
                        out.append(json.loads(line))
        return [x for x in out if x["path"] != ASKED_BY_US]

    def errors(self):
        with contextlib.suppress(FileNotFoundError):
            return (self.home / "error.log").read_text(encoding="utf-8", errors="replace")[-2000:]
        return ""

    def __enter__(self):
        program = shutil.which("nginx", path=os.environ.get("PATH", "") + ":/usr/sbin")
        require(program, "nginx is not installed (./dev deps installs it)")
        try:
            self.process = subprocess.Popen(
                [program, "-p", str(self.home), "-c", "nginx.conf", "-e", "error.log"], stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, pass_fds=[self.listener.fileno()],
                env={**os.environ, "NGINX": f"{self.listener.fileno()};"})

            def answers():
                if self.process.poll() is not None:
                    raise Failure(f"nginx ended with {self.process.returncode}: {self.errors()}")
                return call(self.port, "GET", ASKED_BY_US, timeout=5)[0] > 0

            # If nginx ended, it would wait in our backlog for ever: each try has a patience of its own.
            wait_until(answers, "nginx to answer")
            self.listener.close()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        self.listener.close()
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(30)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait(30)
        shutil.rmtree(self.home, ignore_errors=True)
