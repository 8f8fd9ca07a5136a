"""A training ends with one line where files cannot be written, be it the disk, a limit or a folder.

usage: see program.py
"""

import errno
import os
import subprocess
import unittest

from program import OnTerminal, run
from training_runs import LATE, RunCase, command, leftovers, resume


def mounting(script, *arguments):
    """A command to start the program within, where `script` has mounted what it likes."""
    namespace = ["unshare", "--map-root-user", "--mount"]
    return [*namespace, "sh", "-c", script, "sh", *arguments]


class Limits(RunCase):
    def assert_file_system_mounted(self, result):
        if result.returncode in (77, 127) or "unshare" in result.stderr:
            self.skipTest(f"no file system can be mounted here: {result.stderr}")

    def test_a_file_size_limit_is_one_line(self):
        folder = self.copy(LATE)
        result = resume(folder, within=["prlimit", f"--fsize={1 << 20}"])
        self.assert_failed(result, folder / "checkpoint.pt", os.strerror(errno.EFBIG))
        self.assertEqual(leftovers(folder), [])
        self.assert_old_or_new(folder)
        self.assert_resumes(folder)

    def test_a_full_disk_is_one_line(self):
        saved, disk = self.scratch / "saved", self.scratch / "disk"
        disk.mkdir()
        script = (
            'mount -t tmpfs -o "size=$4" tmpfs "$2" && cp -a "$1/." "$2" || exit 77\n'
            'disk=$2 saved=$3; shift 4; "$@"; status=$?; cp -a "$disk" "$saved"; exit $status'
        )
        # Room for what is there, and not for another checkpoint.
        size = sum(path.stat().st_size for path in LATE.iterdir()) + (1 << 20)
        result = resume(disk, within=mounting(script, LATE, disk, saved, str(size)))
        self.assert_file_system_mounted(result)
        self.assert_failed(result, disk / "checkpoint.pt", os.strerror(errno.ENOSPC))
        self.assertEqual(leftovers(saved), [])
        self.assert_old_or_new(saved)
        self.assert_resumes(saved)

    def test_a_read_only_disk_is_one_line(self):
        folder = self.copy(LATE)
        script = (
            'mount --bind "$1" "$1" && mount -o remount,bind,ro "$1" || exit 77\nshift; exec "$@"'
        )
        result = resume(folder, within=mounting(script, folder))
        self.assert_file_system_mounted(result)
        self.assert_failed(result, folder, os.strerror(errno.EROFS))

    def test_a_folder_that_cannot_be_made_or_written_to_is_one_line(self):
        folders = ["/proc/mnist", "/proc/self", "/sys/kernel", "/dev/null", "/dev/null/runs"]

        def check(folder):
            self.assert_failed(run(*command(folder), timeout=60), folder)

        self.each(((folder,) for folder in folders), check)

    def test_a_folder_that_vanishes_is_one_line(self):
        folder = self.copy_before_the_last_long_step()
        with OnTerminal(*command(folder, "--resume")) as process:
            process.wait_for("Epoch 2/2")
            folder.rename(folder.with_name("elsewhere"))
            self.assertEqual(process.end(), 1, process.shown)
        self.assertRegex(process.shown, r"mnist: cannot write '.*checkpoint\.pt': No such file")

    def test_a_standard_output_that_cannot_be_written_to_is_one_line(self):
        line = command(self.scratch, "--verbose", 0)
        with open("/dev/full", "w") as full:
            self.assert_failed(run(*line, stdout=full), "cannot write to the standard output")
        closed = run(*line, within=["sh", "-c", 'exec "$@" >&-', "sh"])
        self.assert_failed(closed, "cannot write to the standard output")

    def test_a_standard_error_that_cannot_be_written_to_is_no_obstacle(self):
        folder = self.copy(LATE)
        with open("/dev/full", "w") as full:
            result = run(*command(folder, "--resume"), stdout=subprocess.DEVNULL, stderr=full)
        self.assertEqual(result.returncode, 0)
        self.assert_done(folder)


if __name__ == "__main__":
    unittest.main()
