"""What the sections of the bench share: the programs, how they run, and how tables are printed."""

import csv
import json
import os
import pathlib
import re
import statistics
import subprocess
import sys
import tempfile
import time
import typing

ROOT = pathlib.Path(__file__).resolve().parent.parent
PEERS = ROOT / "bench" / "peers"
BUILT = ROOT / "build" / "bench"  # the C++ programs of bench/CMakeLists.txt
MNIST = ROOT / "build" / "release" / "app" / "mnist"
MODEL = ROOT / "models" / "mnist-cnn.pt"
DATA = os.environ.get("MNIST_DATA", str(ROOT / "data" / "mnist"))
THREADS = 2


def say(text):
    print(f"bench: {text}", file=sys.stderr, flush=True)


class Run(typing.NamedTuple):
    stdout: str
    seconds: float  # of the whole process
    megabytes: float  # the most memory that it held at once


def run(command):
    command = [str(word) for word in command]
    with tempfile.TemporaryFile("w+") as errors:  # TensorFlow and the BLAS talk on stderr
        start = time.perf_counter()
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=errors, text=True)
        stdout = process.stdout.read()
        _, status, usage = os.wait4(process.pid, 0)  # which alone tells this child's own peak
        seconds = time.perf_counter() - start
        process.stdout.close()
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode != 0:
            errors.seek(0)
            sys.exit(f"bench: failed: {' '.join(command)}\n{errors.read()[-2000:]}")
    return Run(stdout, seconds, usage.ru_maxrss * 1024 / 1e6)


class Training(typing.NamedTuple):
    run: Run
    epochs: list  # the seconds of each, validation included
    accuracy: float  # on the test set


def train(*options):
    """`mnist train` with these options."""
    with tempfile.TemporaryDirectory() as folder:
        output = pathlib.Path(folder)
        command = [MNIST, "train", "--data", DATA, "--output", output, "--verbose", 0, *options]
        done = run(command)
        with open(output / "history.csv", newline="") as history:
            epochs = [float(row["seconds"]) for row in csv.DictReader(history)]
        return Training(done, epochs, json.loads((output / "metrics.json").read_text())["accuracy"])


def peer(script, *arguments):
    return [sys.executable, PEERS / script, *arguments]


def shared_options(threads=THREADS):
    return ["--data", DATA, "--threads", threads]


def found(pattern, stdout):
    """What the group of `pattern` matches in a line's beginning."""
    match = re.search(f"^{pattern}", stdout, re.MULTILINE)
    if not match:
        sys.exit(f"bench: expected a line '{pattern}' in:\n{stdout[-2000:]}")
    return match[1]


def first_epoch(stdout):
    """The seconds that a peer prints for it."""
    return float(found(r"epoch 1: ([\d.]+)s", stdout))


def rotated(items, count):
    """A round begins with another program than the last."""
    items = list(items)
    return items[count % len(items) :] + items[: count % len(items)]


def print_table(header, rows):
    print("| " + " | ".join(header) + " |")
    print("|---" * len(header) + "|")
    for row in rows:
        print("| " + " | ".join(row) + " |")
    print(flush=True)


def with_spread(values, digits=2):
    median = statistics.median(values)
    return f"{median:.{digits}f} ({min(values):.{digits}f}–{max(values):.{digits}f})"


def ratios(values, reference):
    """Of each round."""
    return with_spread([own / other for own, other in zip(values, reference)])
