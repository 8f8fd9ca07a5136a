"""Exports the fuzz test's models to ONNX, damaged files and odd graphs, and asks onnx's checker about each.

usage: [MNIST_FULL=1] python3 onnx_odd_test.py ONNX_INPUTS
Exits with 77 where Python has no onnx.
"""

import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

try:
    import onnx
except ImportError:
    print("skipped: this Python has no onnx")
    sys.exit(77)

ONNX_INPUTS = sys.argv.pop(1)
CORPUS = pathlib.Path(__file__).resolve().parent / "fuzz" / "corpus" / "onnx"
COUNT = 20_000 if os.environ.get("MNIST_FULL", "0") != "0" else 300


class Odd(unittest.TestCase):
    def test_each_is_refused_or_a_file_that_onnx_takes(self):
        seeds = sorted(CORPUS.iterdir())
        with tempfile.TemporaryDirectory(prefix="mnist onnx ") as folder:
            result = subprocess.run(
                [ONNX_INPUTS, str(COUNT), *seeds],
                capture_output=True,
                text=True,
                env={**os.environ, "ONNX_FUZZ_FOLDER": folder},
            )
            self.assertEqual((result.returncode, result.stdout), (0, ""), result.stderr[-500:])
            exported = sorted(pathlib.Path(folder).glob("*.onnx"))
            print(f"{len(exported)} of {COUNT + len(seeds)} exported")
            self.assertGreater(len(exported), COUNT // 4)
            for path in exported:
                with self.subTest(path.with_suffix(".py").read_text()):
                    onnx.checker.check_model(onnx.load(path), full_check=True)


if __name__ == "__main__":
    unittest.main()
