"""What a training run survives: kills, signals, failing calls, full disks, damaged files.

usage: MNIST=path/to/mnist MNIST_DATA=path/to/data python3 reliability_test.py libfailing_files.so

Each test tries a sample of its cases, the same at each run; with MNIST_FULL=1 it tries all of them,
and 200 kills. Most begin with a copy of a run that is nearly done, to be short.
"""

import contextlib
import csv
import errno
import gzip
import hashlib
import json
import os
import pathlib
import pty
import random
import re
import resource
import select
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest

MNIST = os.environ["MNIST"]
DATA = pathlib.Path(os.environ["MNIST_DATA"]).resolve()
os.environ["MNIST_DATA"] = str(DATA)
FAILING_FILES = pathlib.Path(sys.argv.pop(1))
FULL = os.environ.get("MNIST_FULL", "0") != "0"
TIMEOUT = 600
OUTPUTS = ["history.csv", "metrics.json", "model.pt", "predictions.csv"]

SCRATCH = pathlib.Path(tempfile.mkdtemp(prefix="mnist reliability "))
# LD_PRELOAD takes a space or a colon in a name for its end: the library gets a path without them.
PRELOADED = pathlib.Path(tempfile.mkdtemp(prefix="mnist-", dir="/tmp"), FAILING_FILES.name)
WHOLE = SCRATCH / "whole"  # two epochs in one go
HALF = SCRATCH / "half"  # the first of them, as a run of its own
LATE = SCRATCH / "late"  # HALF gone on with, interrupted twice in its second epoch
interrupted = {}  # by signal: what the program did when it came


def command(folder, *arguments, epochs=2):
    options = {"--output": folder, "--epochs": epochs, "--batch-size": 5000, "--seed": 7}
    return [MNIST, "train", *(str(word) for pair in options.items() for word in pair), *arguments]


def run(arguments, timeout=TIMEOUT, **settings):
    environment = {**os.environ, **settings.pop("env", {})}
    return subprocess.run(
        [str(argument) for argument in arguments],
        **{"capture_output": True, "text": True, "timeout": timeout, **settings},
        env=environment,
    )


def resume(folder, *arguments, **settings):
    epochs = settings.pop("epochs", 2)
    line = command(folder, "--resume", "--verbose", "0", *arguments, epochs=epochs)
    return run(line, **settings)


class OnTerminal:
    """A run whose stderr is a terminal, so that it shows each step."""

    def __init__(self, *arguments):
        self.master, slave = pty.openpty()
        self.output = ""
        self.process = subprocess.Popen(
            arguments,
            stdout=subprocess.DEVNULL,
            stderr=slave,
            env={**os.environ, "TERM": "xterm", "NO_COLOR": "1"},
        )
        os.close(slave)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()
        os.close(self.master)

    def wait_for(self, pattern):
        """Reads until the pattern shows; or, without one, to the end."""
        while pattern is None or not re.search(pattern, self.output):
            if not select.select([self.master], [], [], TIMEOUT)[0]:
                raise TimeoutError(self.output)
            try:
                self.output += os.read(self.master, 65536).decode(errors="replace")
            except OSError as error:  # how Linux says that the other end is closed
                if pattern is None:
                    return
                raise AssertionError(f"no {pattern} in {self.output}") from error

    def send(self, number):
        self.process.send_signal(number)

    def end(self):
        self.wait_for(None)
        return self.process.wait(TIMEOUT)


def setUpModule():
    # A job in the background is born ignoring SIGINT, and would hand that on to the program.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    shutil.copy(FAILING_FILES, PRELOADED)
    for folder, epochs in ((WHOLE, 2), (HALF, 1)):
        result = run(command(folder, "--verbose", "0", epochs=epochs))
        if result.returncode != 0:
            raise RuntimeError(result.stderr)
    shutil.copytree(HALF, LATE)
    for number, step in ((signal.SIGTERM, 7), (signal.SIGINT, 9)):
        with OnTerminal(*command(LATE, "--resume")) as process:
            process.wait_for(rf"{step}/11")
            process.send(number)
            interrupted[number] = (process.end(), process.output)


