"""What `cmake --install` leaves: a program that finds its model, and a library for other projects.

usage: [MNIST_DATA=path/to/data] python3 install_test.py BUILD_FOLDER [cmake option…]
The options are those that another project is configured with.
"""

import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parent.parent
DATA = os.environ.get("MNIST_DATA") or str(ROOT / "data" / "mnist")
BUILD, *OPTIONS = sys.argv[1:]
del sys.argv[1:]


def run(*arguments, **environment):
    variables = {key: value for key, value in os.environ.items() if not key.startswith("MNIST_")}
    return subprocess.run(
        [str(argument) for argument in arguments],
        capture_output=True,
        text=True,
        cwd="/",
        env={**variables, **environment},
    )


class Installed(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.scratch = tempfile.TemporaryDirectory(prefix="mnist installed ")
        cls.prefix = pathlib.Path(cls.scratch.name, "usr", "local")
        result = run("cmake", "--install", BUILD, "--prefix", cls.prefix)
        if result.returncode != 0:
            raise RuntimeError(result.stdout + result.stderr)

    @classmethod
    def tearDownClass(cls):
        cls.scratch.cleanup()

    def test_the_program_finds_its_model_from_any_folder(self):
        program = self.prefix / "bin" / "mnist"
        result = run(program, "predict", ROOT / "docs" / "pictures" / "pencil.jpg")
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertRegex(result.stdout, r"pencil\.jpg: 4 \(")
        evaluation = run(program, "evaluate", MNIST_DATA=DATA)
        self.assertEqual(evaluation.returncode, 0, evaluation.stderr)
        self.assertRegex(evaluation.stdout, r"accuracy: 0\.99")

    def test_the_program_takes_no_model_of_a_folder_that_only_lies_above(self):
        above = self.prefix.parent.parent / "models"
        above.mkdir()
        (above / "mnist-accurate.pt").write_text("somebody else's")
        program = self.prefix / "bin" / "mnist"
        result = run(program, "predict", ROOT / "docs" / "pictures" / "pencil.jpg")
        self.assertEqual(result.returncode, 0, result.stderr)

    def test_a_model_that_is_nowhere_is_one_line_with_the_places(self):
        model = self.prefix / "share" / "mnist" / "mnist-cnn.pt"
        hidden = model.rename(model.with_suffix(".hidden"))
        self.addCleanup(hidden.rename, model)
        result = run(self.prefix / "bin" / "mnist", "evaluate")
        self.assertEqual(result.returncode, 1)
        self.assertRegex(
            result.stderr,
            r"^mnist: there is no model: \$MNIST_MODEL is not set, and neither 'models/mnist-cnn\.pt' "
            rf"nor .*'{model}' is there; --model FILE [^\n]+\n$",
        )

    def test_its_models_are_not_taken_for_data(self):
        result = run(self.prefix / "bin" / "mnist", "evaluate")
        self.assertEqual(result.returncode, 1)
        data = self.prefix / "share" / "mnist" / "data"
        self.assertRegex(result.stderr, rf"^mnist: there is no data set: [^\n]*'{data}' is there; [^\n]+\n$")

    def configure(self, project, *options):
        """The folder that the project is to be built in, and what configuring it there did."""
        folder = pathlib.Path(self.scratch.name, project.name)
        prefix = f"-DCMAKE_PREFIX_PATH={self.prefix}"
        return folder, run("cmake", "-S", project, "-B", folder, *OPTIONS, prefix, *options)

    def output_of(self, project, *arguments, options=()):
        folder, configured = self.configure(project, *options)
        self.assertEqual(configured.returncode, 0, configured.stdout + configured.stderr)
        built = run("cmake", "--build", folder)
        self.assertEqual(built.returncode, 0, built.stdout + built.stderr)
        result = run(folder / "user", *arguments)
        self.assertEqual(result.returncode, 0, result.stderr)
        return result.stdout

    def test_another_project_builds_with_the_library(self):
        output = self.output_of(ROOT / "tests" / "installed")
        self.assertRegex(output, r"precision    recall  f1-score   support\n")
        self.assertRegex(output, r"weighted avg +0\.\d{4} +0\.\d{4} +0\.\d{4} +20\n")

    def test_another_project_takes_parts_of_the_library_without_libtorch(self):
        project = ROOT / "tests" / "installed" / "without_libtorch"
        picture = ROOT / "docs" / "pictures" / "line.jpg"
        none = ["-DCMAKE_DISABLE_FIND_PACKAGE_Torch=TRUE"]
        output = self.output_of(project, picture, options=none)
        self.assertEqual(output, "6 digits, accuracy 0.75\n")

    def test_a_part_that_there_is_not_is_refused(self):
        project = pathlib.Path(self.scratch.name, "sources", "asking")
        project.mkdir(parents=True)
        project.joinpath("CMakeLists.txt").write_text(
            "cmake_minimum_required(VERSION 3.25)\nproject(asking LANGUAGES CXX)\n"
            "find_package(mnist REQUIRED COMPONENTS metrics audio)\n"
        )
        _, configured = self.configure(project)
        self.assertNotEqual(configured.returncode, 0)
        self.assertIn("There is no audio: expected data, files, image,", configured.stderr)

    def test_the_licence_is_there(self):
        (licence,) = self.prefix.rglob("LICENSE")
        self.assertEqual(licence.read_text(), (ROOT / "LICENSE").read_text())


if __name__ == "__main__":
    unittest.main()
