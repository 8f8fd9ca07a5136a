"""Starts the program as several processes that train together, by hand."""

import contextlib
import signal
import socket
import subprocess
import tempfile
import time

from program import MNIST, TIMEOUT


def free_port():
    """One that nobody listens on now, nor on the next one, which torchrun has us use."""
    while True:
        with socket.socket() as one, socket.socket() as next_one, contextlib.suppress(OSError, OverflowError):
            one.bind(("127.0.0.1", 0))
            port = one.getsockname()[1]
            next_one.bind(("127.0.0.1", port + 1))
            return port


class Group:
    """The processes, each with `arguments` and what `of_rank(rank)` adds."""

    def __init__(self, size, *arguments, of_rank=lambda rank: []):
        port = free_port()
        self.stderr = [tempfile.TemporaryFile("w+") for _ in range(size)]
        self.stdout = [tempfile.TemporaryFile("w+") for _ in range(size)]
        self.processes = [
            subprocess.Popen(
                [MNIST, "train", "--rank", str(rank), "--world-size", str(size)]
                + ["--rendezvous", f"127.0.0.1:{port}", *map(str, [*arguments, *of_rank(rank)])],
                stdin=subprocess.DEVNULL,
                stdout=self.stdout[rank],
                stderr=self.stderr[rank],
            )
            for rank in range(size)
        ]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for process in self.processes:
            process.kill()
            process.wait()
        for file in self.stderr + self.stdout:
            file.close()

    def shown(self, rank):
        """What the process has written to stderr."""
        with open(f"/proc/self/fd/{self.stderr[rank].fileno()}") as file:
            return file.read()

    def results(self, rank):
        with open(f"/proc/self/fd/{self.stdout[rank].fileno()}") as file:
            return file.read()

    def wait_for(self, text, rank=0):
        end = time.monotonic() + TIMEOUT
        while text not in self.shown(rank):
            if time.monotonic() > end or self.processes[rank].poll() is not None:
                raise AssertionError(f"no {text} in {self.shown(rank)}")
            time.sleep(0.005)

    def send(self, rank, number):
        self.processes[rank].send_signal(number)

    def end(self, timeout=TIMEOUT, but=()):
        """The exit statuses by rank, without those of `but`."""
        end = time.monotonic() + timeout
        return [
            process.wait(max(0, end - time.monotonic()))
            for rank, process in enumerate(self.processes)
            if rank not in but
        ]

    def kill(self, rank):
        self.send(rank, signal.SIGKILL)