def tearDownModule():
    shutil.rmtree(SCRATCH)
    shutil.rmtree(PRELOADED.parent)


def parse_checkpoint(path):
    """What a checkpoint holds, but for the seconds that its epochs took."""
    first, digest, payload = path.read_bytes().split(b"\n", 2)
    if first != b"mnist checkpoint 1" or hashlib.sha256(payload).hexdigest() != digest.decode():
        raise ValueError(f"{path} is not whole")
    length = int.from_bytes(payload[:8], "little")
    header = json.loads(payload[8 : 8 + length])
    state = json.loads(header["__metadata__"]["state"])
    for epoch in state["history"]:
        del epoch["seconds"]
    header["__metadata__"]["state"] = state
    return header, payload[8 + length :]


def forge_checkpoint(path, change):
    """Puts what `change` makes of the header and the tensors' bytes there, under a right digest."""
    payload = path.read_bytes().split(b"\n", 2)[2]
    length = int.from_bytes(payload[:8], "little")
    header, tensors = json.loads(payload[8 : 8 + length]), bytearray(payload[8 + length :])
    changed = change(header, tensors)
    text = changed if isinstance(changed, bytes) else json.dumps(header).encode()
    payload = len(text).to_bytes(8, "little") + text + tensors
    digest = hashlib.sha256(payload).hexdigest()
    path.write_bytes(f"mnist checkpoint 1\n{digest}\n".encode() + payload)


def parse_history(path):
    with open(path, newline="") as file:
        return [row[:-1] for row in csv.reader(file)]


def contents(folder):
    """All files of the folder by name, as far as two runs of the same options must agree."""
    files = {}
    for path in folder.iterdir():
        if path.name.startswith("checkpoint"):
            files[path.name] = parse_checkpoint(path)
        elif path.name == "history.csv":
            files[path.name] = parse_history(path)
        elif path.name != ".lock":
            files[path.name] = path.read_bytes()
    return files


def failing(folder, at, error, call=""):
    """The environment that makes a call on the folder's files fail, or with error 0 kills there."""
    return {
        "LD_PRELOAD": str(PRELOADED),
        "FAIL_FOLDER": str(folder),
        "FAIL_CALL": call,
        "FAIL_AT": str(at),
        "FAIL_ERRNO": str(error),
        # The sanitizers' build wants their library to be the first.
        "ASAN_OPTIONS": os.environ.get("ASAN_OPTIONS", "") + ":verify_asan_link_order=0",
    }


def calls_of_a_run(folder):
    """The calls on the files of the folder, "CALL PATH" each, that finishing its run takes."""
    log = folder.parent / "calls"
    resume(folder, env={**failing(folder, 0, 0), "FAIL_LOG": str(log)})
    return log.read_text().splitlines()


def sample(cases, count):
    """All cases, or some that are the same at each run."""
    cases = list(cases)
    return cases if FULL or count >= len(cases) else random.Random(1).sample(cases, count)


def is_remark(line):
    return line.startswith(("mnist: note: ", "mnist: warning: "))


def leftovers(folder):
    return [path.name for path in folder.iterdir() if path.name.endswith(".mnist-tmp")]


