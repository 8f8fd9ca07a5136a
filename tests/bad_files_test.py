"""Data and models that never end, cannot be read, or lie about their size; others are tried in
command_line_test, saved_model_test and dataset_tests.

usage: see program.py
"""

import gzip
import os
import shutil
import unittest
import zipfile

from program import DATA, run
from training_runs import HALF, RunCase

SPECIAL = {
    "pipe": os.mkfifo,
    "device": lambda path: path.symlink_to("/dev/zero"),
    "unreadable": lambda path: path.symlink_to("/proc/self/mem"),
}


def write_model_that_crashes_libtorch(path):
    """A model's attribute without a type: versions of LibTorch die of it."""
    with zipfile.ZipFile(HALF / "model.pt") as model, zipfile.ZipFile(path, "w") as other:
        for name in model.namelist():
            text = model.read(name)
            if name.endswith("/nn.py"):
                text = text.replace(b"training : bool", b"training = None")
            other.writestr(name, text)


class BadFiles(RunCase):
    def test_data_of_another_kind_is_one_line(self):
        def check(_, put, file):
            data = self.new_folder()
            for path in DATA.iterdir():
                (data / path.name).symlink_to(path)
            (data / file).unlink()
            put(data / file)
            result = run("evaluate", "--model", HALF / "model.pt", "--data", data, timeout=60)
            self.assert_failed(result, data / file)

        files = ("t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte")
        cases = [(f"{name} {file}", put, file) for name, put in SPECIAL.items() for file in files]
        self.each(cases, check)

    def test_a_model_of_another_kind_is_one_line(self):
        whole = (HALF / "model.pt").read_bytes()
        directory = whole.rindex(b"PK\6\6") + 40  # where a zip archive has its size and place
        elsewhere = whole[:directory] + b"\xfe" * 16 + whole[directory + 16 :]
        others = {
            **SPECIAL,
            "folder": lambda path: path.mkdir(),
            "empty": lambda path: path.write_bytes(b""),
            "gzip": lambda path: path.write_bytes(gzip.compress(whole, 1)),
            "checkpoint": lambda path: shutil.copy(HALF / "checkpoint.pt", path),
            "zip of nothing": lambda path: path.write_bytes(b"PK\3\4" + bytes(100)),
            "start alone": lambda path: path.write_bytes(whole[: len(whole) // 2]),
            "directory elsewhere": lambda path: path.write_bytes(elsewhere),
            "LibTorch crashes on it": write_model_that_crashes_libtorch,
        }

        def check(name, put):
            model = self.scratch / name
            put(model)
            for command in ("evaluate", "info"):
                self.assert_failed(run(command, "--model", model, timeout=60), model)

        self.each(others.items(), check)


if __name__ == "__main__":
    unittest.main()
