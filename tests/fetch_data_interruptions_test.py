"""script/fetch-data when it is interrupted, killed, or started twice at once.

usage: python3 fetch_data_interruptions_test.py
"""

import signal
import time
import unittest

from fetch_data import FetchDataCase
from mirrors import Mirror, good, good_but_for
from mnist_files import MNIST, TEST_IMAGES, TRAIN_IMAGES, TRAIN_LABELS, zipped


class Interruptions(FetchDataCase):
    def interrupt(self, how, then=None):
        """Interrupts a run that has TRAIN_LABELS and half of TEST_IMAGES; `then` follows while the
        mirror still keeps its side of the connection open."""
        self.fill(TRAIN_IMAGES)

        def half(handler, name):
            handler.send(zipped(name)[: len(zipped(name)) // 2], len(zipped(name)))
            handler.wait_for_the_end()

        with Mirror(good_but_for(TEST_IMAGES, half)) as mirror:
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


if __name__ == "__main__":
    unittest.main()
