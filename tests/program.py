"""Runs the program under test, for the tests beside this file.

usage of each: MNIST=path/to/mnist [MNIST_DATA=path/to/data] python3 NAME_test.py ARGUMENT…
The data is the project's own, data/mnist, where none is named.
With MNIST_FULL=1 a test that tries a sample of its cases tries all of them.
"""

import fcntl
import os
import pathlib
import pty
import random
import re
import select
import signal
import struct
import subprocess
import termios

MNIST = pathlib.Path(os.environ["MNIST"]).resolve()
ROOT = pathlib.Path(__file__).resolve().parent.parent
DATA = pathlib.Path(os.environ.get("MNIST_DATA") or ROOT / "data" / "mnist").resolve()
FULL = os.environ.get("MNIST_FULL", "0") != "0"
TIMEOUT = 600  # seconds

os.environ["MNIST_DATA"] = str(DATA)
os.environ["LC_ALL"] = "C.UTF-8"
for _name in ("MNIST_MODEL", "MNIST_REPRODUCIBLE", "NO_COLOR"):
    os.environ.pop(_name, None)
# A job in the background is born ignoring SIGINT, and would hand that on to the program.
signal.signal(signal.SIGINT, signal.default_int_handler)


def run(
    *arguments,
    within=(),
    cwd=None,
    stdin=subprocess.DEVNULL,
    stdout=subprocess.PIPE,
    stderr=subprocess.PIPE,
    timeout=TIMEOUT,
    **environment,
):
    """What the program did, started by the command `within` if there is one."""
    return subprocess.run(
        [*map(str, within), MNIST, *map(str, arguments)],
        cwd=cwd,
        stdin=stdin,
        stdout=stdout,
        stderr=stderr,
        text=True,
        timeout=timeout,
        env={**os.environ, **environment},
    )


class OnTerminal:
    """The program while it runs with a terminal as its stderr, so that it shows each step.

    The terminal is that of the program's session, as that of a window is, and has so many columns.
    """

    def __init__(self, *arguments, within=(), stdout=subprocess.DEVNULL, columns=0, cwd=None, **environment):
        self.master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 0, columns, 0, 0))
        self.bytes = b""
        self.process = subprocess.Popen(
            [*map(str, within), MNIST, *map(str, arguments)],
            cwd=cwd,
            stdin=subprocess.DEVNULL,
            stdout=stdout,
            stderr=slave,
            env={**os.environ, "TERM": "xterm", **environment},
            start_new_session=True,
            preexec_fn=lambda: fcntl.ioctl(2, termios.TIOCSCTTY, 0),
        )
        os.close(slave)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()
        self.close()

    def close(self):
        """As when the window is closed: the session gets SIGHUP."""
        if self.master is not None:
            os.close(self.master)
        self.master = None

    @property
    def shown(self):
        return self.bytes.decode(errors="replace")

    def read(self):
        """Whether more was shown before the program ended."""
        if not select.select([self.master], [], [], TIMEOUT)[0]:
            raise TimeoutError(self.shown)
        try:
            more = os.read(self.master, 65536)
        except OSError:  # how Linux says that the other end is closed
            more = b""
        self.bytes += more
        return more != b""

    def wait_for(self, pattern):
        while not re.search(pattern, self.shown):
            if not self.read():
                raise AssertionError(f"no {pattern} in {self.shown}")

    def send(self, number):
        self.process.send_signal(number)

    def end(self):
        """The exit status, once there is one."""
        while self.read():
            pass
        return self.process.wait(TIMEOUT)


def sample(cases, count):
    """`count` of the cases, the same at each run; or all of them, if so wanted."""
    cases = list(cases)
    return cases if FULL or count >= len(cases) else random.Random(1).sample(cases, count)