class Case(unittest.TestCase):
    def setUp(self):
        self.scratch = tempfile.TemporaryDirectory(dir=SCRATCH)
        self.addCleanup(self.scratch.cleanup)

    def copy(self, original):
        folder = pathlib.Path(tempfile.mkdtemp(dir=self.scratch.name)) / original.name
        return shutil.copytree(original, folder)

    def assert_done(self, folder):
        """The folder holds what an uninterrupted run leaves, to the byte, and nothing else."""
        found, expected = contents(folder), contents(WHOLE)
        self.assertEqual(sorted(found), sorted(expected))
        for name in [*OUTPUTS, "checkpoint.pt"]:
            self.assertTrue(found[name] == expected[name], f"{name} differs")

    def assert_resumes(self, folder):
        result = resume(folder)
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assert_done(folder)
        return result

    def assert_failed(self, result, *parts):
        """Status 1 and one line, after notes and warnings if any."""
        lines = [line for line in result.stderr.splitlines(True) if not is_remark(line)]
        self.assertEqual((result.returncode, len(lines)), (1, 1), result.stderr)
        self.assertRegex(lines[0], r"^mnist: [^\n]+\n$")
        for part in parts:
            self.assertIn(str(part), lines[0])

    def assert_old_or_new(self, folder):
        """Each file is that of LATE or that of the finished run, and whole."""
        old, new = contents(LATE), contents(WHOLE)
        new["checkpoint.previous.pt"] = old["checkpoint.pt"]
        for name, found in contents(folder).items():
            if not name.endswith(".mnist-tmp"):
                self.assertTrue(found in (old[name], new[name]), f"{name} is neither")


class Kills(Case):
    def test_a_run_killed_at_any_moment_goes_on_to_the_same_bytes(self):
        choose = random.Random(1)
        start = time.monotonic()
        resume(self.copy(HALF))
        epoch = time.monotonic() - start
        for kills in [1, 2, 3, 4] * 20 if FULL else [1, 2, 3]:
            folder = pathlib.Path(tempfile.mkdtemp(dir=self.scratch.name))
            for _ in range(kills):
                line = command(folder, "--resume")
                process = subprocess.Popen(
                    line, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
                )
                time.sleep(choose.uniform(0, 2 * epoch))
                process.kill()
                process.wait()
                contents(folder)  # raises where a file is not whole
            with self.subTest(kills=kills):
                self.assert_resumes(folder)

    def test_a_run_killed_before_any_call_on_its_files_goes_on_to_the_same_bytes(self):
        calls = calls_of_a_run(self.copy(LATE))
        renames = [at for at, call in enumerate(calls, 1) if call.startswith("rename")]
        # Between the two renames of a checkpoint there is none under the first name.
        for at in sorted({renames[1], *sample(range(1, len(calls) + 1), 2)}):
            with self.subTest(calls[at - 1]):
                folder = self.copy(LATE)
                result = resume(folder, env=failing(folder, at, 0))
                self.assertEqual(result.returncode, -signal.SIGKILL, result.stderr)
                self.assert_old_or_new(folder)
                self.assert_resumes(folder)


class FailingCalls(Case):
    ERRORS = {
        "open": errno.EMFILE,
        "write": errno.ENOSPC,
        "fsync": errno.EIO,
        "rename": errno.EACCES,
    }

    def test_a_call_that_fails_is_one_line_and_leaves_whole_files(self):
        calls = calls_of_a_run(self.copy(LATE))
        for call, error in self.ERRORS.items():
            paths = [line.split(" ", 1)[1] for line in calls if line.split(" ", 1)[0] == call]
            self.assertGreaterEqual(len(paths), 5)
            for at in sample(range(1, len(paths) + 1), 2):
                with self.subTest(call, at=at, path=paths[at - 1]):
                    folder = self.copy(LATE)
                    result = resume(folder, env=failing(folder, at, error, call))
                    self.assert_failed(result, folder, os.strerror(error))
                    self.assertEqual(leftovers(folder), [])
                    self.assert_old_or_new(folder)
                    self.assert_resumes(folder)

    def test_a_write_that_is_interrupted_is_tried_again(self):
        folder = self.copy(LATE)
        result = resume(folder, env=failing(folder, 2, errno.EINTR, "write"))
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assert_done(folder)

    def test_data_that_cannot_be_read_are_one_line(self):
        result = resume(self.copy(LATE), env=failing(DATA, 1, errno.EIO, "read"))
        self.assert_failed(result, "train-images-idx3-ubyte")


