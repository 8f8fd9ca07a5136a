"""Trainings with settings that few people choose: each ends with its model.

usage: MNIST=path/to/mnist MNIST_DATA=path/to/data python3 odd_settings_test.py

A few short ones; with MNIST_FULL=1 also those that take hours.
"""

import json
import os
import pathlib
import tempfile
import unittest

from program import run

FULL = os.environ.get("MNIST_FULL", "0") != "0"

# A training on 600 images unless they say otherwise.
SHORT = [
    "--recipe fast --learning-rate 10",
    "--recipe fast --epochs 3 --learning-rate 0.1 --schedule one-cycle --batch-size 1",
    "--epochs 1 --learning-rate 1e-9 --seed 9223372036854775807 --threads 1",
    "--epochs 4 --early-stopping 1 --learning-rate 1 --batch-size 60000 --threads 3",
    "--epochs 1 --batch-size 599 --seed 0 --reproducible",
]
LONG = [
    "--validation-split 0 --recipe fast --epochs 25",
    "--validation-split 0 --recipe fast --epochs 60",
    "--validation-split 0.1 --epochs 40",
    "--validation-split 0.1 --recipe fast --epochs 1 --batch-size 1",
    "--validation-split 0 --epochs 1 --batch-size 60000",
    "--validation-split 1e-5 --recipe fast --epochs 1",
    "--validation-split 0.1 --recipe fast --epochs 20 --early-stopping 2",
    "--epochs 300",
    "--epochs 1 --threads 64",
    *(
        f"--validation-split 0.1 --recipe {recipe} --schedule {schedule} --epochs 2 "
        f"--learning-rate {rate}"
        for recipe in ("fast", "tutorial")
        for schedule in ("constant", "one-cycle")
        for rate in ("1e-9", "1e-6", "0.03", "0.3", "1", "10")
    ),
]


class OddSettings(unittest.TestCase):
    def test_a_training_ends_with_a_model_of_the_accuracy_in_its_metrics(self):
        for options in [*SHORT, *(LONG if FULL else [])]:
            with self.subTest(options), tempfile.TemporaryDirectory(prefix="mnist ") as name:
                folder = pathlib.Path(name)
                # Of an option given twice the last counts.
                line = ["train", "--output", folder, "--validation-split", "0.99", *options.split()]
                training = run(*line, timeout=None if FULL else 600)
                self.assertEqual(training.returncode, 0, training.stderr)
                metrics = json.loads((folder / "metrics.json").read_text())
                evaluation = run("evaluate", "--model", folder / "model.pt", "--json")
                self.assertEqual(evaluation.returncode, 0, evaluation.stderr)
                self.assertEqual(json.loads(evaluation.stdout)["accuracy"], metrics["accuracy"])
                history = (folder / "history.csv").read_text().splitlines()
                self.assertRegex(history[-1], r"^\d+(,[0-9.e+-]+){2},")

    def test_settings_that_leave_nothing_to_learn_from_are_one_line_before_the_first_step(self):
        for options in (["--validation-split", "1"], ["--learning-rate", "nan"]):
            with self.subTest(options), tempfile.TemporaryDirectory(prefix="mnist ") as name:
                training = run("train", "--output", name, *options)
                self.assertIn(training.returncode, (1, 2))
                self.assertRegex(training.stderr, r"^mnist: [^\n]+\n$")
                self.assertFalse(pathlib.Path(name, "checkpoint.pt").exists())


if __name__ == "__main__":
    unittest.main()
