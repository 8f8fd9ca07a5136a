"""Repeats trainings: on other threads, cores, settings and emulated processors, and from records.

usage: MNIST=path/to/mnist MNIST_DATA=path/to/data python3 reproducible_test.py
"""

import csv
import json
import os
import pathlib
import pty
import re
import shutil
import signal
import subprocess
import tempfile
import unittest
import zipfile

from program import MNIST, run

os.environ["MNIST_DATA"] = str(pathlib.Path(os.environ["MNIST_DATA"]).resolve())
os.environ.pop("MNIST_REPRODUCIBLE", None)
SCRATCH = pathlib.Path(tempfile.mkdtemp(prefix="mnist reproducible "))
FIRST = SCRATCH / "first"  # a reproducible run
PLAIN = SCRATCH / "plain"  # one that is not
OPTIONS = {"--epochs": 1, "--batch-size": 32, "--validation-split": 0.98, "--seed": 7}


def command(folder, *arguments, **options):
    words = {**OPTIONS, **{f"--{name}": value for name, value in options.items()}}
    pairs = [word for pair in words.items() for word in pair]
    return ["train", "--verbose", 0, "--output", folder, *pairs, *arguments]


def metrics(folder):
    return json.loads((folder / "metrics.json").read_text())


def history(folder):
    """The epochs but for the seconds that they took."""
    with open(folder / "history.csv", newline="") as file:
        return [row[:-1] for row in csv.reader(file)]


def metadata(folder):
    with zipfile.ZipFile(folder / "model.pt") as archive:
        name = next(name for name in archive.namelist() if name.endswith("extra/metadata.json"))
        return archive.read(name).decode()


def setUpModule():
    for arguments in (command(FIRST, "--reproducible"), command(PLAIN, threads=1)):
        result = run(*arguments)
        if result.returncode != 0:
            raise RuntimeError(result.stderr)
        (arguments[4] / "stdout").write_text(result.stdout)


def tearDownModule():
    shutil.rmtree(SCRATCH)


class Case(unittest.TestCase):
    def setUp(self):
        scratch = tempfile.TemporaryDirectory(dir=SCRATCH)
        self.addCleanup(scratch.cleanup)
        self.folder = pathlib.Path(scratch.name, "run")

    def train(self, arguments, **settings):
        result = run(*arguments, **settings)
        self.assertEqual(result.returncode, 0, result.stderr)
        return result

    def assert_same(self, names, other):
        for name in names:
            same = (self.folder / name).read_bytes() == (other / name).read_bytes()
            self.assertTrue(same, f"{name} differs")

    def assert_as_first(self):
        found, expected = metrics(self.folder), metrics(FIRST)
        self.assertEqual(found["weights_sha256"], expected["weights_sha256"])
        self.assert_same(["predictions.csv", "model.pt"], FIRST)


class Reproducible(Case):
    def test_the_number_of_threads_does_not_matter(self):
        for threads in (1, 2, 3):
            with self.subTest(threads=threads):
                self.train(command(self.folder, "--reproducible", threads=threads))
                self.assertEqual(metrics(self.folder)["machine"]["threads"], threads)
                self.assert_as_first()

    def test_the_number_of_cores_does_not_matter(self):
        core = {min(os.sched_getaffinity(0))}
        arguments = command(self.folder, "--reproducible")
        self.train(arguments, preexec_fn=lambda: os.sched_setaffinity(0, core))
        self.assert_as_first()

    def test_what_libraries_are_told_does_not_matter(self):
        for capability, core in (("default", "Prescott"), ("avx512", "Haswell")):
            with self.subTest(capability):
                self.train(
                    command(self.folder, "--reproducible"),
                    ATEN_CPU_CAPABILITY=capability,
                    OPENBLAS_CORETYPE=core,
                )
                self.assert_as_first()

    def test_the_environment_chooses_and_the_option_has_the_last_word(self):
        self.train(command(self.folder), MNIST_REPRODUCIBLE="1")
        self.assert_as_first()
        self.assertIs(metrics(self.folder)["options"]["reproducible"], True)
        arguments = command(self.folder, "--reproducible=false", threads=1)
        self.train(arguments, MNIST_REPRODUCIBLE="1")
        self.assert_same(["metrics.json"], PLAIN)

    def test_the_model_does_not_say_where_it_was_trained_and_the_metrics_do(self):
        carried, recorded = json.loads(metadata(FIRST)), metrics(FIRST)
        self.assertEqual(list(carried["machine"]), ["versions"])
        self.assertNotIn("threads", carried["options"])
        self.assertEqual(carried["machine"]["versions"], recorded["machine"]["versions"])
        self.assertLessEqual({"processor", "blas", "threads"}, set(recorded["machine"]))
        self.assertRegex(recorded["machine"]["versions"]["revision"], r"^(\w{40}(-dirty)?|unknown)$")

    def test_it_is_resumed_on_any_number_of_threads(self):
        whole = self.folder.with_name("whole")
        self.train(command(whole, "--reproducible", epochs=2))
        shutil.copytree(FIRST, self.folder)
        result = self.train(command(self.folder, "--reproducible", "--resume", epochs=2, threads=3))
        self.assertNotIn("warning", result.stderr)
        self.assert_same(["model.pt", "predictions.csv"], whole)
        result = run(*command(self.folder, "--resume", epochs=2))
        self.assertEqual(result.returncode, 1)
        self.assertIn("options/reproducible was true and is false", result.stderr)


