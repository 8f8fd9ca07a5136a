"""Trainings with settings that few people choose: each ends with its model.

usage: see program.py; with MNIST_FULL=1 it takes hours
"""

import json
import unittest

from cases import Case
from program import FULL, run
from results import history, metrics

# A training on 600 images unless they say otherwise.
SHORT = [
    "--recipe fast --epochs 2 --learning-rate 10 --seed 0 --schedule one-cycle --batch-size 1",
    "--epochs 1 --learning-rate 1e-9 --seed 9223372036854775807 --threads 1 --batch-size 599 "
    "--reproducible",
    "--epochs 2 --early-stopping 1 --learning-rate 1 --batch-size 60000 --threads 64",
]
LONG = [
    "--epochs 4 --early-stopping 1 --learning-rate 1 --batch-size 60000 --threads 3",
    "--recipe fast --learning-rate 10",
    "--recipe fast --epochs 3 --learning-rate 0.1 --schedule one-cycle --batch-size 1",
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


class OddSettings(Case):
    def test_a_training_ends_with_a_model_of_the_accuracy_in_its_metrics(self):
        for options in [*SHORT, *(LONG if FULL else [])]:
            with self.subTest(options):
                folder = self.new_folder()
                # Of an option given twice the last counts.
                line = ["train", "--output", folder, "--validation-split", 0.99, *options.split()]
                self.assert_succeeded(run(*line, timeout=None if FULL else 600))
                evaluation = run("evaluate", "--model", folder / "model.pt", "--json")
                self.assert_succeeded(evaluation)
                self.assertEqual(
                    json.loads(evaluation.stdout)["accuracy"], metrics(folder)["accuracy"]
                )
                for number in history(folder)[-1][:3]:
                    self.assertRegex(number, r"^[0-9.e+-]+$")

    def test_settings_that_leave_nothing_to_learn_from_are_one_line_before_the_first_step(self):
        for options in (["--validation-split", 1], ["--learning-rate", "nan"]):
            with self.subTest(options):
                self.assert_failed(run("train", "--output", self.scratch, *options), status=2)
                self.assertEqual(list(self.scratch.iterdir()), [])


if __name__ == "__main__":
    unittest.main()
