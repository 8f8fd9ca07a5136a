"""Reads pictures as users hand them in: made from MNIST's test images, drawn, and broken.

usage: MNIST=path/to/mnist MNIST_DATA=path/to/data python3 predict_test.py path/to/make_pictures
"""

import csv
import io
import json
import os
import pathlib
import shutil
import struct
import subprocess
import sys
import tempfile
import unittest
import zlib

ROOT = pathlib.Path(__file__).parent.parent
MNIST = os.environ["MNIST"]
os.environ["MNIST_MODEL"] = str(ROOT / "models" / "mnist-cnn.pt")
MAKE_PICTURES = sys.argv.pop(1)
SAMPLES = ROOT / "docs" / "pictures"


def predict(*arguments, data=None):
    return subprocess.run(
        [MNIST, "predict", *map(str, arguments)], capture_output=True, input=data, timeout=600
    )


def white_png(width, height):
    def chunk(name, content):
        checksum = zlib.crc32(name + content)
        return struct.pack(">I", len(content)) + name + content + struct.pack(">I", checksum)

    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    pixels = zlib.compress((b"\0" + b"\xff" * width) * height)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")
    )


class Pictures(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="mnist, predict ")
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def answers(self, *options, all_digits=False):
        """The expected label and the digits read, for each of the pictures made with `options`."""
        subprocess.run([MAKE_PICTURES, "--output", self.folder, *options], check=True)
        result = predict("--csv", *(["--all"] if all_digits else []), self.folder)
        read = {}
        for row in csv.DictReader(io.StringIO(result.stdout.decode())):
            name = pathlib.Path(row["file"]).name
            read[name] = read.get(name, "") + row["digit"]
        with open(self.folder / "labels.csv", newline="") as file:
            return [(row["label"], read.get(row["file"], "")) for row in csv.DictReader(file)]

    def test_digits_on_photographed_paper_are_read(self):
        answers = self.answers("--count", "500", "--seed", "21")
        right = sum(label == digit for label, digit in answers)
        self.assertEqual(len(answers), 500)
        self.assertGreaterEqual(right / 500, 0.975)

    def test_enlarging_alone_costs_next_to_nothing(self):
        answers = self.answers("--count", "500", "--seed", "22", "--with", "none")
        right = sum(label == digit for label, digit in answers)
        originals = self.answers("--count", "500", "--seed", "22", "--originals")
        self.assertGreaterEqual(right, sum(label == digit for label, digit in originals) - 2)

    def test_lines_of_digits_are_read_in_order(self):
        answers = self.answers("--count", "60", "--seed", "23", "--strings", all_digits=True)
        digits = sum(len(label) for label, _ in answers)
        right = sum(
            sum(a == b for a, b in zip(label, read))
            for label, read in answers
            if len(label) == len(read)
        )
        self.assertGreaterEqual(right / digits, 0.95)


class Samples(unittest.TestCase):
    def test_the_readmes_pictures_give_what_it_shows(self):
        result = subprocess.run(
            [MNIST, "predict", "docs/pictures"], capture_output=True, text=True, cwd=ROOT
        )
        self.assertEqual((result.returncode, result.stderr), (0, ""))
        readme = (ROOT / "README.md").read_text()
        for line in result.stdout.splitlines():
            # The next two digits are so improbable that their order is a matter of rounding.
            self.assertIn("\n" + line[: line.index(", then")], readme)

    def test_json_has_the_digits_their_probabilities_and_boxes(self):
        result = predict("--json", "--all", SAMPLES / "line.jpg")
        (entry,) = json.loads(result.stdout)
        self.assertEqual("".join(str(digit["digit"]) for digit in entry["digits"]), "271828")
        for digit in entry["digits"]:
            self.assertAlmostEqual(sum(digit["probabilities"]), 1, places=5)
            self.assertEqual(digit["probability"], max(digit["probabilities"]))
            left, top, right, bottom = digit["box"]
            self.assertTrue(0 <= left < right and 0 <= top < bottom)

    def test_standard_input_is_read(self):
        result = predict("-", data=(SAMPLES / "pencil.jpg").read_bytes())
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertRegex(result.stdout, rb"^-: 4 \([01]\.\d{4}\), then \d \(.*\), \d \(.*\)\n$")

    def test_show_draws_28_lines(self):
        result = predict("--show", "--color", "never", SAMPLES / "pencil.jpg")
        drawing = result.stdout.decode().splitlines()[1:]
        self.assertEqual([len(line) for line in drawing], [56] * 28)
        self.assertIn("@", "".join(drawing))
        coloured = predict("--show", "--color", "always", SAMPLES / "pencil.jpg").stdout.decode()
        self.assertEqual(coloured.count("▀"), 28 * 14)

    def test_a_bad_file_does_not_stop_the_others(self):
        with tempfile.TemporaryDirectory() as folder:
            folder = pathlib.Path(folder)
            (folder / "empty").mkdir()
            (folder / "text.png").write_text("no picture")
            cut = folder / "cut.jpg"
            cut.write_bytes((SAMPLES / "chalk.jpg").read_bytes()[:5000])
            os.mkfifo(folder / "pipe.png")
            shutil.copy(SAMPLES / "marker.jpg", folder / "good.jpg")
            result = predict(folder, folder / "none.png", folder / "empty", SAMPLES / "chalk.jpg")
        self.assertEqual(result.returncode, 1)
        self.assertEqual(len(result.stdout.splitlines()), 2, result.stdout)
        errors = result.stderr.decode().splitlines()
        self.assertEqual(len(errors), 5, errors)
        for name in ("text.png", "cut.jpg", "pipe.png", "none.png", "empty"):
            self.assertTrue(any(name in line for line in errors), name)

    def test_a_blank_picture_says_so(self):
        result = predict("-", "--json", data=white_png(40, 30))
        self.assertEqual(result.returncode, 1)
        self.assertRegex(result.stderr, rb"^mnist: '-': [^\n]+\n$")
        (entry,) = json.loads(result.stdout)
        self.assertEqual(entry["file"], "-")
        self.assertIn("error", entry)


if __name__ == "__main__":
    unittest.main()
