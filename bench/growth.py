"""Cost as it grows: the seconds of an epoch and the peak memory of `mnist train`."""

import statistics

from common import (
    THREADS,
    first_epoch,
    peer,
    print_table,
    rotated,
    run,
    say,
    shared_options,
    train,
    with_spread,
)

DEFAULTS = {"--epochs": 1, "--threads": THREADS}
# What grows: its option, and the option's values by their names in the table. mnist takes no files of
# fewer images than MNIST's, so that a smaller training set is what --validation-split leaves of them.
GROWING = {
    "batch size": ("--batch-size", {str(size): size for size in (32, 128, 512, 1024, 4096)}),
    "threads": ("--threads", {"1": 1, "2": 2}),
    "images trained + held out": (
        "--validation-split",
        {
            "15,000 + 45,000": 0.75,
            "30,000 + 30,000": 0.5,
            "45,000 + 15,000": 0.25,
            "60,000 + 0": 0,
        },
    ),
    "epochs": ("--epochs", {"1": 1, "3": 3}),
}


def own(option, value):
    done = train(*(word for pair in (DEFAULTS | {option: value}).items() for word in pair))
    return statistics.mean(done.epochs), done.run.megabytes


def keras():
    done = run(peer("keras_mnist.py", "--epochs", 1, *shared_options()))
    return first_epoch(done.stdout), done.megabytes


def bench(rounds):
    tables = {
        title: {
            name: (lambda option=option, value=value: own(option, value))
            for name, value in values.items()
        }
        for title, (option, values) in GROWING.items()
    }
    tables["program"] = {"Keras": keras, "mnist": lambda: own("--epochs", 1)}
    results = {title: {name: [] for name in jobs} for title, jobs in tables.items()}
    for number in range(rounds):
        for title, jobs in tables.items():
            for name in rotated(jobs, number):
                seconds, megabytes = jobs[name]()
                results[title][name].append((seconds, megabytes))
                say(
                    f"round {number + 1}/{rounds}: {title} {name}: "
                    f"{seconds:.2f} s/epoch, {megabytes:.0f} MB"
                )

    print("### Cost as it grows\n")
    for title, by_name in results.items():
        rows = []
        for name, measured in by_name.items():
            seconds, megabytes = zip(*measured)
            rows.append([name, with_spread(seconds), f"{statistics.median(megabytes):,.0f}"])
        print_table([title, "s/epoch (min–max)", "peak memory, MB"], rows)
    print("All 60,000 images are loaded; the seconds include the validation of those held out.\n")
