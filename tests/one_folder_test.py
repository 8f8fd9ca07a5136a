"""One run at a time has a folder; what killed ones left there is in nobody's way.

usage: see program.py
"""

import os
import signal
import unittest

from program import OnTerminal, run
from training_runs import HALF, LATE, WHOLE, RunCase, command, resume


class OneFolder(RunCase):
    def test_a_second_run_in_a_folder_is_refused_and_a_stale_lock_is_not_in_the_way(self):
        folder = self.copy(LATE)
        with OnTerminal(*command(folder, "--resume")) as first:
            first.wait_for("going on")
            first.send(signal.SIGSTOP)
            message = f"'{folder}' is in use by process {first.process.pid}"
            self.assert_failed(resume(folder), message)
            evaluation = run("evaluate", "--model", HALF / "model.pt", "--output", folder)
            self.assert_failed(evaluation, message)
        self.assertTrue((folder / ".lock").exists())
        self.assert_resumes(folder)

    def test_what_killed_writers_left_is_removed(self):
        folder = self.copy(WHOLE)
        (folder / ".model.pt.1.mnist-tmp").write_text("half a mod")
        self.assert_resumes(folder)

    def test_something_else_in_the_locks_place_is_one_line(self):
        def check(_, put):
            folder = self.new_folder()
            put(folder / ".lock")
            self.assert_failed(run(*command(folder), timeout=60), folder)

        self.each([("pipe", os.mkfifo), ("folder", os.mkdir)], check)


if __name__ == "__main__":
    unittest.main()
