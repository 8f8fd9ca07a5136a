"""Checkpoints that are damaged, or something else, cost a training its last steps or one line.

usage: see program.py; the argument is the path of libfailing_files.so
"""

import gzip
import os
import random
import shutil
import signal
import unittest

from failing_files import failing
from program import FULL
from training_runs import HALF, LATE, RunCase, resume


def damaged_checkpoints(count):
    """What `count` cuts and `count` flipped bits make of LATE's checkpoint, each after its name."""
    whole = (LATE / "checkpoint.pt").read_bytes()
    choose = random.Random(1)
    for size in (choose.randrange(len(whole)) for _ in range(count)):
        yield f"cut to {size}", whole[:size]
    for bit in (choose.randrange(8 * len(whole)) for _ in range(count)):
        changed = bytearray(whole)
        changed[bit // 8] ^= 1 << bit % 8
        yield f"bit {bit}", bytes(changed)


class Damage(RunCase):
    def test_a_damaged_checkpoint_is_replaced_by_the_previous_one(self):
        def check(_, damaged):
            folder = self.copy(LATE)
            (folder / "checkpoint.pt").write_bytes(damaged)
            result = self.assert_resumes(folder)
            self.assertRegex(
                result.stderr,
                r"^mnist: warning: cannot use the checkpoint '.*/checkpoint\.pt': it is .*; "
                r"using checkpoint\.previous\.pt\n",
            )

        self.each(damaged_checkpoints(50 if FULL else 1), check)

    def test_a_kill_while_a_damaged_checkpoint_is_replaced_loses_nothing(self):
        folder = self.copy(LATE)
        (folder / "checkpoint.pt").write_bytes(b"damaged")
        result = resume(folder, **failing(folder, 2, 0, "rename"))
        self.assertEqual(result.returncode, -signal.SIGKILL, result.stderr)
        self.assert_resumes(folder)

    def test_without_a_whole_checkpoint_there_is_one_line(self):
        def check(_, damaged):
            folder = self.copy(LATE)
            for file in ("checkpoint.pt", "checkpoint.previous.pt"):
                (folder / file).write_bytes(damaged)
            self.assert_failed(resume(folder), folder / "checkpoint.previous.pt")

        self.each(damaged_checkpoints(10 if FULL else 1), check)

    def test_something_else_in_the_checkpoints_place_is_one_line(self):
        def check(_, put):
            folder = self.copy(HALF)
            (folder / "checkpoint.pt").unlink()
            put(folder / "checkpoint.pt")
            self.assert_failed(resume(folder, timeout=60), folder / "checkpoint.pt")

        others = {
            "empty": lambda path: path.write_bytes(b""),
            "gzip": lambda path: path.write_bytes(gzip.compress(b"x" * 1000)),
            "model": lambda path: shutil.copy(HALF / "model.pt", path),
            "folder": lambda path: path.mkdir(),
            "pipe": os.mkfifo,
            "device": lambda path: path.symlink_to("/dev/zero"),
            "unreadable": lambda path: path.symlink_to("/proc/self/mem"),
            "dangling": lambda path: path.symlink_to("nothing"),
            "huge": lambda path: path.touch() or os.truncate(path, 1 << 40),
        }
        self.each(others.items(), check)


if __name__ == "__main__":
    unittest.main()
