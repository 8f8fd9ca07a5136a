"""Repeats trainings: on other threads, cores, settings and emulated processors, and from records.

usage: see program.py
"""

import json
import os
import pathlib
import shutil
import signal
import tempfile
import unittest

from cases import Case
from program import FULL, OnTerminal, run
from results import history, metadata, metrics
from training_runs import finish, only_first_epoch

OPTIONS = "--epochs 1 --batch-size 32 --validation-split 0.98 --seed 7".split()
SCRATCH = pathlib.Path(tempfile.mkdtemp(prefix="mnist reproducible "))
TWO = SCRATCH / "two"  # a reproducible run of two epochs
FIRST = SCRATCH / "first"  # the first of them
PLAIN = SCRATCH / "plain"  # one that is not, on one thread
# FIRST was made by a run of two epochs.
FINISHED = (
    r"^(mnist: note: options/epochs was 2 and is 1: going on with that\n)?"
    r"mnist: note: the run is finished after 1 epochs: [^\n]*\n$"
)


def command(folder, *arguments):
    """Where the arguments give one of the options again, the last counts."""
    return ["train", "--verbose", 0, "--output", folder, *OPTIONS, *arguments]


def setUpModule():
    finish(*command(TWO, "--reproducible", "--epochs", 2))
    first = only_first_epoch(TWO, FIRST, *command(FIRST, "--reproducible"))
    plain = finish(*command(PLAIN, "--threads", 1))
    (FIRST / "stdout").write_text(first.stdout)
    (PLAIN / "stdout").write_text(plain.stdout)


def tearDownModule():
    shutil.rmtree(SCRATCH)


class RepeatedCase(Case):
    def copy(self, original):
        return shutil.copytree(original, self.new_folder() / original.name)

    def assert_same(self, names, folder, other):
        for name in names:
            same = (folder / name).read_bytes() == (other / name).read_bytes()
            self.assertTrue(same, f"{name} differs")

    def assert_as_first(self, folder):
        digest = metrics(FIRST)["weights_sha256"]
        self.assertEqual(metrics(folder)["weights_sha256"], digest)
        self.assert_same(["predictions.csv", "model.pt"], folder, FIRST)

    def assert_is_run_of(self, original, *line, **environment):
        """A copy of the original's folder is taken for one in which that very run is finished."""
        folder = self.copy(original)
        result = self.assert_succeeded(run(*line, "--output", folder, "--resume", **environment))
        self.assertRegex(result.stderr, FINISHED)
        self.assert_same(["metrics.json", "model.pt", "predictions.csv"], folder, original)


class Reproducible(RepeatedCase):
    def test_threads_cores_and_what_libraries_are_told_do_not_matter(self):
        core = min(os.sched_getaffinity(0))
        one_core = {"within": ["taskset", "--cpu-list", core]}
        old = {"ATEN_CPU_CAPABILITY": "default", "OPENBLAS_CORETYPE": "Prescott"}
        new = {"ATEN_CPU_CAPABILITY": "avx512", "OPENBLAS_CORETYPE": "Haswell"}
        cases = [(1, [], {**one_core, **old}), (3, ["--threads", 3], new)]
        if FULL:
            cases += [(count, ["--threads", count], {}) for count in (1, 2, 3)]
            cases += [(1, [], one_core), (2, ["--threads", 2], old), (2, ["--threads", 2], new)]
        for threads, arguments, settings in cases:
            with self.subTest(threads=threads, settings=settings):
                folder = self.new_folder()
                line = command(folder, "--reproducible", *arguments)
                self.assert_succeeded(run(*line, **settings))
                self.assertEqual(metrics(folder)["machine"]["threads"], threads)
                self.assert_as_first(folder)

    def test_the_environment_chooses_and_the_option_has_the_last_word(self):
        self.assertIs(metrics(FIRST)["options"]["reproducible"], True)
        self.assertIs(metrics(PLAIN)["options"]["reproducible"], False)
        train = ["train", *OPTIONS]
        self.assert_is_run_of(FIRST, *train, MNIST_REPRODUCIBLE="1")
        plain = ["--reproducible=false", "--threads", 1]
        self.assert_is_run_of(PLAIN, *train, *plain, MNIST_REPRODUCIBLE="1")

    def test_the_model_does_not_say_where_it_was_trained_and_the_metrics_do(self):
        carried, recorded = json.loads(metadata(FIRST)), metrics(FIRST)
        self.assertEqual(list(carried["machine"]), ["versions"])
        self.assertNotIn("threads", carried["options"])
        self.assertEqual(carried["machine"]["versions"], recorded["machine"]["versions"])
        self.assertLessEqual({"processor", "blas", "threads"}, set(recorded["machine"]))
        revision = recorded["machine"]["versions"]["revision"]
        self.assertRegex(revision, r"^(\w{40}(-dirty)?|unknown)$")

    def test_it_is_resumed_on_any_number_of_threads(self):
        folder = self.copy(FIRST)
        line = command(folder, "--resume", "--epochs", 2)
        result = self.assert_succeeded(run(*line, "--reproducible", "--threads", 3))
        self.assertNotIn("warning", result.stderr)
        self.assert_same(["model.pt", "predictions.csv"], folder, TWO)
        self.assert_failed(run(*line), "options/reproducible was true and is false")


