"""Several processes train together: the weights of one, and what happens where one of them is lost.

usage: see program.py
"""

import importlib.util
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import unittest

from cases import Case
from few_images import first_images
from process_groups import Group, free_port
from program import FULL, MNIST, run
from results import history, metrics

EPOCHS = 3
OPTIONS = ["--epochs", EPOCHS, "--batch-size", 50, "--validation-split", 0.05, "--seed", 7, "--verbose", 2, "--reproducible"]
ACCURATE = ["--recipe", "accurate", "--epochs", 1, "--batch-size", 64, "--validation-split", 0.8, "--seed", 7, "--reproducible"]
HOST = socket.gethostname()
ONE_THREAD = ["--threads", 1]

if "train together" in run("train", "--rank", 0, "--world-size", 2, "--rendezvous", "127.0.0.1:1", "--timeout", 1).stderr:
    print("the program was built without gloo's headers", file=sys.stderr)
    sys.exit(77)


class Together(Case):
    @classmethod
    def setUpClass(cls):
        scratch = tempfile.TemporaryDirectory(prefix="mnist together ")
        cls.addClassCleanup(scratch.cleanup)
        data = pathlib.Path(scratch.name) / "data"
        cls.data = ["--data", first_images(data, 1500, 100)]
        cls.whole = data.parent / "whole"
        result = run("train", *cls.data, *OPTIONS, "--output", cls.whole)
        assert result.returncode == 0, result.stderr

    def group(self, size, folder, *arguments, **settings):
        group = Group(size, *self.data, *OPTIONS, *ONE_THREAD, "--output", folder, *arguments, **settings)
        self.addCleanup(group.__exit__)
        return group

    def assert_as_whole(self, folder):
        self.assertEqual((folder / "model.pt").read_bytes(), (self.whole / "model.pt").read_bytes())
        self.assertEqual(history(folder), history(self.whole))
        self.assertEqual(metrics(folder)["weights_sha256"], metrics(self.whole)["weights_sha256"])

    def assert_one_line_each(self, group, statuses, ranks):
        """Each of these ranks ended with status 1 and a line that says which it is."""
        self.assertEqual(statuses, [1] * len(statuses))
        for rank in ranks:
            last = re.sub(r"^(Epoch|mnist: note:) .*\n", "", group.shown(rank), flags=re.MULTILINE)
            self.assertRegex(last, rf"^mnist: rank {rank} on {re.escape(HOST)}: [^\n]+\n$")

    def assert_resumes(self, folder):
        """The checkpoint is whole, and two processes go on from it to the same bits."""
        group = self.group(2, folder, "--resume")
        self.assertEqual(group.end(), [0, 0], group.shown(0) + group.shown(1))
        self.assertIn("mnist: note: going on after epoch ", group.shown(0))
        self.assert_as_whole(folder)

    # What the bits are.

    def test_2_and_4_processes_come_to_the_bits_of_one(self):
        for size in (2, 4, 8) if FULL else (2, 4):
            with self.subTest(size):
                folder = self.new_folder() / "run"
                group = self.group(size, folder)
                self.assertEqual(group.end(), [0] * size, group.shown(0))
                self.assert_as_whole(folder)
                for rank in range(1, size):
                    self.assertEqual(group.shown(rank) + group.results(rank), "")

    def test_batch_normalization_and_augmentation_come_to_the_bits_of_one(self):
        one, two = self.scratch / "one", self.scratch / "two"
        self.assert_succeeded(run("train", *self.data, *ACCURATE, "--output", one))
        with Group(2, *self.data, *ACCURATE, *ONE_THREAD, "--output", two) as group:
            self.assertEqual(group.end(), [0, 0], group.shown(0))
        self.assertEqual((one / "model.pt").read_bytes(), (two / "model.pt").read_bytes())
        self.assertEqual(history(one), history(two))

    def test_three_processes_agree_with_themselves_and_say_that_others_may_not(self):
        folder = self.scratch / "run"
        group = self.group(3, folder, "--epochs", 1)
        self.assertEqual(group.end(), [0] * 3, group.shown(0))
        self.assertIn("mnist: note: 3 processes come to weights of their own", group.shown(0))
        accuracy = float(history(folder)[1][1])
        self.assertGreater(accuracy, 0.3)

    # Who starts them.

    @unittest.skipUnless(shutil.which("mpirun"), "mpirun (Debian: openmpi-bin) is not here")
    def test_mpirun_starts_them(self):
        folder, port = self.scratch / "run", free_port()
        line = ["mpirun", "--oversubscribe", "--bind-to", "none", "-n", "2", MNIST, "train", *self.data, *OPTIONS]
        variables = {"MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(port)}
        variables |= {"OMPI_ALLOW_RUN_AS_ROOT": "1", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1"}
        result = subprocess.run(
            [str(word) for word in [*line, *ONE_THREAD, "--output", folder]],
            env={**os.environ, **variables}, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=120,
        )  # fmt: skip
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assert_as_whole(folder)

    @unittest.skipUnless(importlib.util.find_spec("torch"), "Python's torch, which has torchrun, is not here")
    def test_torchrun_starts_them_and_starts_them_again(self):
        folder = self.scratch / "run"
        line = [sys.executable, "-m", "torch.distributed.run", "--nproc-per-node", 2, "--max-restarts", 2]
        line += ["--master-addr", "127.0.0.1", "--master-port", free_port(), "--no-python"]
        line += [MNIST, "train", *self.data, *OPTIONS, *ONE_THREAD, "--output", folder, "--resume"]
        process = subprocess.Popen(
            [str(word) for word in line], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
        self.addCleanup(process.kill)
        while not (folder / "checkpoint.pt").exists():
            self.assertIsNone(process.poll())
            time.sleep(0.01)
        children = subprocess.run(["pgrep", "-P", str(process.pid)], capture_output=True, text=True)
        os.kill(int(children.stdout.split()[0]), signal.SIGKILL)
        _, stderr = process.communicate(timeout=120)
        self.assertEqual(process.returncode, 0, stderr)
        self.assert_as_whole(folder)

    # Who is lost.

    def test_a_killed_process_ends_the_others_and_the_run_goes_on_to_the_same_bits(self):
        for lost in (0, 1):
            with self.subTest(lost=lost):
                folder = self.new_folder() / "run"
                group = self.group(2, folder)
                group.wait_for("Epoch 2/")  # behind the first checkpoint
                group.kill(lost)
                statuses = group.end(timeout=10, but=[lost])
                self.assert_one_line_each(group, statuses, {0, 1} - {lost})
                self.assertIn(f"rank {lost} on {HOST} has ended", group.shown(1 - lost))
                self.assert_resumes(folder)

    def test_a_process_that_hangs_is_waited_for_until_the_timeout(self):
        folder = self.scratch / "run"
        group = self.group(4, folder, "--timeout", 6, "--epochs", 1000)
        group.wait_for("Epoch 1/")
        group.send(2, signal.SIGSTOP)
        start = time.monotonic()
        try:
            statuses = group.end(timeout=30, but=[2])
            self.assertGreater(time.monotonic() - start, 5)
            self.assert_one_line_each(group, statuses, [0, 1, 3])
            self.assertIn(f"rank 2 on {HOST} did not answer within 6 s", group.shown(0) + group.shown(3))
        finally:
            group.send(2, signal.SIGCONT)
        self.assert_one_line_each(group, [group.processes[2].wait(20)], [2])

    def test_a_signal_to_one_saves_and_ends_all(self):
        for number, status in ((signal.SIGTERM, 143), (signal.SIGINT, 130)):
            with self.subTest(status):
                folder = self.new_folder() / "run"
                group = self.group(2, folder)
                group.wait_for("Epoch 1/")
                group.send(1, number)
                self.assertEqual(group.end(timeout=20), [status, status], group.shown(0))
                self.assertIn("mnist: interrupted and saved; to go on: ", group.shown(0))
                self.assertEqual(group.shown(1), "")
        self.assert_resumes(folder)

    # What goes wrong at the start.

    def test_processes_that_are_not_alike_say_who_differs_in_what(self):
        folder = self.scratch / "run"
        group = self.group(3, folder, of_rank=lambda rank: ["--seed", 9 if rank == 1 else 7])
        statuses = group.end(timeout=60)
        self.assert_one_line_each(group, statuses, range(3))
        for rank in range(3):
            self.assertIn(f"rank 1 on {HOST}: options/seed is 7 in rank 0 and 9 there\n", group.shown(rank))

    def test_processes_that_do_not_come_are_waited_for_until_the_timeout(self):
        for rank in (0, 1):
            with self.subTest(rank):
                result = run("train", *self.data, "--rank", rank, "--world-size", 2, "--timeout", 1,
                             "--rendezvous", f"127.0.0.1:{free_port()}", "--output", self.scratch / "run")  # fmt: skip
                self.assert_failed(result, f"rank {rank} on {HOST}: ", "1 s")

    def test_a_name_without_an_address_is_waited_for_until_the_timeout(self):
        for rank in (0, 1):
            with self.subTest(rank):
                start = time.monotonic()
                result = run("train", *self.data, "--rank", rank, "--world-size", 2, "--timeout", 2,
                             "--rendezvous", "nowhere.invalid:29400", "--output", self.scratch / "run")  # fmt: skip
                self.assert_failed(result, f"rank {rank} on {HOST}: ", "cannot find the address of 'nowhere.invalid'", "2 s")
                self.assertGreater(time.monotonic() - start, 2)

    def test_a_listener_that_never_answers_is_waited_for_until_the_timeout(self):
        with socket.create_server(("127.0.0.1", 0)) as silent:
            result = run("train", *self.data, "--rank", 1, "--world-size", 2, "--timeout", 1,
                         "--rendezvous", f"127.0.0.1:{silent.getsockname()[1]}", "--output", self.scratch / "run")  # fmt: skip
        self.assert_failed(result, f"rank 1 on {HOST}: ", "in 1 s")

    def test_half_of_what_it_takes_is_one_line(self):
        cases = (
            (["--rank", 0], {}, 2, "--rank, --world-size and --rendezvous belong together"),
            (["--rank", 2, "--world-size", 2, "--rendezvous", "a:1"], {}, 2, "--rank is 2: expected less"),
            (["--rendezvous", "node1"], {}, 2, "--rendezvous is 'node1': expected HOST:PORT"),
            ([], {"RANK": "0", "WORLD_SIZE": "2"}, 1, "torchrun started 2 processes"),
            ([], {"PMI_RANK": "0", "PMI_SIZE": "many"}, 1, "$PMI_SIZE is 'many'"),
        )
        for arguments, environment, status, text in cases:
            with self.subTest(text):
                self.assert_failed(run("train", *arguments, **environment), text, status=status)


if __name__ == "__main__":
    unittest.main()
