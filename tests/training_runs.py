"""Trainings that tests begin with, to be short, and what must hold of those that go on with them.

usage: MNIST=path/to/mnist MNIST_RUNS=FOLDER python3 training_runs.py

trains them, for the tests that get the same $MNIST_RUNS. Tests without it train their own.
"""

import atexit
import functools
import json
import os
import pathlib
import shutil
import signal
import tempfile
import time

import checkpoints
from cases import Case
from program import OnTerminal, run
from results import history, report

# An epoch takes eight long steps, to be interrupted in, and a ninth with two images.
OPTIONS = "--epochs 2 --batch-size 7499 --validation-split 1e-4 --seed 7".split()
OUTPUTS = ["history.csv", "metrics.json", "model.pt", "predictions.csv", "report.html"]

if "MNIST_RUNS" in os.environ:
    RUNS = pathlib.Path(os.environ["MNIST_RUNS"]).resolve()
else:
    RUNS = pathlib.Path(tempfile.gettempdir(), f"mnist runs {os.getpid()}")
    atexit.register(shutil.rmtree, RUNS, ignore_errors=True)
WHOLE = RUNS / "whole"  # two epochs in one go
HALF = RUNS / "half"  # only the first of them
LATE = RUNS / "late"  # HALF resumed, and interrupted by SIGTERM, then by SIGINT before step 9
SEEN = RUNS / "seen.json"  # what a user saw of WHOLE and of the interruptions


def command(folder, *arguments):
    """Where the arguments give one of the options again, the last counts."""
    return ["train", "--output", folder, *OPTIONS, *arguments]


def resume(folder, *arguments, **settings):
    return run(*command(folder, "--resume", "--verbose", 0, *arguments), **settings)


def finish(*line):
    result = run(*line)
    if result.returncode != 0:
        raise RuntimeError(result.stderr)
    return result


def only_first_epoch(whole, folder, *line):
    """Makes of `whole`, a run of two epochs, what it would be after one; `line` has the options."""
    folder.mkdir()
    shutil.copy(whole / "checkpoint.previous.pt", folder / "checkpoint.pt")
    return finish(*line, "--resume", "--epochs", 1)


def interrupt_late(number, moment):
    with OnTerminal(*command(LATE, "--resume")) as process:
        process.wait_for(moment)
        process.send(number)
        return {"status": process.end(), "stderr": process.shown}


def prepare():
    RUNS.mkdir(parents=True, exist_ok=True)
    SEEN.unlink(missing_ok=True)
    for folder in (WHOLE, HALF, LATE):
        shutil.rmtree(folder, ignore_errors=True)
    start = time.monotonic()
    whole = finish(*command(WHOLE))
    seen = {"seconds": time.monotonic() - start, "stdout": whole.stdout, "stderr": whole.stderr}
    only_first_epoch(WHOLE, HALF, *command(HALF))
    shutil.copytree(HALF, LATE)
    seen["SIGTERM"] = interrupt_late(signal.SIGTERM, "6/9")
    while checkpoints.state(LATE / "checkpoint.pt")["steps_done"] != 8:
        seen["SIGINT"] = interrupt_late(signal.SIGINT, "Epoch 2/2")
    SEEN.write_text(json.dumps(seen))


@functools.cache
def seen():
    return json.loads(SEEN.read_text())


def contents(folder):
    """All files of the folder by name, as far as two runs of the same options must agree."""
    files = {}
    for path in folder.iterdir():
        if path.name.startswith("checkpoint"):
            files[path.name] = checkpoints.comparable(path)
        elif path.name == "history.csv":
            files[path.name] = history(folder)
        elif path.name == "report.html":
            files[path.name] = report(folder)
        elif path.name != ".lock":
            files[path.name] = path.read_bytes()
    return files


def leftovers(folder):
    return [path.name for path in folder.iterdir() if path.name.endswith(".mnist-tmp")]


class RunCase(Case):
    @classmethod
    def setUpClass(cls):
        if not SEEN.exists():
            prepare()

    def copy(self, original):
        return shutil.copytree(original, self.new_folder() / original.name)

    def copy_before_the_last_long_step(self):
        folder = self.copy(LATE)
        (folder / "checkpoint.previous.pt").rename(folder / "checkpoint.pt")
        return folder

    def assert_done(self, folder):
        """The folder holds what an uninterrupted run leaves, to the byte, and nothing else."""
        found, expected = contents(folder), contents(WHOLE)
        self.assertEqual(sorted(found), sorted(expected))
        for name in [*OUTPUTS, "checkpoint.pt"]:
            self.assertTrue(found[name] == expected[name], f"{name} differs")

    def assert_resumes(self, folder):
        result = self.assert_succeeded(resume(folder))
        self.assert_done(folder)
        return result

    def assert_old_or_new(self, folder):
        """Each file is that of LATE or of the finished run, and whole; returns which are new."""
        old, new = contents(LATE), contents(WHOLE)
        new["checkpoint.previous.pt"] = old["checkpoint.pt"]
        is_new = {}
        for name, found in contents(folder).items():
            if not name.endswith(".mnist-tmp"):
                # That is written after the second epoch, too, and then again.
                between = name == "report.html" and "under way: 2 of 2" in found
                self.assertTrue(between or found in (old[name], new[name]), f"{name} is neither")
                is_new[name] = found == new[name]
        return is_new


if __name__ == "__main__":
    prepare()
