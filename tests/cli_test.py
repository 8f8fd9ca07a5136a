"""Runs the program as its users do: train, evaluate and info, on files and on a terminal.

usage: MNIST=path/to/mnist MNIST_DATA=path/to/data python3 cli_test.py
"""

import csv
import json
import os
import pathlib
import pty
import re
import shutil
import subprocess
import tempfile
import unittest
import zipfile

from program import MNIST, run

DATA = pathlib.Path(os.environ["MNIST_DATA"]).resolve()
os.environ["MNIST_DATA"] = str(DATA)


def run_on_terminal(*arguments, **environment):
    """The bytes that the program sends to a terminal as its stderr."""
    master, slave = pty.openpty()
    process = subprocess.Popen(
        [MNIST, *map(str, arguments)],
        stdout=subprocess.DEVNULL,
        stderr=slave,
        env={**os.environ, "TERM": "xterm", **environment},
    )
    os.close(slave)
    output = b""
    while True:
        try:
            chunk = os.read(master, 65536)
        except OSError:  # how Linux says that the other end is closed
            break
        if not chunk:
            break
        output += chunk
    os.close(master)
    process.wait()
    return output.decode()


class Trained(unittest.TestCase):
    """One short training, looked at from all sides."""

    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(tempfile.mkdtemp(prefix="mnist cli "))
        cls.output = cls.folder / "runs" / "first"
        cls.result = run(
            "train", "--output", cls.output, "--epochs", 1, "--batch-size", 500, "--seed", 5
        )

    @classmethod
    def tearDownClass(cls):
        shutil.rmtree(cls.folder)

    def metrics(self, folder=None):
        return json.loads((folder or self.output).joinpath("metrics.json").read_text())

    def predictions(self):
        with open(self.output / "predictions.csv", newline="") as file:
            return list(csv.DictReader(file))

    def test_training_succeeds_and_leaves_its_files_alone(self):
        self.assertEqual(self.result.returncode, 0, self.result.stderr)
        self.assertEqual(
            sorted(path.name for path in self.output.iterdir()),
            [".lock", "checkpoint.pt", "history.csv", "metrics.json", "model.pt", "predictions.csv"],
        )

    def test_stdout_has_the_sizes_the_summary_the_report_and_the_matrix(self):
        out = self.result.stdout
        self.assertIn("54000 training images, 6000 for validation, 10000 test images", out)
        self.assertIn("Total parameters: 225,034", out)
        self.assertIn("precision    recall  f1-score   support", out)
        self.assertRegex(out, r"\n\[\[ *\d+( +\d+){9}\]\n")
        self.assertEqual(len(re.findall(r"^ {4}\d +\d +\d +[01]\.\d{4} ", out, re.M)), 10)

    def test_stderr_has_one_line_an_epoch(self):
        self.assertRegex(
            self.result.stderr,
            r"^Epoch 1/1 - 108 steps - \S+ - \S+/step - accuracy: 0\.\d{4} - loss: \d\.\d{4}"
            r" - val_accuracy: 0\.\d{4} - val_loss: \d\.\d{4}\n$",
        )

    def test_the_history_has_a_row_an_epoch(self):
        with open(self.output / "history.csv", newline="") as file:
            rows = list(csv.reader(file))
        self.assertEqual(
            rows[0], ["epoch", "accuracy", "loss", "val_accuracy", "val_loss", "seconds"]
        )
        self.assertEqual(len(rows), 2)
        self.assertEqual(rows[1][0], "1")
        self.assertGreater(float(rows[1][3]), 0.8)

    def test_the_metrics_are_those_of_the_predictions(self):
        predictions, metrics = self.predictions(), self.metrics()
        self.assertEqual(len(predictions), 10000)
        matrix = [[0] * 10 for _ in range(10)]
        for row in predictions:
            p = [float(row[f"p{digit}"]) for digit in range(10)]
            self.assertAlmostEqual(sum(p), 1, places=5)
            self.assertEqual(int(row["prediction"]), p.index(max(p)))
            matrix[int(row["label"])][int(row["prediction"])] += 1
        right = sum(matrix[digit][digit] for digit in range(10))
        self.assertEqual(metrics["confusion_matrix"], matrix)
        self.assertEqual(metrics["accuracy"], right / 10000)
        self.assertEqual(metrics["classification_report"]["accuracy"], right / 10000)
        self.assertEqual(
            metrics["classification_report"]["7"]["recall"], matrix[7][7] / sum(matrix[7])
        )

    def test_the_metrics_say_how_to_run_it_again(self):
        metrics = self.metrics()
        self.assertEqual(metrics["options"]["seed"], 5)
        self.assertEqual(metrics["options"]["batch_size"], 500)
        self.assertIn("libtorch", metrics["machine"]["versions"])
        self.assertEqual(len(metrics["data"]["train-images-idx3-ubyte"]), 64)

    def test_the_same_seed_gives_the_same_model_to_the_byte(self):
        again = self.folder / "again"
        run("train", "--output", again, "--epochs", 1, "--batch-size", 500, "--seed", 5)
        self.assertEqual(
            (again / "predictions.csv").read_bytes(),
            (self.output / "predictions.csv").read_bytes(),
        )
        self.assertEqual(
            (again / "model.pt").read_bytes(), (self.output / "model.pt").read_bytes()
        )

    def test_evaluating_the_saved_model_prints_the_same_report(self):
        output = self.folder / "evaluation"
        result = run("evaluate", "--model", self.output / "model.pt", "--output", output)
        self.assertEqual(result.returncode, 0, result.stderr)
        start = self.result.stdout.index("index  label")
        end = self.result.stdout.index("\nSaved in")
        self.assertEqual(result.stdout, self.result.stdout[start:end])
        self.assertEqual(
            (output / "predictions.csv").read_bytes(),
            (self.output / "predictions.csv").read_bytes(),
        )
        self.assertEqual(self.metrics(output)["loss"], self.metrics()["loss"])

    def test_json_is_metrics_json_and_nothing_else(self):
        output = self.folder / "json"
        model = self.output / "model.pt"
        result = run("evaluate", "--json", "--model", model, "--output", output)
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertEqual(result.stdout, (output / "metrics.json").read_text())
        evaluated, trained = json.loads(result.stdout), self.metrics()
        for key in ("accuracy", "loss", "classification_report", "confusion_matrix"):
            self.assertEqual(evaluated[key], trained[key])

    def test_color_shades_the_matrix_and_a_pipe_gets_numpys_text(self):
        model = self.output / "model.pt"
        plain = run("evaluate", "--model", model)
        never = run("evaluate", "--color", "never", "--model", model)
        always = run("evaluate", "--color=always", "--model", model)
        self.assertEqual(plain.stdout, never.stdout)
        self.assertNotIn("\x1b", plain.stdout)
        self.assertNotIn("[[", always.stdout)
        shown = re.sub(r"\x1b\[[0-9;]*m", "", always.stdout)
        rows = re.findall(r"^\d+(?: +\d+){10} ?$", shown, re.M)
        counts = [[int(word) for word in row.split()[1:]] for row in rows]
        self.assertEqual(counts, self.metrics()["confusion_matrix"])

    def test_the_most_frequent_confusions_are_named(self):
        matrix = self.metrics()["confusion_matrix"]
        pairs = [(-matrix[i][j], i, j) for i in range(10) for j in range(10) if i != j]
        expected = "".join(f"{i} taken for {j}: {-n}\n" for n, i, j in sorted(pairs)[:5])
        self.assertIn(expected, self.result.stdout)

    def test_info_shows_the_signature_of_the_saved_model(self):
        result = run("info", "--model", self.output / "model.pt")
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertRegex(result.stdout, r"signature +forward\(.*images\) -> ")
        self.assertRegex(result.stdout, r"parameters +225034\n")

    def test_info_shows_what_the_model_carries(self):
        result = run("info", "--model", self.output / "model.pt")
        self.assertRegex(result.stdout, r"answers +probabilities\n")
        metadata = json.loads(result.stdout[result.stdout.index("metadata.json") :][13:])
        self.assertEqual(metadata["class_names"], [str(digit) for digit in range(10)])
        self.assertEqual(metadata["input"]["shape"], ["N", 1, 28, 28])
        self.assertEqual(metadata["options"], self.metrics()["options"])
        self.assertEqual(metadata["data"], self.metrics()["data"])
        self.assertEqual(metadata["metrics"]["accuracy"], self.metrics()["accuracy"])

    def test_info_survives_metadata_of_any_kind(self):
        for metadata, shown in ((b"{", "not JSON"), (b"[" * 300_000 + b"]" * 300_000, "its JSON is")):
            path = self.folder / "hostile.pt"
            with zipfile.ZipFile(self.output / "model.pt") as model, zipfile.ZipFile(path, "w") as file:
                for name in model.namelist():
                    is_metadata = name.endswith("extra/metadata.json")
                    file.writestr(name, metadata if is_metadata else model.read(name))
            result = run("info", "--model", path)
            self.assertEqual(result.returncode, 0, result.stderr)
            self.assertRegex(result.stdout, rf"\nmetadata\.json +{shown}")

    def test_triton_gets_the_model_and_its_configuration(self):
        repository = self.folder / "repository"
        result = run(
            "export", "--triton", repository, "--model", self.output / "model.pt", "--name", "digits"
        )
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertEqual(
            (repository / "digits" / "1" / "model.pt").read_bytes(),
            (self.output / "model.pt").read_bytes(),
        )
        config = (repository / "digits" / "config.pbtxt").read_text()
        self.assertIn('name: "digits"\nplatform: "pytorch_libtorch"\n', config)
        self.assertRegex(config, r'name: "images__0"\n *data_type: TYPE_FP32\n *dims: \[ 1, 28, 28 \]')
        self.assertRegex(config, r'name: "probabilities__0"\n *data_type: TYPE_FP32\n *dims: \[ 10 \]')

    def test_a_checkpoint_becomes_the_model_that_the_run_ended_with(self):
        path = self.folder / "from checkpoint.pt"
        result = run("export", "--from-checkpoint", self.output, "--torchscript", path)
        self.assertEqual((result.returncode, result.stdout), (0, f"Saved {path}\n"), result.stderr)
        evaluation = run("evaluate", "--model", path, "--output", self.folder / "again")
        self.assertEqual(evaluation.returncode, 0, evaluation.stderr)
        self.assertEqual(
            (self.folder / "again" / "predictions.csv").read_text(),
            (self.output / "predictions.csv").read_text(),
        )
        info = run("info", "--model", path).stdout
        metrics = json.loads((self.output / "metrics.json").read_text())
        self.assertIn(metrics["weights_sha256"], info)
        self.assertIn('"recipe": "tutorial"', info)

    def test_a_folder_without_a_checkpoint_is_one_line(self):
        result = run("export", "--from-checkpoint", self.folder, "--torchscript", "model.pt")
        self.assertEqual((result.returncode, result.stdout), (1, ""))
        self.assertRegex(result.stderr, r"^mnist: no checkpoint in '.*': expected the folder of a run\n$")

    def test_a_truncated_model_is_refused_in_one_line(self):
        path = self.folder / "truncated.pt"
        path.write_bytes((self.output / "model.pt").read_bytes()[:-1000])
        result = run("evaluate", "--model", path)
        self.assertEqual(result.returncode, 1)
        self.assertEqual(result.stdout, "")
        self.assertRegex(result.stderr, r"^mnist: '.*truncated\.pt' is not a TorchScript classifier .*\n$")