class Signals(Case):
    def test_an_interrupted_run_saves_its_epoch_and_says_how_to_go_on(self):
        for number, status in ((signal.SIGTERM, 143), (signal.SIGINT, 130)):
            returned, output = interrupted[number]
            self.assertEqual(returned, status, output)
            self.assertRegex(output, "mnist: interrupted and saved; to go on: mnist .*--resume")
        state = parse_checkpoint(LATE / "checkpoint.pt")[0]["__metadata__"]["state"]
        self.assertEqual(len(state["history"]), 1)
        self.assertIn(state["steps_done"], (9, 10, 11))

    def test_the_command_that_it_prints_ends_with_the_same_bytes(self):
        folder = self.copy(LATE)
        line = re.search(r"to go on: (mnist .*?)\r?\n", interrupted[signal.SIGINT][1])[1]
        words = [word.replace(str(LATE), str(folder)) for word in shlex.split(line)]
        result = run([MNIST, *words[1:]])
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertIn("mnist: note: going on after epoch 1 of 2", result.stderr)
        self.assert_done(folder)

    def test_a_second_signal_ends_the_run_at_once(self):
        folder = self.copy(HALF)
        with OnTerminal(*command(folder, "--resume")) as process:
            process.wait_for("Epoch 2/2")
            process.send(signal.SIGTERM)
            time.sleep(0.05)
            process.send(signal.SIGINT)
            start = time.monotonic()
            self.assertIn(process.end(), (130, 143), process.output)
            self.assertLess(time.monotonic() - start, 5)
        self.assertEqual(leftovers(folder), [])
        contents(folder)


class Limits(Case):
    def test_a_file_size_limit_is_one_line(self):
        folder = self.copy(LATE)
        limit = 1 << 20
        result = resume(
            folder,
            preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit)),
        )
        self.assert_failed(result, folder / "checkpoint.pt", os.strerror(errno.EFBIG))
        self.assertEqual(leftovers(folder), [])
        self.assert_old_or_new(folder)
        self.assert_resumes(folder)

    def test_a_full_disk_is_one_line(self):
        folder, saved = self.copy(LATE), pathlib.Path(self.scratch.name, "saved")
        script = (
            'mount -t tmpfs -o size=12m tmpfs "$2" && cp -a "$1/." "$2" || exit 77\n'
            'folder=$2 saved=$3; shift 3; "$@"; status=$?; cp -a "$folder" "$saved"; exit $status'
        )
        disk = pathlib.Path(self.scratch.name, "disk")
        disk.mkdir()
        line = command(disk, "--resume", "--verbose", "0")
        unshare = ["unshare", "--map-root-user", "--mount", "sh", "-c", script, "sh"]
        result = run([*unshare, folder, disk, saved, *line])
        if result.returncode in (77, 127) or "unshare" in result.stderr:
            self.skipTest(f"no file system can be mounted here: {result.stderr}")
        self.assert_failed(result, disk / "checkpoint.pt", os.strerror(errno.ENOSPC))
        self.assertEqual(leftovers(saved), [])
        self.assert_old_or_new(saved)
        self.assert_resumes(saved)

    def test_a_read_only_disk_is_one_line(self):
        folder = self.copy(LATE)
        script = (
            'mount --bind "$1" "$1" && mount -o remount,bind,ro "$1" || exit 77\n'
            'shift; "$@"'
        )
        line = command(folder, "--resume", "--verbose", "0")
        unshare = ["unshare", "--map-root-user", "--mount", "sh", "-c", script, "sh"]
        result = run([*unshare, folder, *line])
        if result.returncode in (77, 127) or "unshare" in result.stderr:
            self.skipTest(f"no file system can be mounted here: {result.stderr}")
        self.assert_failed(result, folder, os.strerror(errno.EROFS))

    def test_a_folder_that_cannot_be_made_or_written_to_is_one_line(self):
        for folder in ("/proc/mnist", "/proc/self", "/sys/kernel", "/dev/null", "/dev/null/runs"):
            with self.subTest(folder):
                self.assert_failed(run(command(folder), timeout=60), folder)

    def test_a_folder_that_vanishes_is_one_line(self):
        folder = self.copy(LATE)
        with OnTerminal(*command(folder, "--resume")) as process:
            process.wait_for("Epoch 2/2")
            folder.rename(folder.with_name("elsewhere"))
            self.assertEqual(process.end(), 1, process.output)
        self.assertRegex(process.output, r"mnist: cannot write '.*checkpoint\.pt': No such file")

    def test_a_standard_output_that_cannot_be_written_to_is_one_line(self):
        line = command(self.scratch.name, "--verbose", "0")
        with open("/dev/full", "w") as full:
            result = run(line, capture_output=False, stdout=full, stderr=subprocess.PIPE)
        self.assert_failed(result, "cannot write to the standard output")
        self.assert_failed(run(["sh", "-c", '"$@" >&-', "sh", *line]), "standard output")

    def test_a_standard_error_that_cannot_be_written_to_is_no_obstacle(self):
        folder = self.copy(LATE)
        with open("/dev/full", "w") as full:
            line = command(folder, "--resume")
            result = run(line, capture_output=False, stdout=subprocess.DEVNULL, stderr=full)
        self.assertEqual(result.returncode, 0)
        self.assert_done(folder)


