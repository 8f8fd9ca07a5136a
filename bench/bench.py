"""Times mnist beside its peers and prints the tables of docs/performance.md; script/bench runs it.

Every program runs once a round, and a round's ratios are taken within it, so that what else the
machine does weighs on all alike. Python's standard library alone; the peers need their packages.
"""

import argparse
import csv
import importlib.metadata
import os
import pathlib
import re
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
PEERS = ROOT / "bench" / "peers"
MNIST = ROOT / "build" / "release" / "app" / "mnist"
LIBTORCH_EXAMPLE = ROOT / "build" / "bench" / "libtorch_example"
MODEL = ROOT / "models" / "mnist-cnn.pt"
DATA = os.environ.get("MNIST_DATA", str(ROOT / "data" / "mnist"))
THREADS = 2
BATCHES = (1, 32, 500)

# Operations an image of the dense network: two for each product of the convolutions and linear layers.
FIRST_LAYER = 2 * 26 * 26 * 32 * 9
OTHER_LAYERS = 2 * (11 * 11 * 64 * 9 * 32 + 1600 * 128 + 128 * 10)
FORWARD = FIRST_LAYER + OTHER_LAYERS
# The backward pass multiplies for the weights and for the input, which the first layer has no use for.
FORWARD_AND_BACKWARD = 2 * FIRST_LAYER + 3 * OTHER_LAYERS


def say(text):
    print(f"bench: {text}", file=sys.stderr, flush=True)


def run(command):
    """Its stdout, and the seconds it took. TensorFlow and the BLAS talk on stderr."""
    command = [str(word) for word in command]
    start = time.perf_counter()
    done = subprocess.run(command, capture_output=True, text=True)
    seconds = time.perf_counter() - start
    if done.returncode != 0:
        sys.exit(f"bench: failed: {' '.join(command)}\n{done.stderr[-2000:]}")
    return done.stdout, seconds


def peer(script, *arguments):
    return [sys.executable, PEERS / script, *arguments]


def common(threads=THREADS):
    return ["--data", DATA, "--threads", threads]


def rotated(items, count):
    """A round begins with another program than the last."""
    items = list(items)
    return items[count % len(items) :] + items[: count % len(items)]


def print_table(header, rows):
    print("| " + " | ".join(header) + " |")
    print("|---" * len(header) + "|")
    for row in rows:
        print("| " + " | ".join(row) + " |")
    print()


def with_spread(values):
    return f"{statistics.median(values):.2f} ({min(values):.2f}–{max(values):.2f})"


def own_seconds(threads):
    with tempfile.TemporaryDirectory() as folder:
        train = [MNIST, "train", "--epochs", 1, "--output", folder, "--verbose", 0]
        run([*train, *common(threads)])
        with open(pathlib.Path(folder, "history.csv"), newline="") as history:
            return float(next(csv.DictReader(history))["seconds"])


def printed_seconds(command):
    stdout, _ = run(command)
    return float(re.search(r"^epoch 1: ([\d.]+)s", stdout, re.MULTILINE)[1])


def trainers():
    """Name: (what measures an epoch's seconds, threads)."""

    def python(script, *arguments):
        return lambda: printed_seconds(peer(script, "--epochs", 1, *common(), *arguments))

    return {
        "Keras": (python("keras_mnist.py"), THREADS),
        "PyTorch, DataLoader": (python("pytorch_mnist.py"), THREADS),
        "PyTorch, indexed batches, channels-last, fused Adam": (
            python("pytorch_mnist.py", "--tuned"),
            THREADS,
        ),
        "LibTorch, as pytorch/examples": (
            lambda: printed_seconds([LIBTORCH_EXAMPLE, DATA, 1, THREADS]),
            THREADS,
        ),
        "mnist": (lambda: own_seconds(THREADS), THREADS),
        "mnist, 1 thread": (lambda: own_seconds(1), 1),
    }


