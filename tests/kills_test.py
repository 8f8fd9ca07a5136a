"""A training that is killed leaves whole files, and goes on to the same bytes.

usage: see program.py; the argument is the path of libfailing_files.so
"""

import contextlib
import random
import signal
import subprocess
import unittest

from failing_files import failing, logging
from program import FULL, OnTerminal, sample
from training_runs import LATE, RunCase, command, contents, resume, seen


class Kills(RunCase):
    def test_a_run_killed_at_any_moment_goes_on_to_the_same_bytes(self):
        choose = random.Random(1)
        for kills in [1, 2, 3, 4] * 20 if FULL else [3]:
            folder = self.new_folder()
            for _ in range(kills):
                with OnTerminal(*command(folder, "--resume")) as run:
                    with contextlib.suppress(subprocess.TimeoutExpired):
                        run.process.wait(choose.uniform(0, seen()["seconds"]))
                contents(folder)  # raises where a file is not whole
            with self.subTest(kills=kills):
                self.assert_resumes(folder)

    def test_a_run_killed_before_any_call_on_its_files_goes_on_to_the_same_bytes(self):
        folder, log = self.copy(LATE), self.scratch / "calls"
        resume(folder, **logging(folder, log))
        calls = log.read_text().splitlines()
        renames = [at for at, call in enumerate(calls, 1) if call.startswith("rename")]
        # Between the two renames of a checkpoint there is none under the first name.
        chosen = sorted({renames[1], *sample(range(1, len(calls) + 1), 2)})

        def check(_, at):
            folder = self.copy(LATE)
            result = resume(folder, **failing(folder, at, 0))
            self.assertEqual(result.returncode, -signal.SIGKILL, result.stderr)
            self.assert_old_or_new(folder)
            self.assert_resumes(folder)

        self.each(((f"{at}: {calls[at - 1]}", at) for at in chosen), check)


if __name__ == "__main__":
    unittest.main()
