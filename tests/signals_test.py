"""SIGINT and SIGTERM end a training in mid-epoch, saved; a second one ends it at once.

usage: see program.py
"""

import contextlib
import os
import re
import shlex
import signal
import time
import unittest

import checkpoints
from program import MNIST, TIMEOUT, OnTerminal, run
from training_runs import HALF, LATE, RunCase, command, contents, seen


class Signals(RunCase):
    def test_an_interrupted_run_saves_its_epoch_and_says_how_to_go_on(self):
        for name, status in (("SIGTERM", 143), ("SIGINT", 130)):
            with self.subTest(name):
                shown = seen()[name]["stderr"]
                self.assertEqual(seen()[name]["status"], status, shown)
                self.assertRegex(shown, "mnist: interrupted and saved; to go on: .*--resume")
        for name, steps in (("checkpoint.previous.pt", 7), ("checkpoint.pt", 8)):
            state = checkpoints.state(LATE / name)
            self.assertEqual((len(state["history"]), state["steps_done"]), (1, steps))

    def test_the_command_that_it_prints_ends_with_the_same_bytes(self):
        folder = self.copy(LATE)
        line = re.search(r"to go on: (.*?)\r?\n", seen()["SIGINT"]["stderr"])[1]
        program, *words = shlex.split(line)
        self.assertEqual(program, str(MNIST))
        words = [word.replace(str(LATE), str(folder)) for word in words]
        result = self.assert_succeeded(run(*words))
        self.assertIn("mnist: note: going on after epoch 1 of 2", result.stderr)
        self.assert_done(folder)

    def test_what_batch_systems_and_lost_terminals_send_saves_too(self):
        def interrupt(name, status):
            folder = self.copy(HALF)
            with OnTerminal(*command(folder, "--resume")) as process:
                process.wait_for("Epoch 2/2")
                if name == "closed":
                    process.close()
                else:
                    # Those that come again by themselves do not end it before it has saved.
                    for _ in range(3):
                        process.send(getattr(signal, name))
                        time.sleep(0.05)
                self.assertEqual(process.process.wait(TIMEOUT), status)
            self.assertGreater(checkpoints.state(folder / "checkpoint.pt")["steps_done"], 0)

        cases = [("closed", 129), ("SIGHUP", 129), ("SIGUSR1", 138), ("SIGXCPU", 152)]
        self.each(cases, interrupt)

    def test_a_limit_of_processor_time_saves_and_the_run_goes_on_to_the_same_bytes(self):
        folder = self.copy(HALF)
        limited = ["sh", "-c", 'ulimit -S -t 6; exec "$@"', "sh"]
        result = run(*command(folder, "--resume"), within=limited)
        self.assertEqual(result.returncode, 152, result.stderr)
        self.assertIn("mnist: interrupted and saved", result.stderr)
        self.assert_resumes(folder)

    def test_nohup_keeps_a_run_going_without_its_terminal(self):
        folder = self.copy(LATE)
        with OnTerminal(*command(folder, "--resume"), within=["nohup"]) as process:
            while os.readlink(f"/proc/{process.process.pid}/exe") != str(MNIST):
                time.sleep(0.01)
            process.close()
            self.assertEqual(process.process.wait(TIMEOUT), 0)
        self.assert_done(folder)

    def test_a_second_signal_ends_the_run_at_once(self):
        folder = self.copy(HALF)
        # One step, of several seconds: after it the first signal would end the run, saved.
        line = ["--overwrite", "--validation-split", 0, "--batch-size", 60000, "--threads", 1]
        with OnTerminal("train", "--output", folder, *line) as process:
            process.wait_for("Epoch 1/")
            process.send(signal.SIGTERM)
            time.sleep(0.05)
            process.send(signal.SIGINT)
            start = time.monotonic()
            self.assertIn(process.end(), (130, 143), process.shown)
            self.assertLess(time.monotonic() - start, 2)
        self.assertNotIn("saved", process.shown)
        self.assertTrue(contents(folder) == contents(HALF), "files were changed")

    def test_a_signal_after_the_last_epoch_ends_the_run_at_once(self):
        folder, pipe = self.copy(LATE), self.scratch / "stdout"
        (folder / "metrics.json").unlink()
        os.mkfifo(pipe)
        reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
        self.addCleanup(os.close, reader)
        filler = os.open(pipe, os.O_WRONLY | os.O_NONBLOCK)
        self.addCleanup(os.close, filler)
        with (
            open(pipe, "w") as stdout,
            OnTerminal(*command(folder, "--resume"), stdout=stdout) as process,
        ):
            process.wait_for("Epoch 2/2")
            # The program cannot end before somebody reads what it prints last.
            with contextlib.suppress(BlockingIOError):
                while os.write(filler, b"\n"):
                    pass
            deadline = time.monotonic() + TIMEOUT
            while not (folder / "metrics.json").exists() and time.monotonic() < deadline:
                time.sleep(0.01)
            process.send(signal.SIGINT)
            time.sleep(0.1)
            while process.process.poll() is None:
                with contextlib.suppress(BlockingIOError):
                    os.read(reader, 65536)
                time.sleep(0.01)
            self.assertEqual(process.end(), 130, process.shown)
        self.assertEqual(len(checkpoints.state(folder / "checkpoint.pt")["history"]), 2)
        self.assert_resumes(folder)


if __name__ == "__main__":
    unittest.main()
