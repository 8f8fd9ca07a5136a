"""Trains as users do: what the terminal, the standard output and the folder of results hold.

usage: see program.py
"""

import csv
import pathlib
import re
import tempfile
import unittest

import results
from program import OnTerminal, run


class Tutorial(unittest.TestCase):
    """One epoch, looked at from all sides."""

    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory(prefix="mnist train ")
        cls.addClassCleanup(folder.cleanup)
        cls.output = pathlib.Path(folder.name, "runs", "first")
        line = ["train", "--output", cls.output, "--epochs", 1, "--batch-size", 500, "--seed", 5]
        with tempfile.TemporaryFile("w+") as stdout, OnTerminal(*line, stdout=stdout) as process:
            cls.status = process.end()
            cls.stderr = process.shown
            stdout.seek(0)
            cls.stdout = stdout.read()
        cls.metrics = results.metrics(cls.output)

    def test_training_succeeds_and_leaves_its_files_alone(self):
        self.assertEqual(self.status, 0, self.stderr)
        saved = ["checkpoint.pt", "history.csv", "metrics.json", "model.pt", "predictions.csv"]
        found = sorted(path.name for path in self.output.iterdir())
        self.assertEqual(found, [".lock", *saved])

    def test_stdout_has_the_sizes_the_summary_the_report_and_the_matrix(self):
        out = self.stdout
        self.assertIn("54000 training images, 6000 for validation, 10000 test images", out)
        self.assertIn("Total parameters: 225,034", out)
        self.assertIn("precision    recall  f1-score   support", out)
        self.assertRegex(out, r"\n\[\[ *\d+( +\d+){9}\]\n")
        self.assertEqual(len(re.findall(r"^ {4}\d +\d +\d +[01]\.\d{4} ", out, re.M)), 10)

    def test_a_terminal_sees_a_bar_that_ends_with_the_epoch(self):
        self.assertIn("Epoch 1/1", self.stderr)
        self.assertRegex(self.stderr, r"\r\x1b\[K *\d+/108 \x1b\[32m━+\x1b\[90m━+\x1b\[0m \d+s ")
        self.assertRegex(
            self.stderr,
            r"108/108 \x1b\[32m━{20}\x1b\[90m\x1b\[0m \d+s \S+/step - accuracy: 0\.\d{4}"
            r" - loss: \d\.\d{4} - val_accuracy: 0\.\d{4} - val_loss: \d\.\d{4}\r\n$",
        )

    def test_the_history_has_a_row_an_epoch(self):
        with open(self.output / "history.csv", newline="") as file:
            names, *rows = csv.reader(file)
        self.assertEqual(
            names, ["epoch", "accuracy", "loss", "val_accuracy", "val_loss", "seconds"]
        )
        self.assertEqual([row[0] for row in rows], ["1"])
        self.assertGreater(float(rows[0][3]), 0.8)

    def test_the_metrics_are_those_of_the_predictions(self):
        predictions = results.predictions(self.output)
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
        self.assertEqual(self.metrics["options"]["seed"], 5)
        self.assertEqual(self.metrics["options"]["batch_size"], 500)
        self.assertIn("libtorch", self.metrics["machine"]["versions"])
        self.assertEqual(len(self.metrics["data"]["train-images-idx3-ubyte"]), 64)

    def test_the_most_frequent_confusions_are_named(self):
        matrix = self.metrics["confusion_matrix"]
        pairs = [(-matrix[i][j], i, j) for i in range(10) for j in range(10) if i != j]
        expected = "".join(f"{i} taken for {j}: {-n}\n" for n, i, j in sorted(pairs)[:5])
        self.assertIn(expected, self.stdout)


class Fast(unittest.TestCase):
    """One training by the recipe `fast`, with a profile."""

    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory(prefix="mnist train ")
        cls.addClassCleanup(folder.cleanup)
        cls.output = pathlib.Path(folder.name)
        cls.line = ["train", "--recipe", "fast", "--batch-size", 2000, "--output", cls.output]
        cls.result = run(*cls.line, "--profile=operations")

    def test_a_recipe_brings_its_network_and_the_options_that_are_not_given(self):
        self.assertEqual(self.result.returncode, 0, self.result.stderr)
        self.assertRegex(self.result.stdout, r"conv1 \(ConvReluPool\) +\(N, 16, 12, 12\) +416")
        options = results.metrics(self.output)["options"]
        self.assertEqual((options["recipe"], options["schedule"]), ("fast", "one-cycle"))
        self.assertEqual((options["epochs"], options["batch_size"]), (1, 2000))

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

    def test_more_epochs_are_refused_where_the_learning_rate_depends_on_them(self):
        more = run(*self.line, "--epochs", 2, "--resume")
        self.assertEqual(more.returncode, 1)
        self.assertIn("options/epochs was 1 and is 2", more.stderr)


if __name__ == "__main__":
    unittest.main()
