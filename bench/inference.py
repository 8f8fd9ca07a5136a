"""Inference: the 10,000 test images, in batches and as a whole process."""

import pathlib
import re
import statistics
import sys
import tempfile

from common import (
    BUILT,
    DATA,
    MNIST,
    MODEL,
    THREADS,
    found,
    peer,
    print_table,
    rotated,
    run,
    say,
    shared_options,
    with_spread,
)

BATCHES = (1, 32, 500)


def bench(rounds):
    with tempfile.TemporaryDirectory() as folder:
        run(peer("convert.py", MODEL, folder))
        peers = {
            "PyTorch": ("torch", MODEL),
            "Keras": ("keras", pathlib.Path(folder, "cnn.npz")),
            "ONNX Runtime": ("onnx", pathlib.Path(folder, "cnn.onnx")),
        }
        whole = {"mnist evaluate": [MNIST, "evaluate", "--model", MODEL, *shared_options()]}
        batched = {"mnist": [BUILT / "inference", DATA, MODEL, THREADS, *BATCHES]}
        for name, (runtime, model) in peers.items():
            whole[name] = peer("inference.py", runtime, model, *shared_options())
            batched[name] = [*whole[name], "--batches", *BATCHES]
        rates = {name: {batch: [] for batch in BATCHES} for name in batched}
        seconds = {name: [] for name in whole}
        accuracies = set()
        for number in range(rounds):
            for name in rotated(whole, number):
                done = run(whole[name])
                accuracies.add(found(r"accuracy: ([\d.]+)", done.stdout))
                seconds[name].append(done.seconds)
                say(f"round {number + 1}/{rounds}: {name}, whole process: {done.seconds:.2f} s")
            for name in rotated(batched, number):
                stdout = run(batched[name]).stdout
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
