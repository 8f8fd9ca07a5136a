"""The program under test, for the tests beside this file."""

import os
import subprocess

MNIST = os.environ["MNIST"]


def run(*arguments, cwd=None, preexec_fn=None, timeout=600, **environment):
    return subprocess.run(
        [MNIST, *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=timeout,
        cwd=cwd,
        preexec_fn=preexec_fn,
        env={**os.environ, **environment},
    )
