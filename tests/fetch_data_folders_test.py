"""The folder that script/fetch-data is given, and what lies there already.

usage: python3 fetch_data_folders_test.py
"""

import hashlib
import os
import unittest

from fetch_data import FetchDataCase
from mirrors import Mirror, good
from mnist_files import MNIST, TEST_LABELS, TRAIN_IMAGES


class Folders(FetchDataCase):
    def test_a_file_with_other_content_is_named_and_left_alone(self):
        self.folder.mkdir()
        other = bytes(len(MNIST[TEST_LABELS]))
        (self.folder / TEST_LABELS).write_bytes(other)
        with Mirror(good) as mirror:
            result = self.fetch(mirror)
        self.assert_one_line(result, self.folder / TEST_LABELS)
        self.assertIn(hashlib.sha256(other).hexdigest(), result.text)
        self.assertEqual((self.folder / TEST_LABELS).read_bytes(), other)
        self.assertEqual(mirror.requests, [])

    def test_a_folder_in_place_of_a_file_is_named(self):
        (self.folder / TEST_LABELS).mkdir(parents=True)
        self.assert_one_line(self.fetch(), self.folder / TEST_LABELS)

    def test_names_with_spaces_quotes_and_a_leading_dash_work_in_the_callers_folder(self):
        for arguments in (['it\'s "new" here/a b'], ["--", "-data"]):
            with self.subTest(arguments), Mirror(good) as mirror:
                folder = self.scratch / arguments[-1]
                self.fill(TRAIN_IMAGES, folder=folder)
                self.assert_complete(self.fetch(mirror, arguments=arguments), folder)

    def test_a_folder_that_cannot_be_made_is_one_clear_line(self):
        (self.scratch / "file").write_text("a file")
        for name in ("file", "file/below"):
            with self.subTest(name), Mirror(good) as mirror:
                result = self.fetch(mirror, arguments=[name])
                self.assert_one_line(result, self.scratch / name)
                self.assertEqual(mirror.requests, [])

    @unittest.skipIf(os.geteuid() == 0, "root may write everywhere")
    def test_a_folder_that_may_not_be_written_to_is_one_clear_line(self):
        self.folder.mkdir(mode=0o500)
        self.assert_one_line(self.fetch(), self.folder)

    def test_unknown_options_and_second_folders_are_usage_errors(self):
        for arguments in (["--force"], ["one", "two"]):
            with self.subTest(arguments):
                result = self.fetch(arguments=arguments)
                self.assertEqual(result.status, 2)
                self.assertIn("usage", result.text)
                self.assertEqual(len(list(self.scratch.iterdir())), 1, "something was written")


if __name__ == "__main__":
    unittest.main()
