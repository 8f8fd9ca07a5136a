"""Trains as users do: what the standard output and the folder of results hold.

usage: see program.py
"""

import csv
import pathlib
import re
import shutil
import tempfile
import unittest

import results
from program import OnTerminal, run
from training_runs import OUTPUTS, WHOLE, RunCase, seen


class Defaults(RunCase):
    def test_they_are_those_of_the_tutorial(self):
        with open(self.scratch / "stdout", "w+") as stdout:
            with OnTerminal("train", "--output", self.scratch, stdout=stdout) as process:
                process.wait_for(r"Epoch 1/10\r\n\r\x1b\[K *\d+/1688 ")
            stdout.seek(0)
            sizes = "54000 training images, 6000 for validation, 10000 test images\n"
            self.assertEqual(stdout.readline(), sizes)


class Tutorial(RunCase):
    """Two epochs, looked at from all sides."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.metrics = results.metrics(WHOLE)

    def test_it_leaves_its_files_alone(self):
        found = sorted(path.name for path in WHOLE.iterdir())
        self.assertEqual(found, [".lock", "checkpoint.previous.pt", "checkpoint.pt", *OUTPUTS])

    def test_stdout_has_the_sizes_the_summary_the_report_and_the_matrix(self):
        out = seen()["stdout"]
        self.assertIn("59994 training images, 6 for validation, 10000 test images", out)
        self.assertIn("Total parameters: 225,034", out)
        self.assertIn("precision    recall  f1-score   support", out)
        self.assertRegex(out, r"\n\[\[ *\d+( +\d+){9}\]\n")
        self.assertEqual(len(re.findall(r"^ {4}\d +\d +\d +[01]\.\d{4} ", out, re.M)), 10)

    def test_the_history_has_a_row_an_epoch(self):
        with open(WHOLE / "history.csv", newline="") as file:
            names, *rows = csv.reader(file)
        columns = ["epoch", "accuracy", "loss", "val_accuracy", "val_loss", "seconds"]
        self.assertEqual(names, columns)
        self.assertEqual([row[0] for row in rows], ["1", "2"])
        self.assertLess(float(rows[1][2]), float(rows[0][2]))

    def test_the_metrics_are_those_of_the_predictions(self):
        predictions = results.predictions(WHOLE)
        self.assertEqual(len(predictions), 10000)
        matrix = [[0] * 10 for _ in range(10)]
        for row in predictions:
            p = results.probabilities(row)
            self.assertAlmostEqual(sum(p), 1, places=5)
            self.assertEqual(int(row["prediction"]), p.index(max(p)))
            matrix[int(row["label"])][int(row["prediction"])] += 1
        right = sum(matrix[digit][digit] for digit in range(10))
        report = self.metrics["classification_report"]
        self.assertEqual(self.metrics["confusion_matrix"], matrix)
        self.assertEqual(self.metrics["accuracy"], right / 10000)
        self.assertEqual(report["accuracy"], right / 10000)
        self.assertEqual(report["7"]["recall"], matrix[7][7] / sum(matrix[7]))

    def test_the_metrics_say_how_to_run_it_again(self):
        self.assertEqual(self.metrics["options"]["seed"], 7)
        self.assertEqual(self.metrics["options"]["batch_size"], 7499)
        self.assertIn("libtorch", self.metrics["machine"]["versions"])
        self.assertEqual(len(self.metrics["data"]["train-images-idx3-ubyte"]), 64)

    def test_the_most_frequent_confusions_are_named(self):
        matrix = self.metrics["confusion_matrix"]
        pairs = [(-matrix[i][j], i, j) for i in range(10) for j in range(10) if i != j]
        expected = "".join(f"{i} taken for {j}: {-n}\n" for n, i, j in sorted(pairs)[:5])
        self.assertIn(expected, seen()["stdout"])


class Fast(unittest.TestCase):
    """One training by the recipe `fast`, with a profile."""

    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory(prefix="mnist train ")
        cls.addClassCleanup(folder.cleanup)
        cls.output = pathlib.Path(folder.name, "runs", "first")
        cls.line = ["train", "--recipe", "fast", "--batch-size", 2000, "--output", cls.output]
        cls.result = run(*cls.line, "--profile=operations")

    def test_a_recipe_brings_its_network_and_the_options_that_are_not_given(self):
        self.assertEqual(self.result.returncode, 0, self.result.stderr)
        self.assertRegex(self.result.stdout, r"conv1 \(Conv2d\) +\(N, 16, 24, 24\) +416")
        options = results.metrics(self.output)["options"]
        self.assertEqual((options["recipe"], options["schedule"]), ("fast", "one-cycle"))
        self.assertEqual((options["epochs"], options["batch_size"]), (1, 2000))

    def test_it_learns(self):
        self.assertGreater(results.metrics(self.output)["accuracy"], 0.9)

    def test_a_profile_has_a_row_a_phase_and_a_row_a_kernel(self):
        calls = {name: 30 for name in ("data", "forward", "backward", "optimizer", "mnist::adam")}
        for name, count in {**calls, "mnist::conv_relu_pool": 60}.items():
            # Name, seconds, share, calls, microseconds a call.
            row = rf"\n{name} +[\d.]+ +[\d.]+% +{count} +[\d.]+\n"
            self.assertRegex(self.result.stdout, row)

    def test_training_without_validation_leaves_its_columns_empty(self):
        self.assertIn("60000 training images, 0 for validation", self.result.stdout)
        self.assertNotIn("val_", self.result.stderr)
        row = (self.output / "history.csv").read_text().splitlines()[1]
        self.assertRegex(row, r"^1,[^,]+,[^,]+,,,[^,]+$")

    def test_more_epochs_are_on_record_where_the_learning_rate_depends_on_them(self):
        folder = shutil.copytree(self.output, self.output.parent / "more")
        more = run(*self.line, "--output", folder, "--epochs", 2, "--resume")
        self.assertEqual(more.returncode, 0, more.stderr)
        self.assertIn("note: options/epochs was 1 and is 2: going on with that\n", more.stderr)
        change = "options/epochs was 1 and is 2 after 1 epochs and 0 steps"
        self.assertEqual(results.metrics(folder)["changes"], [change])


if __name__ == "__main__":
    unittest.main()
