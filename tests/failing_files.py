"""Makes calls on files fail: with libfailing_files.so, the first argument of the tests that do."""

import os
import pathlib
import sys

LIBRARY = pathlib.Path(sys.argv.pop(1)).resolve()


def failing(folder, at, error, call=""):
    """The environment that makes a call on the folder's files fail, or with error 0 kills there."""
    folders = [str(LIBRARY.parent), os.environ.get("LD_LIBRARY_PATH")]
    return {
        # LD_PRELOAD takes a space in a path for its end, LD_LIBRARY_PATH does not.
        "LD_PRELOAD": LIBRARY.name,
        "LD_LIBRARY_PATH": ":".join(filter(None, folders)),
        "FAIL_FOLDER": str(folder),
        "FAIL_CALL": call,
        "FAIL_AT": str(at),
        "FAIL_ERRNO": str(error),
        # The sanitizers' build wants their library to be the first.
        "ASAN_OPTIONS": os.environ.get("ASAN_OPTIONS", "") + ":verify_asan_link_order=0",
    }


def logging(folder, log):
    """The environment that logs each call on the folder's files as a line "CALL PATH"."""
    return {**failing(folder, 0, 0), "FAIL_LOG": str(log)}
