"""Command lines: the defaults, the help, and what is wrong on them or with the files they name.

usage: see program.py
"""

import json
import os
import pathlib
import unittest

from cases import Case
from program import run

ROOT = pathlib.Path(__file__).resolve().parent.parent
USAGE_ERRORS = [
    [],
    ["tarin"],
    ["train", "--epochs", "ten"],
    ["train", "--epochs", "0"],
    ["train", "--batch-size", "6000000000"],
    ["train", "--learning-rate", "0.01abc"],
    ["train", "--validation-split", "1"],
    ["train", "--device", "gpu"],
    ["train", "--verbose", "3"],
    ["train", "--no-such-option"],
    ["train", "stray"],
    ["train", "--color", "blue"],
    ["train", "--recipe", "fats"],
    ["train", "--schedule", "two-cycle"],
    ["train", "--profile=all"],
    ["evaluate", "--threads", "-1"],
    ["evaluate", "--model", ""],
    ["predict"],
    ["predict", "--json", "--csv", "picture.png"],
    ["predict", "--show", "--json", "picture.png"],
    ["predict", "--show", "--csv", "picture.png"],
    ["export"],
    ["export", "--torchscript", "model.pt", "--model", "a.pt", "--from-checkpoint", "runs"],
    ["export", "--triton", "repository", "--name", "../outside"],
]


class CommandLine(Case):
    def test_help_and_version_go_to_stdout(self):
        def check(_, *arguments):
            result = run(*arguments)
            self.assertEqual((result.returncode, result.stderr), (0, ""))
            self.assertIn("mnist", result.stdout)

        lines = [["--help"], ["train", "--help"], ["evaluate", "--help"], ["--version"]]
        self.each(((" ".join(line), *line) for line in lines), check)

    def test_a_wrong_command_line_is_one_line_and_status_2(self):
        def check(_, *arguments):
            result = run(*arguments)
            self.assert_failed(result, status=2)
            self.assertEqual((result.stdout, result.stderr.count("\n")), ("", 1))

        self.each(((" ".join(line), *line) for line in USAGE_ERRORS), check)

    def test_bad_files_are_one_line_and_status_1(self):
        def check(part, *arguments):
            result = run(*arguments)
            self.assert_failed(result, part)
            self.assertEqual((result.stdout, result.stderr.count("\n")), ("", 1))

        taken, missing = self.scratch / "taken", self.scratch / "none.pt"
        taken.write_text("a file")
        cases = [
            ("there is no data in", "train", "--data", self.scratch, "--output", self.new_folder()),
            ("found a file of another kind", "train", "--data", taken, "--output", self.new_folder()),
            ("cannot make the output folder", "train", "--output", taken),
            ("cannot make the output folder", "train", "--output", self.scratch / ("long" * 99)),
            ("it is not there", "evaluate", "--model", missing),
            ("it is not a zip archive", "evaluate", "--model", taken),
        ]
        self.each(cases, check)

    def test_a_full_standard_output_is_an_error(self):
        with open("/dev/full", "w") as full:
            self.assert_failed(run("info", stdout=full), "cannot write to the standard output")

    def test_a_published_model_is_the_default(self):
        result = self.assert_succeeded(run("evaluate", "--json", cwd=ROOT))
        self.assertGreater(json.loads(result.stdout)["accuracy"], 0.99)
        line = ["predict", "--json", "docs/pictures/pencil.jpg"]
        result = self.assert_succeeded(run(*line, cwd=ROOT))
        named = run(*line, "--model", "models/mnist-accurate.pt", cwd=ROOT)
        self.assertEqual(result.stdout, named.stdout)
        self.assert_failed(run("evaluate", MNIST_MODEL="none.pt"), "'none.pt'")
        self.assert_failed(run("predict", "x.png", MNIST_MODEL="none.pt"), "'none.pt'")

    def test_a_model_may_have_a_name_that_is_not_utf_8(self):
        model = self.scratch / os.fsdecode(b"m\xf6del.pt")
        model.symlink_to(ROOT / "models" / "mnist-cnn.pt")
        result = self.assert_succeeded(run("evaluate", "--json", "--model", model))
        options = json.loads(result.stdout)["options"]
        self.assertEqual(options["model"], str(self.scratch / "m\N{REPLACEMENT CHARACTER}del.pt"))

    def test_info_names_what_the_program_runs_on(self):
        result = self.assert_succeeded(run("info", "--threads", 1))
        for name in ("LibTorch", "processor", "CPU capability", "kernels", "BLAS", "devices"):
            self.assertRegex(result.stdout, rf"(?m)^{name} +\S")
        self.assertRegex(result.stdout, r"(?m)^threads +1 ")

    def test_the_default_threads_are_the_cores_in_the_affinity_mask(self):
        core = min(os.sched_getaffinity(0))
        result = run("info", within=["taskset", "--cpu-list", core])
        self.assertRegex(result.stdout, r"(?m)^threads +1 ")


if __name__ == "__main__":
    unittest.main()
