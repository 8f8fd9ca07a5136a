"""Takes saved models from the program to Python, and from Python to the program.

usage: see program.py
Exits with 77 where Python has no PyTorch.
"""

import json
import sys
import unittest

try:
    import torch
except ImportError:
    print("skipped: this Python has no PyTorch")
    sys.exit(77)

from cases import Case
from program import DATA, run
from results import predictions, probabilities
from training_runs import WHOLE, RunCase


def answers_in(folder):
    return torch.tensor([probabilities(row) for row in predictions(folder)])


def bytes_of(name, header_size):
    content = (DATA / name).read_bytes()[header_size:]
    return torch.frombuffer(bytearray(content), dtype=torch.uint8)


class FromProgramToPython(RunCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.extra_files = {"metadata.json": ""}
        cls.model = torch.jit.load(WHOLE / "model.pt", _extra_files=cls.extra_files)
        cls.expected = answers_in(WHOLE)

    def test_python_gives_the_probabilities_of_predictions_csv(self):
        images = bytes_of("t10k-images-idx3-ubyte", 16).reshape(-1, 1, 28, 28) / 255
        with torch.no_grad():
            found = self.model(images)
        self.assertEqual(len(self.expected), 10000)
        self.assertLess((found - self.expected).abs().max().item(), 1e-5)

    def test_python_reads_the_metadata(self):
        metadata = json.loads(self.extra_files["metadata.json"])
        self.assertEqual(metadata["class_names"][7], "7")
        self.assertEqual(metadata["options"]["batch_size"], 7499)
        right = self.expected.argmax(1) == bytes_of("t10k-labels-idx1-ubyte", 8)
        self.assertAlmostEqual(metadata["metrics"]["accuracy"], right.double().mean().item())


class FromPythonToProgram(Case):
    """Models that Python made, with its own layers and habits."""

    def setUp(self):
        super().setUp()
        torch.manual_seed(1)
        self.logits = torch.nn.Sequential(
            torch.nn.Conv2d(1, 4, 5), torch.nn.ReLU(), torch.nn.Flatten(), torch.nn.Linear(2304, 10)
        )
        self.path = self.scratch / "model.pt"

    def evaluate(self):
        return run("evaluate", "--model", self.path, "--output", self.scratch)

    def refused(self, why):
        result = self.evaluate()
        self.assert_failed(result, why)
        self.assertEqual(result.stdout, "")

    def test_logits_log_probabilities_and_probabilities_give_the_same(self):
        answers = []
        for last in (torch.nn.Identity(), torch.nn.LogSoftmax(1), torch.nn.Softmax(1)):
            torch.jit.script(torch.nn.Sequential(self.logits, last)).save(self.path)
            self.assert_succeeded(self.evaluate())
            answers.append(answers_in(self.scratch))
        self.assertLess((answers[0] - answers[1]).abs().max().item(), 1e-6)
        self.assertLess((answers[0] - answers[2]).abs().max().item(), 1e-6)

    def test_a_model_that_was_traced_on_one_image_is_taken(self):
        torch.jit.trace(self.logits, torch.zeros(1, 1, 28, 28)).save(self.path)
        self.assert_succeeded(self.evaluate())

    def test_what_is_no_classifier_of_ours_is_refused_in_one_line(self):
        torch.save(self.logits.state_dict(), self.path)
        self.refused("pickled tensors without code")
        nine_classes = torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Linear(784, 9))
        torch.jit.script(nine_classes).save(self.path)
        self.refused("the data has 10 classes: expected 9, as many as the model")
        torch.jit.script(torch.nn.Conv2d(5, 10, 28)).save(self.path)
        self.refused("cannot classify float32 images [7, 1, 28, 28]")


if __name__ == "__main__":
    unittest.main()
