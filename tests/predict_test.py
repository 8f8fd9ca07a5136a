"""Reads pictures as users hand them in: made from MNIST's test images, drawn, and broken.

usage: see program.py; the argument is the path of make_pictures
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
import typing
import unittest
import zlib

try:
    from PIL import Image
except ImportError:
    Image = None

from cases import Case
from program import FULL, run

MAKE_PICTURES = pathlib.Path(sys.argv.pop(1)).resolve()
ROOT = pathlib.Path(__file__).resolve().parent.parent
SAMPLES = ROOT / "docs" / "pictures"
COUNT = 500 if FULL else 100


def predict(*arguments, **settings):
    return run("predict", *arguments, cwd=ROOT, **settings)  # where the pretrained model is found


def white_png(width, height):
    def chunk(name, content):
        checksum = zlib.crc32(name + content)
        return struct.pack(">I", len(content)) + name + content + struct.pack(">I", checksum)

    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    pixels = zlib.compress((b"\0" + b"\xff" * width) * height)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")
    )


class Answer(typing.NamedTuple):
    label: str  # the expected digits
    read: str
    unsure: bool = False

    def is_right(self):
        return self.label == self.read


def share(values):
    values = list(values)
    return sum(values) / len(values)


class Pictures(Case):
    def answers(self, *options, every_digit=False):
        """What is read on each of the pictures made with `options`."""
        folder = self.new_folder()
        subprocess.run([MAKE_PICTURES, "--output", folder, *map(str, options)], check=True)
        result = predict("--json", *(["--all"] if every_digit else []), folder)
        digits = {pathlib.Path(o["file"]).name: o.get("digits", []) for o in json.loads(result.stdout)}
        with open(folder / "labels.csv", newline="") as file:
            return [
                Answer(
                    row["label"],
                    "".join(str(digit["digit"]) for digit in digits[row["file"]]),
                    any(digit["unsure"] for digit in digits[row["file"]]),
                )
                for row in csv.DictReader(file)
            ]

    def test_digits_on_photographed_paper_are_read(self):
        answers = self.answers("--count", COUNT, "--seed", 21)
        self.assertEqual(len(answers), COUNT)
        self.assertGreaterEqual(share(a.is_right() for a in answers), 0.965)

    def test_enlarging_alone_costs_next_to_nothing(self):
        answers = self.answers("--count", COUNT, "--seed", 22, "--with", "none")
        originals = self.answers("--count", COUNT, "--seed", 22, "--originals")
        self.assertEqual(len(answers), len(originals))
        right = sum(a.is_right() for a in answers)
        self.assertGreaterEqual(right, sum(a.is_right() for a in originals) - 2)

    def test_pictures_as_people_take_them_are_read(self):
        kinds = "desk60,turned,framed,edgeborder3,chalk_lightframe,hardshadow,ruled60,grid150,tightcrop,alpha_whiteink"
        answers = self.answers("--kind", kinds, "--count", COUNT // 10, "--seed", 24)
        self.assertEqual(len(answers), 10 * (COUNT // 10))
        self.assertGreaterEqual(share(a.is_right() for a in answers), 0.95)
        self.assertGreaterEqual(share(a.is_right() for a in answers if not a.unsure), 0.98)
        self.assertLessEqual(share(a.unsure for a in answers if a.is_right()), 0.1)

    def test_lines_of_digits_are_read_in_order(self):
        answers = self.answers("--count", 40, "--seed", 23, "--strings", every_digit=True)
        digits = sum(len(a.label) for a in answers)
        right = sum(
            sum(one == other for one, other in zip(a.label, a.read))
            for a in answers
            if len(a.label) == len(a.read)
        )
        self.assertGreaterEqual(right / digits, 0.95)


class Samples(Case):
    def test_the_readmes_pictures_give_what_it_shows(self):
        result = predict("docs/pictures")
        self.assertEqual((result.returncode, result.stderr), (0, ""))
        readme = (ROOT / "README.md").read_text()
        lines = result.stdout.splitlines()
        self.assertEqual(len(lines), 4)
        for line in lines:
            # The next two digits are so improbable that their order is a matter of rounding.
            self.assertIn("\n" + line[: line.index(", then")], readme)

    def test_one_of_several_digits_is_unsure_and_says_why(self):
        result = predict(SAMPLES / "line.jpg")
        self.assertTrue(
            result.stdout.endswith("; unsure: another mark on the picture could be the digit\n")
        )
        ((digit,),) = [entry["digits"] for entry in json.loads(predict("--json", SAMPLES / "line.jpg").stdout)]
        self.assertEqual(digit["unsure"], True)
        self.assertEqual(digit["reason"], "another mark on the picture could be the digit")
        ((digit,),) = [entry["digits"] for entry in json.loads(predict("--json", SAMPLES / "chalk.jpg").stdout)]
        self.assertEqual((digit["unsure"], digit.get("reason")), (False, None))

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
        with open(SAMPLES / "pencil.jpg", "rb") as picture:
            result = self.assert_succeeded(predict("-", stdin=picture))
        self.assertRegex(result.stdout, r"^-: 4 \([01]\.\d{4}\), then \d \(.*\), \d \(.*\)\n$")

    def test_standard_input_is_read_up_to_its_limit(self):
        with subprocess.Popen(["head", "-c", "400M", "/dev/zero"], stdout=subprocess.PIPE) as input:
            result = predict("-", stdin=input.stdout)
            input.stdout.close()
        self.assert_failed(result, "the standard input has more than 268435456 bytes: expected")

    def test_show_draws_28_lines(self):
        result = predict("--show", "--color", "never", SAMPLES / "pencil.jpg")
        drawing = result.stdout.splitlines()[1:]
        self.assertEqual([len(line) for line in drawing], [56] * 28)
        self.assertIn("@", "".join(drawing))
        coloured = predict("--show", "--color", "always", SAMPLES / "pencil.jpg").stdout
        self.assertEqual(coloured.count("▀"), 28 * 14)

    def test_show_steps_draws_each_step_by_its_name(self):
        result = predict("--show=steps", "--color", "never", SAMPLES / "pencil.jpg")
        lines = result.stdout.splitlines()
        names = [line.split(", ")[1] for line in lines if line.endswith(":") and ", " in line]
        self.assertEqual(
            names,
            ["picture:", "in even light:", "paper:", "paper without lines:", "ink:", "marks:"],
        )
        self.assertLessEqual(max(map(len, lines)), 80 + len(str(SAMPLES)))
        alone = predict("--show", "--color", "never", SAMPLES / "pencil.jpg").stdout
        self.assertTrue(result.stdout.endswith(alone))
        blank = self.scratch / "blank.png"
        blank.write_bytes(white_png(40, 30))
        result = predict("--show=steps", blank)
        self.assertEqual(result.returncode, 1)
        self.assertIn("marks:", result.stdout)

    def test_a_bad_file_does_not_stop_the_others(self):
        folder = self.scratch
        (folder / "empty").mkdir()
        (folder / "text.png").write_text("no picture")
        (folder / "cut.jpg").write_bytes((SAMPLES / "chalk.jpg").read_bytes()[:5000])
        os.mkfifo(folder / "pipe.png")
        shutil.copy(SAMPLES / "marker.jpg", folder / "good.jpg")
        result = predict(folder, folder / "none.png", folder / "empty", SAMPLES / "chalk.jpg")
        self.assertEqual(result.returncode, 1)
        self.assertEqual(len(result.stdout.splitlines()), 2, result.stdout)
        errors = result.stderr.splitlines()
        self.assertEqual(len(errors), 5, errors)
        for name in ("text.png", "cut.jpg", "pipe.png", "none.png", "empty"):
            self.assertTrue(any(name in line for line in errors), name)

    def test_a_folder_that_cannot_be_read_does_not_stop_the_others(self):
        locked = self.scratch / "locked"
        locked.mkdir(mode=0)
        # Root may read any folder, unless it is held to what a file's owner may.
        within = ["setpriv", "--bounding-set=-dac_override,-dac_read_search"]
        if os.geteuid() != 0:
            within = []
        elif subprocess.run([*within, "true"]).returncode != 0:
            self.skipTest("no right can be taken from root here")
        result = predict(locked, SAMPLES / "chalk.jpg", within=within)
        self.assert_failed(result, f"cannot read the folder '{locked}': Permission denied")
        self.assertEqual(len(result.stdout.splitlines()), 1, result.stdout)

    def test_a_blank_picture_says_so(self):
        path = self.scratch / "blank.png"
        path.write_bytes(white_png(40, 30))
        with open(path, "rb") as picture:
            result = predict("-", "--json", stdin=picture)
        self.assert_failed(result, "'-': ")
        (entry,) = json.loads(result.stdout)
        self.assertEqual(entry["file"], "-")
        self.assertIn("error", entry)


@unittest.skipUnless(Image, "Python has no Pillow")
class Formats(Case):
    def test_every_format_is_read_whatever_the_file_is_called(self):
        picture = Image.open(SAMPLES / "pencil.jpg")
        kinds = {
            "bmp": {},
            "gif": {},
            "jfif": {"format": "JPEG"},
            "JPE": {"format": "JPEG"},
            "pgm": {},
            "PNM": {"format": "PPM"},
            "ppm": {},
            "tif": {"compression": "tiff_lzw"},
            "TIFF": {"format": "TIFF", "compression": "jpeg"},
            "webp": {"quality": 90},
        }
        folder = self.new_folder()
        for number, (ending, settings) in enumerate(kinds.items()):
            picture.convert("RGB").save(folder / f"{number}.{ending}", **settings)
        stroke = Image.new("1", (120, 160), 1)
        stroke.paste(0, (54, 20, 67, 140))
        stroke.save(folder / "one.pbm")
        picture.save(folder / "misnamed.jpg", format="BMP")
        (folder / "none.txt").write_text("")
        result = self.assert_succeeded(predict(folder))
        lines = result.stdout.splitlines()
        self.assertEqual(len(lines), len(kinds) + 2, result.stdout)
        for line in lines:
            self.assertRegex(line, r"one\.pbm: 1 \(" if "one.pbm" in line else r": 4 \(")

    def test_answers_are_the_same_on_any_number_of_threads(self):
        folder = self.new_folder()
        subprocess.run([MAKE_PICTURES, "--output", folder, "--count", "70", "--seed", "24"], check=True)
        for number in (0, 11, 12, 40, 99):
            (folder / f"bad {number:02}.png").write_bytes(b"no picture")
        turned = Image.open(SAMPLES / "chalk.jpg").resize((2000, 1500))
        turned.save(folder / "large.webp")
        for form in (["--all"], ["--json"]):
            line = [*form, folder, folder / "none.bmp", SAMPLES / "chalk.jpg", folder / "bad 99.png"]
            one, two = (predict("--threads", count, *line) for count in (1, 2))
            self.assertEqual((one.returncode, len(one.stderr.splitlines())), (1, 7))
            self.assertEqual((two.returncode, two.stdout, two.stderr), (1, one.stdout, one.stderr))

    def test_a_picture_of_a_phone_is_told_how_to_be_read(self):
        path = self.scratch / "x.heic"
        path.write_bytes(b"\0\0\0\x18ftypheic\0\0\0\0mif1heic")
        # Its folder has a space in its name.
        told = f"convert it to JPEG or PNG first, for instance with heif-convert '{path}' '{path.with_suffix('.jpg')}'"
        self.assert_failed(predict(path), "is an HEIC image", told)


if __name__ == "__main__":
    unittest.main()
