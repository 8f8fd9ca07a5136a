"""A call on a file that fails ends a training with one line, and leaves whole files.

usage: see program.py; the argument is the path of libfailing_files.so
"""

import errno
import os
import unittest

from failing_files import failing, logging
from program import DATA, sample
from training_runs import LATE, RunCase, leftovers, resume

ERRORS = {
    "open": errno.EMFILE,
    "write": errno.ENOSPC,
    "fsync": errno.EIO,
    "rename": errno.EACCES,
}


class FailingCalls(RunCase):
    def test_a_call_that_fails_is_one_line_and_leaves_whole_files(self):
        folder, log = self.copy(LATE), self.scratch / "calls"
        resume(folder, **logging(folder, log))
        calls = [line.split(" ", 1)[0] for line in log.read_text().splitlines()]

        resumed = []

        def check(_, call, at):
            folder = self.copy(LATE)
            result = resume(folder, **failing(folder, at, ERRORS[call], call))
            self.assert_failed(result, folder, os.strerror(ERRORS[call]))
            self.assertEqual(leftovers(folder), [])
            is_new = self.assert_old_or_new(folder)
            if is_new not in resumed:  # the same files go on in the same way
                resumed.append(is_new)
                self.assert_resumes(folder)

        cases = []
        for call in ERRORS:
            self.assertGreaterEqual(calls.count(call), 5)
            cases += [(f"{call} {at + 1}", call, at + 1) for at in range(calls.count(call))]
        self.each(sample(cases, 6), check)

    def test_a_write_that_is_interrupted_is_tried_again(self):
        folder = self.copy(LATE)
        self.assert_succeeded(resume(folder, **failing(folder, 2, errno.EINTR, "write")))
        self.assert_done(folder)

    def test_data_that_cannot_be_read_are_one_line(self):
        result = resume(self.copy(LATE), **failing(DATA, 1, errno.EIO, "read"))
        self.assert_failed(result, "train-images-idx3-ubyte")


if __name__ == "__main__":
    unittest.main()
