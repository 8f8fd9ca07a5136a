"""Training: the seconds of an epoch."""

import pathlib
import statistics

from common import (
    BUILT,
    DATA,
    THREADS,
    first_epoch,
    peer,
    print_table,
    ratios,
    rotated,
    run,
    say,
    shared_options,
    train,
)

# Operations an image of the dense network: two for each product of the convolutions and linear layers.
FIRST_LAYER = 2 * 26 * 26 * 32 * 9
OTHER_LAYERS = 2 * (11 * 11 * 64 * 9 * 32 + 1600 * 128 + 128 * 10)
FORWARD = FIRST_LAYER + OTHER_LAYERS
# The backward pass multiplies for the weights and for the input, which the first layer has no use for.
FORWARD_AND_BACKWARD = 2 * FIRST_LAYER + 3 * OTHER_LAYERS


def trainers():
    """Name: (what measures an epoch's seconds, threads)."""

    def printed(command):
        return lambda: first_epoch(run(command).stdout)

    def python(script, *arguments):
        return printed(peer(script, "--epochs", 1, *shared_options(), *arguments))

    def own(threads):
        return lambda: train("--epochs", 1, "--threads", threads).epochs[0]

    return {
        "Keras": (python("keras_mnist.py"), THREADS),
        "PyTorch, DataLoader": (python("pytorch_mnist.py"), THREADS),
        "PyTorch, indexed batches, channels-last, fused Adam": (
            python("pytorch_mnist.py", "--tuned"),
            THREADS,
        ),
        "LibTorch, as pytorch/examples": (
            printed([BUILT / "libtorch_example", DATA, 1, THREADS]),
            THREADS,
        ),
        "mnist": (own(THREADS), THREADS),
        "mnist, 1 thread": (own(1), 1),
    }


def bench(rounds):
    labels = pathlib.Path(DATA, "train-labels-idx1-ubyte").stat().st_size - 8
    trained = labels * 9 // 10
    operations = trained * FORWARD_AND_BACKWARD + (labels - trained) * FORWARD

    programs = trainers()
    seconds = {name: [] for name in programs}
    peaks = {threads: [] for _, threads in programs.values()}
    for number in range(rounds):
        for threads, values in peaks.items():
            stdout = run(peer("matmul.py", *shared_options(threads))).stdout
            values.append(float(stdout.split()[0]))
            say(f"round {number + 1}/{rounds}: matrix product, {threads} threads: {stdout.strip()}")
        for name in rotated(programs, number):
            seconds[name].append(programs[name][0]())
            say(f"round {number + 1}/{rounds}: {name}: {seconds[name][-1]:.2f} s")

    rows = []
    for name, (_, threads) in programs.items():
        of_peak = [operations / s / (peak * 1e9) for s, peak in zip(seconds[name], peaks[threads])]
        rows.append(
            [
                name,
                f"{statistics.median(seconds[name]):.1f}",
                ratios(seconds[name], seconds["Keras"]),
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
