"""Company: how much longer an epoch takes beside processes that compute."""

import contextlib
import statistics
import subprocess
import sys

from common import THREADS, first_epoch, peer, print_table, run, say, shared_options, train

COMPANY = (0, 1, 2, 4)  # processes, on the cores that the programs' two threads have too


@contextlib.contextmanager
def computing(count):
    """`count` processes that each want a core all the time."""
    processes = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(count)]
    try:
        yield
    finally:
        for process in processes:
            process.kill()
            process.wait()


def bench(rounds):
    keras = peer("keras_mnist.py", "--epochs", 1, *shared_options())
    programs = {
        "Keras": lambda: first_epoch(run(keras).stdout),
        "mnist": lambda: train("--epochs", 1, "--threads", THREADS).epochs[0],
    }
    seconds = {(name, count): [] for name in programs for count in COMPANY}
    for number in range(rounds):
        for count in COMPANY:
            for name, measure in programs.items():
                with computing(count):
                    seconds[name, count].append(measure())
                last = seconds[name, count][-1]
                say(f"round {number + 1}/{rounds}: {name}, beside {count}: {last:.2f} s")

    def cell(name, count):
        alone = statistics.median(seconds[name, 0])
        median = statistics.median(seconds[name, count])
        return f"{median:.1f}" + (f" ({median / alone:.1f}×)" if count else "")

    print("### In company\n")
    print_table(
        ["s/epoch", "alone", *(f"beside {count}" for count in COMPANY[1:])],
        [[name, *(cell(name, count) for count in COMPANY)] for name in programs],
    )