class Digest(RepeatedCase):
    def test_the_digest_is_the_same_wherever_it_is_shown(self):
        for folder in (FIRST, PLAIN):
            digest = metrics(folder)["weights_sha256"]
            self.assertRegex(digest, "^[0-9a-f]{64}$")
            printed = (folder / "stdout").read_text()
            self.assertTrue(printed.endswith(f"\nweights SHA-256: {digest}\n"), printed)
            self.assertEqual(json.loads(metadata(folder))["weights_sha256"], digest)
            shown = run("info", "--model", folder / "model.pt").stdout
            self.assertIn(f"\nweights SHA-256 {digest}\n", shown)


class From(RepeatedCase):
    def write(self, text):
        path = self.new_folder() / "run.json"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    def test_a_run_is_repeated_to_the_same_bytes_whatever_the_environment_says(self):
        line = ["train", "--verbose", 0, "--output", self.scratch]
        line += ["--from", PLAIN / "metrics.json"]
        result = self.assert_succeeded(run(*line, MNIST_REPRODUCIBLE="1"))
        self.assertEqual(result.stderr, "")
        self.assert_same(["metrics.json", "model.pt", "predictions.csv"], self.scratch, PLAIN)
        self.assertEqual(history(self.scratch), history(PLAIN))

    def test_metrics_metadata_and_model_each_record_the_run(self):
        for path in (FIRST / "metrics.json", self.write(metadata(FIRST)), FIRST / "model.pt"):
            with self.subTest(path.name):
                self.assert_is_run_of(FIRST, "train", "--from", path)

    def test_what_is_given_on_the_command_line_wins(self):
        line = ["train", "--from", PLAIN / "metrics.json", "--seed", 8]
        result = run(*line, "--output", self.copy(PLAIN), "--resume")
        self.assert_failed(result, "with other settings: options/seed was 7 and is 8 (")
        self.assertNotIn(";", result.stderr)

    def test_other_data_and_versions_are_noted(self):
        recorded = metrics(FIRST)
        recorded["data"]["t10k-labels-idx1-ubyte"] = "other"
        recorded["machine"] = {"processor": "Z80", "versions": {"libtorch": "0.1"}}
        path = self.write(json.dumps(recorded))
        result = run("train", "--from", path, "--output", self.copy(FIRST), "--resume")
        noted = self.assert_succeeded(result).stderr
        self.assertRegex(noted, r'mnist: note: data/t10k-labels-idx1-ubyte was "other" and is "')
        self.assertRegex(noted, r'mnist: note: machine/versions/libtorch was "0\.1" and is "')
        self.assertNotIn("Z80", noted)

    def test_what_is_no_record_of_a_training_is_one_line(self):
        def record(**options):
            return json.dumps({"command": "train", "options": options})

        def check(_, status, text):
            path, output = self.write(text), self.new_folder() / "run"
            result = run("train", "--output", output, "--from", path)
            self.assertEqual((result.returncode, result.stdout), (status, ""), result.stderr)
            self.assertRegex(result.stderr, r"^mnist: [ -~‘’]+\n$")
            if status == 1:
                self.assertIn(f"cannot repeat the run of '{path}'", result.stderr)
            self.assertFalse(output.exists())

        cases = (
            (1, ""),
            (1, "{"),
            (1, "[]"),
            (1, "\0\xff"),
            (1, b'{"command": "\xff"}'),
            (1, "[" * 500_000),
            (1, '{"options":' * 50_000),
            (1, b"PK\3\4" + bytes(1000)),
            (1, " " * (2 << 20)),
            (1, '{"command": "evaluate", "options": {"model": "model.pt"}}'),
            (1, '{"command": ["train"], "options": []}'),
            (1, record(output="/tmp")),
            (1, record(**{"new\nline": 1})),
            (1, record(seed={"is": 1})),
            (2, record(seed=-1)),
            (2, record(seed="7\n8")),
            (1, record(learning_rate=None)),
            (2, record(device="tpu\x1b[31m")),
            (2, record(reproducible=2)),
        )
        self.each(((text[:50], status, text) for status, text in cases), check)


@unittest.skipUnless(shutil.which("qemu-x86_64"), "qemu-x86_64 (Debian: qemu-user) is not here")
class Emulated(RepeatedCase):
    def test_what_emulated_processors_begin_the_real_one_ends_with_the_same_weights(self):
        line = command(self.scratch, "--reproducible", "--resume")
        for processor in ["Haswell", "EPYC", "Skylake-Client", "max"] if FULL else ["EPYC"]:
            qemu = ["qemu-x86_64", "-cpu", processor]
            with OnTerminal(*line, "--verbose", 1, within=qemu) as process:
                process.wait_for(r" [1-9]\d*/38 ")
                process.send(signal.SIGTERM)
                self.assertEqual(process.end(), 143, process.shown)
            self.assertIn("interrupted and saved", process.shown)
        result = self.assert_succeeded(run(*line))
        self.assertRegex(result.stderr, r"going on after epoch 0 of 1 and [1-9]\d* steps")
        self.assert_as_first(self.scratch)

    def test_a_processor_without_avx2_is_refused_in_one_line(self):
        folder = self.scratch / "run"
        result = run(*command(folder, "--reproducible"), within=["qemu-x86_64", "-cpu", "Nehalem"])
        self.assert_failed(result, "--reproducible needs an x86-64 processor with AVX2")
        self.assertFalse(folder.exists())


if __name__ == "__main__":
    unittest.main()
