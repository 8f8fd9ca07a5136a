"""Loads the saved model in Python and compares it with the program's own predictions.

usage: MNIST=path/to/mnist MNIST_DATA=path/to/data python3 load_model_test.py
Exits with 77 where Python has no PyTorch.
"""

import csv
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

try:
    import torch
except ImportError:
    print("skipped: this Python has no PyTorch")
    sys.exit(77)

MNIST = os.environ["MNIST"]
DATA = pathlib.Path(os.environ["MNIST_DATA"])


class LoadModel(unittest.TestCase):
    def test_python_gives_the_probabilities_of_predictions_csv(self):
        with tempfile.TemporaryDirectory() as folder:
            subprocess.run(
                [MNIST, "train", "--output", folder, "--epochs", "1", "--batch-size", "500"],
                check=True,
                capture_output=True,
            )
            model = torch.jit.load(os.path.join(folder, "model.pt"))
            with open(os.path.join(folder, "predictions.csv"), newline="") as file:
                rows = list(csv.DictReader(file))
        expected = torch.tensor([[float(row[f"p{i}"]) for i in range(10)] for row in rows])
        pixels = bytearray((DATA / "t10k-images-idx3-ubyte").read_bytes()[16:])
        images = torch.frombuffer(pixels, dtype=torch.uint8).reshape(-1, 1, 28, 28).float() / 255
        with torch.no_grad():
            found = model(images)
        self.assertLess((found - expected).abs().max().item(), 1e-5)
        self.assertEqual(len(rows), 10000)


if __name__ == "__main__":
    unittest.main()
