"""Servers on this machine in the place of MNIST's mirrors."""

import http.server
import pathlib
import socket
import threading

from mnist_files import zipped


class Mirror:
    """A server on a free loopback port; `answer(handler, name)` answers the request for NAME.gz."""

    def __init__(self, answer):
        self.requests = []
        self.sent = 0
        self.hung_up = threading.Event()
        self.asked = threading.Event()
        mirror = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                mirror.requests.append(self.path)
                mirror.asked.set()
                try:
                    answer(self, pathlib.PurePosixPath(self.path).name[: -len(".gz")])
                except ConnectionError:
                    mirror.hung_up.set()

            def send(self, content, declared=None, status=200):
                self.send_response(status)
                if declared is not None:
                    self.send_header("Content-Length", str(declared))
                self.end_headers()
                self.write(content)

            def write(self, content):
                self.wfile.write(content)
                self.wfile.flush()
                mirror.sent += len(content)

            def wait_for_the_end(self):
                """Sends nothing more, until the other side hangs up."""
                self.connection.settimeout(60)
                if self.connection.recv(1) == b"":
                    mirror.hung_up.set()

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.address = f"http://127.0.0.1:{self.server.server_address[1]}/mnist/"
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()


def good(handler, name):
    handler.send(zipped(name), len(zipped(name)))


def not_found(handler, _):
    handler.send(b"not here", 8, status=404)


def good_but_for(wanted, answer):
    return lambda handler, name: (answer if name == wanted else good)(handler, name)


def refusing_address():
    """An address at which nothing listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{probe.getsockname()[1]}/mnist/"