class Plain(Case):
    def test_the_same_threads_give_the_same_bytes(self):
        self.train(command(self.folder, threads=1))
        self.assert_same(["metrics.json", "model.pt", "predictions.csv"], PLAIN)
        self.assertEqual(history(self.folder), history(PLAIN))


class Digest(Case):
    def test_the_digest_is_the_same_wherever_it_is_shown(self):
        for folder in (FIRST, PLAIN):
            digest = metrics(folder)["weights_sha256"]
            self.assertRegex(digest, "^[0-9a-f]{64}$")
            self.assertTrue((folder / "stdout").read_text().endswith(f"\nweights SHA-256: {digest}\n"))
            self.assertEqual(json.loads(metadata(folder))["weights_sha256"], digest)
            shown = run("info", "--model", folder / "model.pt").stdout
            self.assertIn(f"\nweights SHA-256 {digest}\n", shown)


class From(Case):
    def write(self, text):
        path = self.folder.with_name("run.json")
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    def repeat(self, path, *arguments, **environment):
        line = ["train", "--verbose", 0, "--output", self.folder, "--from", path, *arguments]
        return self.train(line, **environment)

    def test_a_run_is_repeated_from_its_metrics_its_metadata_and_its_model(self):
        for path in (FIRST / "metrics.json", self.write(metadata(FIRST)), FIRST / "model.pt"):
            with self.subTest(path.name):
                self.assertEqual(self.repeat(path).stderr, "")
                self.assert_as_first()

    def test_all_options_are_taken_and_the_environment_is_not(self):
        self.repeat(PLAIN / "metrics.json", MNIST_REPRODUCIBLE="1")
        self.assert_same(["metrics.json", "model.pt", "predictions.csv"], PLAIN)

    def test_what_is_given_on_the_command_line_wins(self):
        self.repeat(PLAIN / "metrics.json", "--seed", 8)
        expected = {**metrics(PLAIN)["options"], "seed": 8}
        self.assertEqual(metrics(self.folder)["options"], expected)

    def test_other_data_and_versions_are_noted(self):
        recorded = metrics(FIRST)
        recorded["data"]["t10k-labels-idx1-ubyte"] = "other"
        recorded["machine"] = {"processor": "Z80", "versions": {"libtorch": "0.1"}}
        noted = self.repeat(self.write(json.dumps(recorded))).stderr
        self.assertRegex(noted, r'mnist: note: data/t10k-labels-idx1-ubyte was "other" and is "')
        self.assertRegex(noted, r'mnist: note: machine/versions/libtorch was "0\.1" and is "')
        self.assertNotIn("Z80", noted)

    def test_what_is_no_record_of_a_training_is_one_line(self):
        def record(**options):
            return json.dumps({"command": "train", "options": options})

        for status, text in (
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
            (2, record(learning_rate=None)),
            (2, record(device="tpu\x1b[31m")),
            (2, record(reproducible=2)),
        ):
            with self.subTest(text[:50]):
                path = self.write(text)
                result = run("train", "--output", self.folder, "--from", path)
                self.assertEqual((result.returncode, result.stdout), (status, ""), result.stderr)
                self.assertRegex(result.stderr, r"^mnist: [ -~‘’]+\n$")
                if status == 1:
                    self.assertIn(f"cannot repeat the run of '{path}'", result.stderr)
                self.assertFalse(self.folder.exists())


@unittest.skipUnless(shutil.which("qemu-x86_64"), "qemu-x86_64 (Debian: qemu-user) is not here")
class Emulated(Case):
    def start(self, processor, *arguments):
        """Trains on the emulated processor, and interrupts that after a step."""
        master, slave = pty.openpty()
        self.addCleanup(os.close, master)
        line = command(self.folder, "--reproducible", "--resume", *arguments, verbose=1)
        with subprocess.Popen(
            ["qemu-x86_64", "-cpu", processor, MNIST, *map(str, line)],
            stdout=subprocess.DEVNULL,
            stderr=slave,
            env={**os.environ, "TERM": "xterm", "NO_COLOR": "1"},
        ) as process:
            os.close(slave)
            output = ""
            try:
                while not re.search(r" [1-9]\d*/38 ", output):
                    output += os.read(master, 65536).decode(errors="replace")
                process.send_signal(signal.SIGTERM)
                while True:
                    output += os.read(master, 65536).decode(errors="replace")
            except OSError:  # how Linux says that the other end is closed
                pass
        return process.returncode, output

    def test_what_emulated_processors_begin_the_real_one_ends_with_the_same_weights(self):
        every = ("Haswell", "EPYC", "Skylake-Client", "max")
        for processor in every if os.environ.get("MNIST_FULL", "0") != "0" else every[1:2]:
            status, output = self.start(processor)
            self.assertEqual(status, 143, output)
            self.assertIn("interrupted and saved", output)
        result = self.train(command(self.folder, "--reproducible", "--resume"))
        self.assertRegex(result.stderr, r"going on after epoch 0 of 1 and [1-9]\d* steps")
        self.assert_as_first()

    def test_a_processor_without_avx2_is_refused_in_one_line(self):
        status, output = self.start("Nehalem")
        self.assertEqual(status, 1, output)
        self.assertRegex(output, r"^mnist: --reproducible needs .* AVX2[^\n]*\n$")
        self.assertFalse(self.folder.exists())


if __name__ == "__main__":
    unittest.main()
