"""Evaluates, describes and exports the model that a training has saved.

usage: see program.py
"""

import json
import os
import pathlib
import re
import shutil
import subprocess
import tempfile
import unittest
import zipfile

from program import run
from results import metrics
from training_runs import WHOLE, RunCase, seen

MODEL = WHOLE / "model.pt"


class Evaluate(RunCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        output = tempfile.TemporaryDirectory(prefix="mnist evaluate ")
        cls.addClassCleanup(output.cleanup)
        cls.output = pathlib.Path(output.name)
        cls.result = run("evaluate", "--model", MODEL, "--output", cls.output)

    def test_it_gives_the_report_and_the_predictions_of_the_training(self):
        self.assert_succeeded(self.result)
        printed = seen()["stdout"]
        start, end = printed.index("index  label"), printed.index("\nSaved in")
        self.assertEqual(self.result.stdout, printed[start:end])
        predictions = (self.output / "predictions.csv").read_bytes()
        self.assertEqual(predictions, (WHOLE / "predictions.csv").read_bytes())
        self.assertEqual(metrics(self.output)["loss"], metrics(WHOLE)["loss"])

    def test_json_is_metrics_json_and_nothing_else(self):
        result = run("evaluate", "--json", "--model", MODEL, "--output", self.scratch)
        self.assert_succeeded(result)
        self.assertEqual(result.stdout, (self.scratch / "metrics.json").read_text())
        evaluated, trained = json.loads(result.stdout), metrics(WHOLE)
        for key in ("accuracy", "loss", "classification_report", "confusion_matrix"):
            self.assertEqual(evaluated[key], trained[key])

    def test_a_path_that_is_not_utf8_is_no_obstacle(self):
        folder = self.scratch / os.fsdecode(b"caf\xe9")
        folder.mkdir()
        model = shutil.copy(MODEL, folder)
        result = run("evaluate", "--json", "--model", model, "--output", folder)
        self.assert_succeeded(result)
        self.assertEqual(json.loads(result.stdout)["options"]["model"].count("\ufffd"), 1)
        self.assertEqual(result.stdout, (folder / "metrics.json").read_text())
        line = ["export", "--from-checkpoint", WHOLE, "--torchscript", model]
        self.assert_succeeded(run(*line, stdout=subprocess.DEVNULL))

    def test_color_shades_the_matrix_and_a_pipe_gets_numpys_text(self):
        never = run("evaluate", "--color", "never", "--model", MODEL)
        always = run("evaluate", "--color=always", "--model", MODEL)
        self.assertEqual(self.result.stdout, never.stdout)
        self.assertNotIn("\x1b", never.stdout)
        self.assertNotIn("[[", always.stdout)
        shown = re.sub(r"\x1b\[[0-9;]*m", "", always.stdout)
        rows = re.findall(r"^\d+(?: +\d+){10} ?$", shown, re.M)
        counts = [[int(word) for word in row.split()[1:]] for row in rows]
        self.assertEqual(counts, metrics(WHOLE)["confusion_matrix"])

    def test_a_truncated_model_is_refused_in_one_line(self):
        path = self.scratch / "truncated.pt"
        path.write_bytes(MODEL.read_bytes()[:-1000])
        result = run("evaluate", "--model", path)
        self.assert_failed(result, f"'{path}' is not a TorchScript classifier ")
        self.assertEqual(result.stdout, "")


class Info(RunCase):
    def test_it_shows_the_signature_and_what_the_model_carries(self):
        result = self.assert_succeeded(run("info", "--model", MODEL))
        self.assertRegex(result.stdout, r"signature +forward\(.*images\) -> ")
        self.assertRegex(result.stdout, r"parameters +225034\n")
        self.assertRegex(result.stdout, r"answers +probabilities\n")
        metadata = json.loads(result.stdout[result.stdout.index("metadata.json") :][13:])
        self.assertEqual(metadata["class_names"], [str(digit) for digit in range(10)])
        self.assertEqual(metadata["input"]["shape"], ["N", 1, 28, 28])
        self.assertEqual(metadata["options"], metrics(WHOLE)["options"])
        self.assertEqual(metadata["data"], metrics(WHOLE)["data"])
        self.assertEqual(metadata["metrics"]["accuracy"], metrics(WHOLE)["accuracy"])

    def test_it_survives_metadata_of_any_kind(self):
        def check(shown, metadata):
            path = self.scratch / f"{shown}.pt"
            with zipfile.ZipFile(MODEL) as model, zipfile.ZipFile(path, "w") as file:
                for name in model.namelist():
                    is_metadata = name.endswith("extra/metadata.json")
                    file.writestr(name, metadata if is_metadata else model.read(name))
            result = self.assert_succeeded(run("info", "--model", path))
            self.assertRegex(result.stdout, rf"\nmetadata\.json +{shown}")

        deep = b"[" * 300_000 + b"]" * 300_000
        self.each([("not JSON", b"{"), ("its JSON is", deep)], check)


class Export(RunCase):
    def test_triton_gets_the_model_and_its_configuration(self):
        repository = self.scratch / "repository"
        line = ["export", "--triton", repository, "--model", MODEL, "--name", "digits"]
        self.assert_succeeded(run(*line))
        exported = repository / "digits" / "1" / "model.pt"
        self.assertEqual(exported.read_bytes(), MODEL.read_bytes())
        config = (repository / "digits" / "config.pbtxt").read_text()
        self.assertIn('name: "digits"\nplatform: "pytorch_libtorch"\n', config)
        for name, sizes in (("images__0", "1, 28, 28"), ("probabilities__0", "10")):
            self.assertRegex(
                config, rf'name: "{name}"\n *data_type: TYPE_FP32\n *dims: \[ {sizes} \]'
            )

    def test_a_checkpoint_becomes_the_model_that_the_run_ended_with(self):
        path, other = self.scratch / "from checkpoint.pt", self.scratch / "from checkpoint.unproved.pt"
        other.write_text("a file of the user's")
        result = run("export", "--from-checkpoint", WHOLE, "--torchscript", path)
        self.assert_succeeded(result)
        self.assertEqual(result.stdout, f"Saved {path}\n")
        self.assertEqual(other.read_text(), "a file of the user's")
        self.assert_succeeded(run("evaluate", "--model", path, "--output", self.scratch))
        predictions = (self.scratch / "predictions.csv").read_bytes()
        self.assertEqual(predictions, (WHOLE / "predictions.csv").read_bytes())
        info = run("info", "--model", path).stdout
        self.assertIn(metrics(WHOLE)["weights_sha256"], info)
        self.assertIn('"recipe": "tutorial"', info)

    def test_a_checkpoint_is_read_without_changing_its_folder(self):
        folder, path = self.copy(WHOLE), self.scratch / "model.pt"
        (folder / "checkpoint.pt").write_bytes(b"damaged")
        before = {file.name: file.read_bytes() for file in folder.iterdir()}
        result = run("export", "--from-checkpoint", folder, "--torchscript", path)
        self.assert_succeeded(result)
        self.assertIn("using checkpoint.previous.pt", result.stderr)
        self.assertIn("weights SHA-256", run("info", "--model", path).stdout)
        self.assertEqual({file.name: file.read_bytes() for file in folder.iterdir()}, before)

    def test_a_folder_without_a_checkpoint_is_one_line(self):
        result = run("export", "--from-checkpoint", self.scratch, "--torchscript", "model.pt")
        self.assert_failed(result, f"no checkpoint in '{self.scratch}': expected")
        self.assertEqual(result.stdout, "")


if __name__ == "__main__":
    unittest.main()
