"""Takes saved models from the program to Python, and from Python to the program.

usage: MNIST=path/to/mnist MNIST_DATA=path/to/data python3 load_model_test.py
Exits with 77 where Python has no PyTorch.
"""

import csv
import json
import os
import pathlib
import sys
import tempfile
import unittest

try:
    import torch
except ImportError:
    print("skipped: this Python has no PyTorch")
    sys.exit(77)

from program import run

DATA = pathlib.Path(os.environ["MNIST_DATA"])


def answers_in(folder):
    with open(pathlib.Path(folder, "predictions.csv"), newline="") as file:
        rows = list(csv.DictReader(file))
    return torch.tensor([[float(row[f"p{i}"]) for i in range(10)] for row in rows])


class FromProgramToPython(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        result = run("train", "--output", folder.name, "--epochs", 1, "--batch-size", 500)
        assert result.returncode == 0, result.stderr
        cls.extra_files = {"metadata.json": ""}
        cls.model = torch.jit.load(
            pathlib.Path(folder.name, "model.pt"), _extra_files=cls.extra_files
        )
        cls.expected = answers_in(folder.name)

    def test_python_gives_the_probabilities_of_predictions_csv(self):
        pixels = bytearray((DATA / "t10k-images-idx3-ubyte").read_bytes()[16:])
        images = torch.frombuffer(pixels, dtype=torch.uint8).reshape(-1, 1, 28, 28) / 255
        with torch.no_grad():
            found = self.model(images)
        self.assertEqual(len(self.expected), 10000)
        self.assertLess((found - self.expected).abs().max().item(), 1e-5)

    def test_python_reads_the_metadata(self):
        metadata = json.loads(self.extra_files["metadata.json"])
        self.assertEqual(metadata["class_names"][7], "7")
        self.assertEqual(metadata["options"]["batch_size"], 500)
        right = self.expected.argmax(1) == torch.frombuffer(
            bytearray((DATA / "t10k-labels-idx1-ubyte").read_bytes()[8:]), dtype=torch.uint8
        )
        self.assertAlmostEqual(metadata["metrics"]["accuracy"], right.double().mean().item())


class FromPythonToProgram(unittest.TestCase):
    """Models that Python made, with its own layers and habits."""

    def setUp(self):
        torch.manual_seed(1)
        self.logits = torch.nn.Sequential(
            torch.nn.Conv2d(1, 4, 5), torch.nn.ReLU(), torch.nn.Flatten(), torch.nn.Linear(2304, 10)
        )
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.path = self.folder / "model.pt"

    def evaluate(self):
        return run("evaluate", "--model", self.path, "--output", self.folder)

    def test_logits_log_probabilities_and_probabilities_give_the_same(self):
        answers = []
        for last in (torch.nn.Identity(), torch.nn.LogSoftmax(1), torch.nn.Softmax(1)):
            torch.jit.script(torch.nn.Sequential(self.logits, last)).save(self.path)
            result = self.evaluate()
            self.assertEqual(result.returncode, 0, result.stderr)
            answers.append(answers_in(self.folder))
        self.assertLess((answers[0] - answers[1]).abs().max().item(), 1e-6)
        self.assertLess((answers[0] - answers[2]).abs().max().item(), 1e-6)

    def test_what_is_no_classifier_of_ours_is_refused_in_one_line(self):
        state_dict = self.folder / "state_dict.pt"
        torch.save(self.logits.state_dict(), state_dict)
        self.path.write_bytes(state_dict.read_bytes())
        self.refused("pickled tensors without code")
        torch.jit.script(torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Linear(784, 9))).save(
            self.path
        )
        self.refused("[7, 9]: expected floating-point numbers [7, 10]")
        torch.jit.script(torch.nn.Conv2d(3, 10, 28)).save(self.path)
        self.refused("cannot classify float32 images [7, 1, 28, 28]")
        torch.jit.trace(self.logits, torch.zeros(1, 1, 28, 28)).save(self.path)
        self.assertEqual(self.evaluate().returncode, 0)

    def refused(self, why):
        result = self.evaluate()
        self.assertEqual((result.returncode, result.stdout), (1, ""))
        self.assertRegex(result.stderr, r"^mnist: [^\n]+\n$")
        self.assertIn(why, result.stderr)


if __name__ == "__main__":
    unittest.main()
