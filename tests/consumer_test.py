"""The pretrained model gives the same answers in this program and in those that know nothing of it.

usage: see program.py; the argument is the path of classify
The Python program takes part where Python has PyTorch.
"""

import csv
import importlib.util
import pathlib
import subprocess
import sys
import tempfile
import unittest

from program import DATA, run
from results import predictions, probabilities

IMAGES = DATA / "t10k-images-idx3-ubyte"
MODELS = pathlib.Path(__file__).resolve().parent.parent / "models"
MODEL = MODELS / "mnist-cnn.pt"
CLASSIFY = sys.argv.pop(1)


def answers_of(*program):
    output = subprocess.run(
        [*program, MODEL, IMAGES], check=True, capture_output=True, text=True
    ).stdout
    return [list(map(float, row)) for row in csv.reader(output.splitlines())]


class Consumer(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        with tempfile.TemporaryDirectory() as folder:
            run("evaluate", "--model", MODEL, "--output", folder).check_returncode()
            rows = predictions(pathlib.Path(folder))
        cls.labels = [int(row["label"]) for row in rows]
        cls.expected = [[float(row["prediction"]), *probabilities(row)] for row in rows]

    def assert_same(self, found):
        self.assertEqual(len(found), 10000)
        self.assertEqual([row[0] for row in found], [row[0] for row in self.expected])
        difference = max(
            abs(a - b) for row, other in zip(found, self.expected) for a, b in zip(row, other)
        )
        # Roundings of sums of some hundred products, in other orders.
        self.assertLessEqual(difference, 5e-6)

    def test_the_pretrained_model_is_as_accurate_as_its_card_says(self):
        right = sum(label == row[0] for label, row in zip(self.labels, self.expected))
        card = (MODELS / "README.md").read_text()
        self.assertIn(f"Test accuracy: {right / 10000:.4f}", card)

    def test_the_cpp_program_gives_the_same_answers(self):
        self.assert_same(answers_of(CLASSIFY))

    @unittest.skipUnless(importlib.util.find_spec("torch"), "this Python has no PyTorch")
    def test_the_python_program_gives_the_same_answers(self):
        self.assert_same(answers_of(sys.executable, MODELS / "consumer" / "classify.py"))

    def test_the_programs_are_as_short_as_they_look(self):
        for name, lines in (("classify.cpp", 40), ("classify.py", 20)):
            text = (MODELS / "consumer" / name).read_text()
            self.assertLessEqual(text.count("\n"), lines, name)


if __name__ == "__main__":
    unittest.main()