def bench_training(rounds):
    labels = pathlib.Path(DATA, "train-labels-idx1-ubyte").stat().st_size - 8
    trained = labels * 9 // 10
    operations = trained * FORWARD_AND_BACKWARD + (labels - trained) * FORWARD

    programs = trainers()
    seconds = {name: [] for name in programs}
    peaks = {threads: [] for _, threads in programs.values()}
    for number in range(rounds):
        for threads, values in peaks.items():
            stdout, _ = run(peer("matmul.py", *common(threads)))
            values.append(float(stdout.split()[0]))
            say(f"round {number + 1}/{rounds}: matrix product, {threads} threads: {stdout.strip()}")
        for name in rotated(programs, number):
            seconds[name].append(programs[name][0]())
            say(f"round {number + 1}/{rounds}: {name}: {seconds[name][-1]:.2f} s")

    rows = []
    for name, (_, threads) in programs.items():
        ratios = [own / keras for own, keras in zip(seconds[name], seconds["Keras"])]
        of_peak = [operations / s / (peak * 1e9) for s, peak in zip(seconds[name], peaks[threads])]
        rows.append(
            [
                name,
                f"{statistics.median(seconds[name]):.1f}",
                with_spread(ratios),
                f"{statistics.median(trained / s for s in seconds[name]):,.0f}",
                f"{statistics.median(of_peak):.0%}",
            ]
        )
    print("### Training\n")
    print_table(["program", "s/epoch", "to Keras (min–max)", "images/s", "of the peak"], rows)
    measured = ", ".join(
        f"{statistics.median(values):.0f} GFLOP/s with {threads} thread{'s' * (threads > 1)}"
        for threads, values in peaks.items()
    )
    print(f"The peak, a 4096³ matrix product: {measured}.\n")


def accuracy(stdout):
    return re.search(r"^accuracy: ([\d.]+)", stdout, re.MULTILINE)[1]


def bench_inference(rounds):
    with tempfile.TemporaryDirectory() as folder:
        run(peer("convert.py", MODEL, folder))
        peers = {
            "PyTorch": ("torch", MODEL),
            "Keras": ("keras", pathlib.Path(folder, "cnn.npz")),
            "ONNX Runtime": ("onnx", pathlib.Path(folder, "cnn.onnx")),
        }
        whole = {"mnist evaluate": [MNIST, "evaluate", "--model", MODEL, *common()]}
        for name, (runtime, model) in peers.items():
            whole[name] = peer("inference.py", runtime, model, *common())
        rates = {name: {batch: [] for batch in BATCHES} for name in peers}
        seconds = {name: [] for name in whole}
        accuracies = set()
        for number in range(rounds):
            for name in rotated(whole, number):
                stdout, took = run(whole[name])
                accuracies.add(accuracy(stdout))
                seconds[name].append(took)
                say(f"round {number + 1}/{rounds}: {name}, whole process: {took:.2f} s")
            for name in rotated(peers, number):
                stdout, _ = run([*whole[name], "--batches", *BATCHES])
                for batch, rate in re.findall(r"^batch (\d+): (\d+) images/s", stdout, re.MULTILINE):
                    rates[name][int(batch)].append(float(rate))
                    say(f"round {number + 1}/{rounds}: {name}, batch {batch}: {rate} images/s")
    if len(accuracies) != 1:
        sys.exit(f"bench: the programs do not agree on the accuracy: {', '.join(accuracies)}")

    print("### Inference\n")
    print_table(
        ["images/s", *(f"batch {batch}" for batch in BATCHES)],
        [
            [name, *(f"{statistics.median(values):,.0f}" for values in by_batch.values())]
            for name, by_batch in rates.items()
        ],
    )
    print_table(
        ["whole process, 10,000 images", "seconds (min–max)"],
        [[name, with_spread(values)] for name, values in seconds.items()],
    )
    print(f"All of them find the accuracy {accuracies.pop()}.\n")


def print_machine():
    packages = ("keras", "tensorflow-cpu", "torch", "onnxruntime")
    versions = ", ".join(f"{name} {importlib.metadata.version(name)}" for name in packages)
    info, _ = run([MNIST, "info"])
    print(f"{time.strftime('%Y-%m-%d')}; {versions}; mnist:\n\n```\n{info.rstrip()}\n```\n")


def main():
    parser = argparse.ArgumentParser(prog="script/bench", description=__doc__)
    parser.add_argument("--rounds", type=int, default=3, help="default: 3")
    options = parser.parse_args()
    if options.rounds < 1:
        parser.error("--rounds must be at least 1")

    load = os.getloadavg()[0]
    if load > 0.5:
        say(f"the machine is busy (load {load:.1f}): expect the numbers to be too high, and unsteady")
    print_machine()
    bench_training(options.rounds)
    bench_inference(options.rounds)


if __name__ == "__main__":
    main()