class Damage(Case):
    def damaged(self, count):
        """What `count` cuts and `count` flipped bits make of the checkpoint, with their names."""
        whole = (LATE / "checkpoint.pt").read_bytes()
        choose = random.Random(1)
        for size in [0, *(choose.randrange(len(whole)) for _ in range(count - 1))]:
            yield f"cut to {size}", whole[:size]
        for bit in (choose.randrange(8 * len(whole)) for _ in range(count)):
            changed = bytearray(whole)
            changed[bit // 8] ^= 1 << bit % 8
            yield f"bit {bit}", bytes(changed)

    def test_a_damaged_checkpoint_is_replaced_by_the_previous_one(self):
        for name, damaged in self.damaged(50 if FULL else 2):
            with self.subTest(name):
                folder = self.copy(LATE)
                (folder / "checkpoint.pt").write_bytes(damaged)
                result = self.assert_resumes(folder)
                self.assertRegex(
                    result.stderr,
                    r"^mnist: warning: cannot use the checkpoint '.*/checkpoint\.pt': it is .*; "
                    r"using checkpoint\.previous\.pt\n",
                )

    def test_a_kill_while_a_damaged_checkpoint_is_replaced_loses_nothing(self):
        folder = self.copy(LATE)
        (folder / "checkpoint.pt").write_bytes(b"damaged")
        result = resume(folder, env=failing(folder, 2, 0, "rename"))
        self.assertEqual(result.returncode, -signal.SIGKILL, result.stderr)
        self.assert_resumes(folder)

    def test_without_a_whole_checkpoint_there_is_one_line(self):
        for name, damaged in self.damaged(10 if FULL else 1):
            with self.subTest(name):
                folder = self.copy(LATE)
                for file in ("checkpoint.pt", "checkpoint.previous.pt"):
                    (folder / file).write_bytes(damaged)
                self.assert_failed(resume(folder), folder / "checkpoint.previous.pt")

    def test_something_else_in_the_checkpoints_place_is_one_line(self):
        for name, put in (
            ("empty", lambda path: path.write_bytes(b"")),
            ("gzip", lambda path: path.write_bytes(gzip.compress(b"x" * 1000))),
            ("model", lambda path: shutil.copy(HALF / "model.pt", path)),
            ("folder", lambda path: path.mkdir()),
            ("pipe", os.mkfifo),
            ("device", lambda path: path.symlink_to("/dev/zero")),
            ("unreadable", lambda path: path.symlink_to("/proc/self/mem")),
            ("dangling", lambda path: path.symlink_to("nothing")),
            ("huge", lambda path: path.touch() or os.truncate(path, 1 << 40)),
        ):
            with self.subTest(name):
                folder = self.copy(HALF)
                (folder / "checkpoint.pt").unlink()
                put(folder / "checkpoint.pt")
                self.assert_failed(resume(folder, timeout=60), folder / "checkpoint.pt")

    def test_a_hostile_checkpoint_with_a_right_digest_is_one_line(self):
        def state(**values):
            def change(header, _):
                old = json.loads(header["__metadata__"]["state"])
                header["__metadata__"]["state"] = json.dumps({**old, **values})

            return change

        def shape(*sizes, end=0):
            def change(header, _):
                header["order"] = {"dtype": "I64", "shape": sizes, "data_offsets": [0, end]}

            return change

        def run_text(text):
            return lambda header, _: header["__metadata__"].update(run=text)

        for name, change in (
            ("not JSON", lambda *_: b"{"),
            ("deep header", lambda *_: b"[" * 1_000_000),
            ("deep run", run_text("[" * 100_000 + "]" * 100_000)),
            ("run of no JSON", run_text("run")),
            ("state is a number", lambda header, _: header["__metadata__"].update(state="1")),
            ("steps", state(steps_done=2**63 - 1)),
            ("negative steps", state(steps_done=-1)),
            ("steps without order", state(steps_done=3)),
            ("history", state(history=[1])),
            ("order of nothing", shape(0)),
            ("order of huge sizes", shape(0, 2**62, 2**62)),
            ("order of many dimensions", shape(*[1] * 100, end=8)),
            ("order of one row", shape(1, end=8)),
            ("no weights", lambda header, _: header.pop("model.layers.fc2.weight") and None),
        ):
            with self.subTest(name):
                folder = self.copy(HALF)
                forge_checkpoint(folder / "checkpoint.pt", change)
                self.assert_failed(resume(folder, timeout=60), "checkpoint")

    def test_weights_that_are_not_finite_stop_the_run_and_are_not_saved(self):
        def spoil(header, tensors):
            begin, end = header["model.layers.fc2.weight"]["data_offsets"]
            tensors[begin:end] = b"\x00\x00\xc0\x7f" * ((end - begin) // 4)  # NaN

        def spoil_at_the_end(header, tensors):
            spoil(header, tensors)
            state = json.loads(header["__metadata__"]["state"])
            header["__metadata__"]["state"] = json.dumps({**state, "steps_done": 11})

        for original, change, where in (
            (HALF, spoil, "epoch 2, the loss is nan at step 1 of 11"),
            (LATE, spoil_at_the_end, "epoch 2"),
        ):
            with self.subTest(where):
                folder = self.copy(original)
                forge_checkpoint(folder / "checkpoint.pt", change)
                before = contents(folder)
                self.assert_failed(resume(folder), where)
                self.assertTrue(contents(folder) == before)


class Resuming(Case):
    def test_other_settings_are_refused_with_what_differs(self):
        folder = self.copy(LATE)
        before = contents(folder)
        options = ["--seed", "8", "--batch-size", "50", "--threads", "3", "--learning-rate", "0.1"]
        result = resume(folder, *options)
        self.assert_failed(
            result,
            "options/seed was 7 and is 8",
            "options/batch_size was 5000 and is 50",
            "options/learning_rate was 0.001 and is 0.1",
            "options/threads was ",
        )
        self.assertTrue(contents(folder) == before)

    def test_a_finished_run_says_so_and_stays_the_same(self):
        folder = self.copy(WHOLE)
        result = self.assert_resumes(folder)
        self.assertRegex(result.stderr, r"^mnist: note: the run is finished.*\n$")

    def test_without_a_checkpoint_it_begins_with_the_first_epoch(self):
        folder = pathlib.Path(self.scratch.name, "new")
        result = resume(folder, epochs=1)
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertIn(f"mnist: note: no checkpoint in {folder} yet", result.stderr)
        for name in OUTPUTS:
            self.assertTrue(contents(folder)[name] == contents(HALF)[name], name)


class OneFolder(Case):
    def test_a_second_run_in_a_folder_is_refused_and_a_stale_lock_is_not_in_the_way(self):
        folder = self.copy(LATE)
        with OnTerminal(*command(folder, "--resume")) as first:
            first.wait_for("Epoch 2/2")
            message = f"'{folder}' is in use by process {first.process.pid}"
            self.assert_failed(resume(folder), message)
            evaluation = run([MNIST, "evaluate", "--model", HALF / "model.pt", "--output", folder])
            self.assert_failed(evaluation, message)
        self.assertTrue((folder / ".lock").exists())
        self.assert_resumes(folder)

    def test_what_killed_writers_left_is_removed(self):
        folder = self.copy(WHOLE)
        (folder / ".model.pt.1.mnist-tmp").write_text("half a mod")
        self.assert_resumes(folder)

    def test_something_else_in_the_locks_place_is_one_line(self):
        for name, put in (("pipe", os.mkfifo), ("folder", os.mkdir)):
            with self.subTest(name):
                folder = pathlib.Path(self.scratch.name, name)
                folder.mkdir()
                put(folder / ".lock")
                self.assert_failed(run(command(folder), timeout=60), folder)


class EarlyStopping(Case):
    def test_it_stops_and_takes_the_best_weights(self):
        def stop_early(header, _):
            metadata = header["__metadata__"]
            settings, state = json.loads(metadata["run"]), json.loads(metadata["state"])
            settings["options"]["early_stopping"] = 1
            state["best"]["loss"] = 0  # of the first epoch: nothing can be lower
            metadata.update(run=json.dumps(settings), state=json.dumps(state))

        folder = self.copy(LATE)
        forge_checkpoint(folder / "checkpoint.pt", stop_early)
        for note in ("going on after epoch 1 of 9", "the run is finished"):
            result = resume(folder, "--early-stopping", "1", epochs=9)
            self.assertEqual(result.returncode, 0, result.stderr)
            self.assertIn(note, result.stderr)
            found = contents(folder)
            self.assertEqual(found["history.csv"], contents(WHOLE)["history.csv"])
            self.assertTrue(found["predictions.csv"] == contents(HALF)["predictions.csv"])


class BadFiles(Case):
    """What cli_test and dataset_tests do not try: files that never end, or lie about their size."""

    SPECIAL = (
        ("pipe", os.mkfifo),
        ("device", lambda path: path.symlink_to("/dev/zero")),
        ("unreadable", lambda path: path.symlink_to("/proc/self/mem")),
    )

    def test_data_of_another_kind_is_one_line(self):
        for name, put in self.SPECIAL:
            for file in ("t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"):
                with self.subTest(name, file=file):
                    data = pathlib.Path(tempfile.mkdtemp(dir=self.scratch.name))
                    for path in DATA.iterdir():
                        (data / path.name).symlink_to(path)
                    (data / file).unlink()
                    put(data / file)
                    line = [MNIST, "evaluate", "--model", HALF / "model.pt", "--data", data]
                    self.assert_failed(run(line, timeout=60), data / file)

    def test_a_model_of_another_kind_is_one_line(self):
        whole = (HALF / "model.pt").read_bytes()
        directory = whole.rindex(b"PK\6\6") + 40  # where a zip archive has its size and place
        for name, put in (
            *self.SPECIAL,
            ("folder", lambda path: path.mkdir()),
            ("empty", lambda path: path.write_bytes(b"")),
            ("gzip", lambda path: path.write_bytes(gzip.compress(whole, 1))),
            ("checkpoint", lambda path: shutil.copy(HALF / "checkpoint.pt", path)),
            ("zip of nothing", lambda path: path.write_bytes(b"PK\3\4" + bytes(100))),
            ("start alone", lambda path: path.write_bytes(whole[: len(whole) // 2])),
            ("directory elsewhere", lambda path: path.write_bytes(
                whole[:directory] + b"\xfe" * 16 + whole[directory + 16 :])),
        ):  # fmt: skip
            with self.subTest(name):
                model = pathlib.Path(self.scratch.name, name)
                put(model)
                for arguments in (["evaluate"], ["info"]):
                    result = run([MNIST, *arguments, "--model", model], timeout=60)
                    self.assert_failed(result, model)


if __name__ == "__main__":
    unittest.main()
