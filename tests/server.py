"""A server under test, and its clients, for the tests beside this file."""

import contextlib
import http.client
import json
import os
import queue
import re
import socket
import subprocess
import threading

from program import MNIST, ROOT, run

TIMEOUT = 60  # seconds
MODEL = ROOT / "models" / "mnist-cnn.pt"  # which `mnist serve` takes by itself


def predict(*arguments, **settings):
    """`mnist predict` with the served model."""
    return run("predict", "--model", MODEL, *arguments, **settings)


class Server:
    """`mnist serve` on a free port, with the tutorial's model, until the `with` ends."""

    def __init__(self, *options):
        self.process = subprocess.Popen(
            [MNIST, "serve", "--port", "0", *map(str, options)],
            cwd=ROOT,  # where the model is found
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=os.environ,
        )
        self.log = []
        self._reader = threading.Thread(target=lambda: self.log.extend(iter(self.process.stderr.readline, "")))
        self._reader.start()
        lines = queue.Queue()
        threading.Thread(target=lambda: lines.put(self.process.stdout.readline()), daemon=True).start()
        self.line = lines.get(timeout=TIMEOUT)
        found = re.fullmatch(r"listening on (http://127\.0\.0\.1:(\d+))\n", self.line)
        if not found:
            self.end()
            raise AssertionError(f"{self.line!r}: {self.log}")
        self.url, self.port = found[1], int(found[2])

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.end()

    def end(self):
        """Kills what has not ended by itself."""
        if self.process.poll() is None:
            self.process.kill()
        self.wait()

    def wait(self):
        """Its status, when it has ended."""
        status = self.process.wait(TIMEOUT)
        self._reader.join(TIMEOUT)
        self.process.stdout.close()
        self.process.stderr.close()
        return status

    def connect(self):
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=TIMEOUT)

    def request(self, method, path, body=None, headers=None):
        """Status, headers and body of the answer."""
        with contextlib.closing(self.connect()) as connection:
            connection.request(method, path, body, headers or {})
            response = connection.getresponse()
            return response.status, response.headers, response.read()

    def get(self, path):
        status, _, body = self.request("GET", path)
        return status, json.loads(body)

    def infer(self, request, path="/v2/models/mnist-cnn/infer", **headers):
        body = request if isinstance(request, (bytes, str)) else json.dumps(request)
        status, _, answer = self.request("POST", path, body, {"Content-Type": "application/json", **headers})
        return status, json.loads(answer)

    def raw(self, data, finish=True):
        """What comes back, to the end of the connection, for bytes that may be no HTTP."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=TIMEOUT) as connection:
            with contextlib.suppress(ConnectionError):
                connection.sendall(data)
                if finish:
                    connection.shutdown(socket.SHUT_WR)
            return self.read_all(connection)

    @staticmethod
    def read_all(connection):
        answer = b""
        with contextlib.suppress(ConnectionError):
            while more := connection.recv(65536):
                answer += more
        return answer
