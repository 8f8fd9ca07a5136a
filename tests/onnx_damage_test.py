"""Damages TorchScript files, their bytes and their code, and exports what is left to ONNX.

usage: [MNIST_FULL=1] python3 onnx_damage_test.py TO_ONNX
Whatever comes in: one line or a file, and no file that onnx's checker refuses. Exits with 77 where Python
has no onnx.
"""

import os
import pathlib
import random
import re
import subprocess
import sys
import tempfile
import unittest
import zipfile

try:
    import onnx
except ImportError:
    print("skipped: this Python has no onnx")
    sys.exit(77)

TO_ONNX = sys.argv.pop(1)
MODEL = pathlib.Path(__file__).resolve().parent.parent / "models" / "mnist-cnn.pt"
COUNT = 2000 if os.environ.get("MNIST_FULL", "0") != "0" else 60
# Names of operators and other words that code may have in the place of its own.
WORDS = """relu sigmoid softmax flatten conv2d linear max_pool2d avg_pool2d dropout_ reshape view size dim sum
sort rand True False None [] [0] [-1] [2] [1,1,1] 0 -1 1 3 1000000000000 0.5 1e30""".split()


def flipped(random_, data):
    data = bytearray(data)
    for _ in range(random_.randint(1, 4)):
        data[random_.randrange(len(data))] ^= 1 << random_.randrange(8)
    return bytes(data)


def with_other_code(random_, source, target):
    """The model with a word of its code, or several, exchanged for another."""
    with zipfile.ZipFile(source) as model, zipfile.ZipFile(target, "w") as file:
        for name in model.namelist():
            content = model.read(name)
            if name.endswith(".py"):
                text = content.decode()
                for _ in range(random_.randint(1, 2)):
                    word = random_.choice(list(re.finditer(r"(?<=torch\.)\w+|\b\d+\b|\bTrue\b|\[[^]]*\]", text)))
                    text = text[: word.start()] + random_.choice(WORDS) + text[word.end() :]
                content = text.encode()
            if name.endswith(".debug_pkl"):
                continue
            file.writestr(name, content)


class Damage(unittest.TestCase):
    def check(self, make):
        with tempfile.TemporaryDirectory(prefix="mnist onnx ") as folder:
            paths = [pathlib.Path(folder, f"{i}.pt") for i in range(COUNT)]
            for i, path in enumerate(paths):
                make(random.Random(i), path)
            result = subprocess.run([TO_ONNX, "1,1,28,28", *paths], capture_output=True, text=True)
            self.assertEqual((result.returncode, result.stderr[-500:]), (0, ""), result.stdout[-500:])
            exported = [path for path in paths if pathlib.Path(f"{path}.onnx").exists()]
            self.assertEqual(len(result.stdout.splitlines()) + len(exported), COUNT)
            for path in exported:
                onnx.checker.check_model(onnx.load(f"{path}.onnx"), full_check=True)

    def test_bytes(self):
        data = MODEL.read_bytes()
        self.check(lambda random_, path: path.write_bytes(flipped(random_, data)))

    def test_ends(self):
        data = MODEL.read_bytes()
        self.check(lambda random_, path: path.write_bytes(data[: random_.randrange(len(data))]))

    def test_code(self):
        self.check(lambda random_, path: with_other_code(random_, MODEL, path))


if __name__ == "__main__":
    unittest.main()
