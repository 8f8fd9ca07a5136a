"""What the tests of the program have in common."""

import concurrent.futures
import pathlib
import tempfile
import unittest

AT_ONCE = 2  # much of what the program does when it starts takes one core


class Case(unittest.TestCase):
    def setUp(self):
        scratch = tempfile.TemporaryDirectory(prefix="mnist test ")
        self.addCleanup(scratch.cleanup)
        self.scratch = pathlib.Path(scratch.name)

    def new_folder(self):
        return pathlib.Path(tempfile.mkdtemp(dir=self.scratch))

    def each(self, cases, check):
        """Calls check(*case) for each of the cases, some at once; a case begins with its name."""
        with concurrent.futures.ThreadPoolExecutor(AT_ONCE) as pool:
            for case, checked in [(case, pool.submit(check, *case)) for case in cases]:
                with self.subTest(case[0]):
                    checked.result()

    def assert_succeeded(self, result):
        self.assertEqual(result.returncode, 0, result.stderr)
        return result

    def assert_failed(self, result, *parts, status=1):
        """It said why in one line, after notes and warnings if any."""
        remarks = ("mnist: note: ", "mnist: warning: ")
        lines = [line for line in result.stderr.splitlines(True) if not line.startswith(remarks)]
        self.assertEqual((result.returncode, len(lines)), (status, 1), result.stderr)
        self.assertRegex(lines[0], r"^mnist: [^\n]+\n$")
        for part in parts:
            self.assertIn(str(part), lines[0])
