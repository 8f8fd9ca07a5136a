"""Times mnist beside its peers and prints the tables of docs/performance.md; script/bench runs it.

Every program runs once a round, and a round's ratios are taken within it, so that what else the
machine does weighs on all alike. Python's standard library alone; the peers need their packages.
"""

import argparse
import importlib.metadata
import os
import time

import accurate
import company
import growth
import inference
import prediction
import serving
import to_99
import training
from common import MNIST, run, say

SECTIONS = {
    "training": training.bench,
    "accurate": accurate.bench,
    "company": company.bench,
    "to-99": to_99.bench,
    "growth": growth.bench,
    "inference": inference.bench,
    "prediction": prediction.bench,
    "serving": serving.bench,
}


def print_machine():
    packages = ("keras", "tensorflow-cpu", "torch", "onnxruntime", "fastapi")
    versions = ", ".join(f"{name} {importlib.metadata.version(name)}" for name in packages)
    info = run([MNIST, "info"]).stdout
    print(f"{time.strftime('%Y-%m-%d')}; {versions}; mnist:\n\n```\n{info.rstrip()}\n```\n")


def main():
    parser = argparse.ArgumentParser(prog="script/bench", description=__doc__)
    parser.add_argument("--rounds", type=int, default=3, help="default: 3")
    parser.add_argument(
        "--only",
        metavar="SECTION,…",
        default=",".join(SECTIONS),
        help="sections to run (default: %(default)s)",
    )
    options = parser.parse_args()
    if options.rounds < 1:
        parser.error("--rounds must be at least 1")
    sections = options.only.split(",")
    unknown = [name for name in sections if name not in SECTIONS]
    if unknown:
        parser.error(f"--only: no section {unknown[0]!r} (there are {', '.join(SECTIONS)})")

    load = os.getloadavg()[0]
    if load > 0.5:
        say(f"the machine is busy (load {load:.1f}): expect the numbers to be too high, and unsteady")
    print_machine()
    for name in sections:
        SECTIONS[name](options.rounds)


if __name__ == "__main__":
    main()
