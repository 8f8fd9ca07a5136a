"""Time to 99%: from the start of a process until it has a network of that accuracy."""

import statistics

from common import (
    THREADS,
    found,
    peer,
    print_table,
    ratios,
    rotated,
    run,
    say,
    shared_options,
    train,
    with_spread,
)

SEEDS = (1, 2, 3, 4, 5)
# Keras needs about five of these epochs.
UNTIL = ("--until", 0.99, "--epochs", 30)


def with_mean(accuracies):
    return f"{statistics.mean(accuracies):.4f} ({min(accuracies):.4f}–{max(accuracies):.4f})"


def described(name, seed, seconds, accuracy):
    return f"{name}, seed {seed}: {seconds:.1f} s, accuracy {accuracy:.4f}"


def bench(rounds):
    keras, own, medians = [], [], []  # each run's (seconds, accuracy); each round's seconds
    for number in range(rounds):
        # Keras takes long, so that a round has one run of it, each with another seed.
        seed = SEEDS[number % len(SEEDS)]
        stdout = run(peer("keras_mnist.py", *UNTIL, *shared_options(), "--seed", seed)).stdout
        seconds = float(found(r"reached .* ([\d.]+)s", stdout))
        keras.append((seconds, float(found(r"accuracy: ([\d.]+)", stdout))))
        say(f"round {number + 1}/{rounds}: {described('Keras', seed, *keras[-1])}")
        for seed in rotated(SEEDS, number):
            done = train("--recipe", "fast", "--threads", THREADS, "--seed", seed)
            own.append((done.run.seconds, done.accuracy))
            say(f"round {number + 1}/{rounds}: {described('mnist', seed, *own[-1])}")
        medians.append(statistics.median(seconds for seconds, _ in own[-len(SEEDS) :]))

    print("### Time to 99%\n")
    rows = []
    for name, results, by_round in (
        ("Keras, until its validation accuracy is 0.99", keras, [s for s, _ in keras]),
        ("mnist train --recipe fast, the whole process", own, medians),
    ):
        seconds, accuracies = zip(*results)
        reference = [s for s, _ in keras]
        rows.append(
            [name, with_spread(seconds, 1), ratios(by_round, reference), with_mean(accuracies)]
        )
    print_table(
        ["program", "seconds (min–max)", "to Keras (min–max)", "test accuracy, mean (min–max)"],
        rows,
    )
