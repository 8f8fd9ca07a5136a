"""script/fetch-data takes nothing wrong from servers, nor without end, and waits for none for long.

usage: python3 fetch_data_bad_servers_test.py
"""

import contextlib
import gzip
import re
import threading
import unittest

from fetch_data import FetchDataCase
from mirrors import Mirror, good, refusing_address
from mnist_files import MNIST, TEST_IMAGES, TEST_LABELS, TRAIN_IMAGES, TRAIN_LABELS, zipped


def cut_gzip(handler, name):
    half = zipped(name)[: len(zipped(name)) // 2]
    handler.send(half, len(half))


def cut_connection(handler, name):
    handler.send(zipped(name)[: len(zipped(name)) // 2], len(zipped(name)))
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
    handler.send(zipped(name)[:1000], len(zipped(name)))
    handler.wait_for_the_end()


def endless(handler, _):
    handler.send(b"")
    for _ in range(2000):
        handler.write(bytes(1 << 20))


def bomb(handler, _):
    """A megabyte that unpacks to a gigabyte: gzip files may follow one another."""
    content = gzip.compress(bytes(20_000_000), 9) * 50
    handler.send(content, len(content))


class BadServers(FetchDataCase):
    def check_rejected(self, answer, cause):
        """TEST_IMAGES answered so is refused for that cause, and taken from a second mirror."""
        self.fill(TRAIN_IMAGES, TRAIN_LABELS, TEST_LABELS)
        with Mirror(answer) as bad, Mirror(good) as second:
            result = self.fetch(bad, second)
        url = f"{bad.address}{TEST_IMAGES}.gz"
        self.assertRegex(result.text, f"{re.escape(url)}: .*{cause}")
        self.assert_complete(result)
        return bad

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
            self.fill(TRAIN_IMAGES, folder=self.scratch / folder)
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
        self.fill(TRAIN_IMAGES)
        with Mirror(good) as second:
            result = self.fetch(dead, second)
        self.assert_complete(result)
        self.assertEqual(result.text.count(f"from {dead}"), 1)
        self.assertLess(result.seconds, 8)


if __name__ == "__main__":
    unittest.main()