class Terminal(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.options = ["train", "--output", self.folder.name, "--epochs", 1, "--batch-size", 2000]

    def tearDown(self):
        self.folder.cleanup()

    def test_a_terminal_sees_a_bar_that_ends_with_the_epoch(self):
        output = run_on_terminal(*self.options)
        self.assertIn("Epoch 1/1", output)
        self.assertRegex(output, r"\r\x1b\[K *\d+/27 \x1b\[32m━*")
        self.assertRegex(output, r"27/27 .*━{20}.* \S+ \S+/step - accuracy: .* - val_loss: ")

    def test_no_color_leaves_the_colours_out(self):
        output = run_on_terminal(*self.options, NO_COLOR="1")
        self.assertIn("27/27 ━━━━━━━━━━━━━━━━━━━━ ", output)
        self.assertNotIn("\x1b[32m", output)

    def test_verbose_0_is_silent(self):
        self.assertEqual(run_on_terminal(*self.options, "--verbose", 0), "")

    def test_verbose_2_is_one_line_an_epoch(self):
        output = run_on_terminal(*self.options, "--verbose", 2)
        self.assertRegex(output, r"^Epoch 1/1 - 27 steps - [^\r\n]*\r\n$")


class Options(unittest.TestCase):
    def test_training_without_validation_leaves_its_columns_empty(self):
        with tempfile.TemporaryDirectory() as folder:
            result = run(
                "train", "--output", folder, "--epochs", 1, "--batch-size", 5000,
                "--validation-split", 0,
            )  # fmt: skip
            self.assertEqual(result.returncode, 0, result.stderr)
            self.assertNotIn("val_", result.stderr)
            row = pathlib.Path(folder, "history.csv").read_text().splitlines()[1]
            self.assertRegex(row, r"^1,[^,]+,[^,]+,,,[^,]+$")

    def test_a_recipe_brings_its_network_and_the_options_that_are_not_given(self):
        with tempfile.TemporaryDirectory() as folder:
            result = run(
                "train", "--recipe", "fast", "--batch-size", 2000, "--output", folder,
                "--profile=operations",
            )  # fmt: skip
            self.assertEqual(result.returncode, 0, result.stderr)
            self.assertRegex(result.stdout, r"conv1 \(Conv2d\) +\(N, 16, 24, 24\) +416")
            options = json.loads(pathlib.Path(folder, "metrics.json").read_text())["options"]
            self.assertEqual((options["recipe"], options["schedule"]), ("fast", "one-cycle"))
            self.assertEqual((options["epochs"], options["batch_size"]), (1, 2000))
            # A row a phase, and one a kernel: name, seconds, share, calls, microseconds a call.
            for name, calls in {
                "data": 30, "forward": 30, "backward": 30, "optimizer": 30,
                "mnist::adam": 30, "mnist::conv_relu_pool": 60,
            }.items():  # fmt: skip
                self.assertRegex(result.stdout, rf"\n{name} +[\d.]+ +[\d.]+% +{calls} +[\d.]+\n")

            more = run(
                "train", "--recipe", "fast", "--batch-size", 2000, "--output", folder,
                "--epochs", 2, "--resume",
            )  # fmt: skip
            self.assertEqual(more.returncode, 1)
            self.assertIn("options/epochs was 1 and is 2", more.stderr)

    def test_the_pretrained_model_is_the_default(self):
        result = run("evaluate", "--json", cwd=pathlib.Path(__file__).parent.parent)
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertGreater(json.loads(result.stdout)["accuracy"], 0.99)
        elsewhere = run("evaluate", MNIST_MODEL="none.pt")
        self.assertEqual(elsewhere.returncode, 1)
        self.assertIn("'none.pt'", elsewhere.stderr)

    def test_help_and_version_go_to_stdout(self):
        for arguments in (["--help"], ["train", "--help"], ["evaluate", "--help"], ["--version"]):
            result = run(*arguments)
            self.assertEqual((result.returncode, result.stderr), (0, ""))
            self.assertIn("mnist", result.stdout)

    def test_a_wrong_command_line_is_one_line_and_status_2(self):
        for arguments in (
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
            ["export"],
            ["export", "--torchscript", "model.pt", "--model", "a.pt", "--from-checkpoint", "runs"],
            ["export", "--triton", "repository", "--name", "../outside"],
        ):
            result = run(*arguments)
            self.assertEqual((result.returncode, result.stdout), (2, ""), arguments)
            self.assertRegex(result.stderr, r"^mnist: .+\n$")
            self.assertEqual(result.stderr.count("\n"), 1, result.stderr)

    def test_bad_files_are_one_line_and_status_1(self):
        with tempfile.TemporaryDirectory() as folder:
            taken = pathlib.Path(folder, "taken")
            taken.write_text("a file")
            for arguments, part in (
                (["train", "--data", folder, "--output", f"{folder}/out"], "is not there"),
                (["train", "--data", taken, "--output", f"{folder}/out"], "not a folder"),
                (["train", "--output", taken], "cannot make the output folder"),
                (["evaluate", "--model", f"{folder}/none.pt"], "it is not there"),
                (["evaluate", "--model", taken], "it is not a zip archive"),
            ):
                result = run(*arguments)
                self.assertEqual((result.returncode, result.stdout), (1, ""), arguments)
                self.assertRegex(result.stderr, r"^mnist: [^\n]+\n$")
                self.assertIn(part, result.stderr)

    def test_a_full_standard_output_is_an_error(self):
        with open("/dev/full", "w") as full:
            result = subprocess.run([MNIST, "info"], stdout=full, stderr=subprocess.PIPE, text=True)
        self.assertEqual(result.returncode, 1)
        self.assertIn("mnist: cannot write to the standard output", result.stderr)

    def test_info_names_what_the_program_runs_on(self):
        result = run("info", "--threads", 1)
        self.assertEqual(result.returncode, 0, result.stderr)
        for name in ("LibTorch", "processor", "CPU capability", "kernels", "BLAS", "devices"):
            self.assertRegex(result.stdout, rf"(?m)^{name} +\S")
        self.assertRegex(result.stdout, r"(?m)^threads +1 ")

    def test_the_default_threads_are_the_cores_in_the_affinity_mask(self):
        one_core = {min(os.sched_getaffinity(0))}
        result = run("info", preexec_fn=lambda: os.sched_setaffinity(0, one_core))
        self.assertRegex(result.stdout, r"(?m)^threads +1 ")


if __name__ == "__main__":
    unittest.main()
