"""One prediction: the digit on a photo, as a whole process."""

import pathlib
import tempfile

from common import (
    MNIST,
    MODEL,
    ROOT,
    THREADS,
    found,
    peer,
    print_table,
    ratios,
    rotated,
    run,
    say,
    with_spread,
)

PICTURE = ROOT / "docs" / "pictures" / "pencil.jpg"


def bench(rounds):
    with tempfile.TemporaryDirectory() as folder:
        run(peer("convert.py", MODEL, folder))
        weights = pathlib.Path(folder, "cnn.npz")
        programs = {
            "Keras": peer("keras_predict.py", weights, THREADS, PICTURE),
            "mnist predict": [MNIST, "predict", "--model", MODEL, "--threads", THREADS, PICTURE],
        }
        seconds = {name: [] for name in programs}
        digits = {}
        for number in range(rounds):
            for name in rotated(programs, number):
                done = run(programs[name])
                seconds[name].append(done.seconds)
                digits[name] = found(r".*\.jpg: (\d) ", done.stdout)
                say(f"round {number + 1}/{rounds}: {name}: {done.seconds:.2f} s: {digits[name]}")

    print("### One prediction\n")
    print_table(
        [f"whole process, {PICTURE.name}", "seconds (min–max)", "to Keras (min–max)", "answer"],
        [
            [name, with_spread(values), ratios(values, seconds["Keras"]), digits[name]]
            for name, values in seconds.items()
        ],
    )
