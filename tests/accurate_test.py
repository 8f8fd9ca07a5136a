"""The recipe with the deeper network: the same weights on any number of threads, and after an interruption.

usage: see program.py
"""

import pathlib
import signal
import tempfile
import unittest

import checkpoints
from cases import Case
from few_images import first_images
from program import OnTerminal, run
from results import history, metrics

IMAGES, TEST_IMAGES = 1280, 300


class Accurate(Case):
    @classmethod
    def setUpClass(cls):
        scratch = tempfile.TemporaryDirectory(prefix="mnist accurate ")
        cls.addClassCleanup(scratch.cleanup)
        data = pathlib.Path(scratch.name) / "data"
        cls.options = ["--data", first_images(data, IMAGES, TEST_IMAGES), "--recipe", "accurate", "--epochs", 2, "--batch-size", 64,
                       "--reproducible"]  # fmt: skip
        cls.whole = data.parent / "whole"
        cls.result = run("train", *cls.options, "--output", cls.whole)

    def test_it_trains_and_shows_its_layers(self):
        self.assert_succeeded(self.result)
        self.assertRegex(self.result.stdout, r" residual4 \(Residual\) +\(N, 192, 3, 3\) +332,352\n")
        self.assertIn(f"{IMAGES} training images, 0 for validation", self.result.stdout)
        record = metrics(self.whole)["options"]
        self.assertEqual((record["average"], record["augment"], record["schedule"]), (0.998, "elastic", "linear"))
        first, second = (float(row[1]) for row in history(self.whole)[1:])
        self.assertGreater(second, first)

    def test_the_number_of_threads_changes_no_bit(self):
        other = self.new_folder()
        self.assert_succeeded(run("train", *self.options, "--threads", 1, "--output", other))
        self.assertEqual((other / "model.pt").read_bytes(), (self.whole / "model.pt").read_bytes())

    def test_interrupted_in_mid_epoch_it_goes_on_to_the_same_bytes(self):
        folder = self.new_folder()
        with OnTerminal("train", *self.options, "--output", folder) as process:
            process.wait_for(r"Epoch 2/2[^$]*\r\x1b\[K *[3-9]/20")
            process.send(signal.SIGTERM)
            self.assertEqual(process.end(), 143, process.shown)
        self.assertGreater(checkpoints.state(folder / "checkpoint.pt")["steps_done"], 0)
        self.assert_succeeded(run("train", *self.options, "--output", folder, "--resume"))
        self.assertEqual(history(folder), history(self.whole))
        self.assertEqual((folder / "model.pt").read_bytes(), (self.whole / "model.pt").read_bytes())

    def test_a_long_training_tells_how_long_it_still_takes(self):
        with OnTerminal("train", *self.options, "--epochs", 1000, "--output", self.new_folder()) as process:
            process.wait_for(r"Epoch 1/1000\r\n")
            process.wait_for(r"Epoch 2/1000 - \d[\d:]+ left\r\n")

    def test_what_is_validated_is_what_is_saved(self):
        folder = self.new_folder()
        line = ["train", *self.options, "--validation-split", 0.25, "--output", folder]
        self.assert_succeeded(run(*line))
        again = run(*line, "--resume")  # which finds it finished, and takes its average again
        self.assert_succeeded(again)
        self.assertIn("nothing left to train", again.stderr)
        plain = self.new_folder()
        self.assert_succeeded(run(*line, "--average", 0, "--output", plain))
        self.assertNotEqual(history(plain)[1][3:], history(folder)[1][3:])
        self.assertEqual(history(plain)[1][:3], history(folder)[1][:3])  # training is the same
        refused = run(*line, "--average", 0, "--resume")
        self.assertEqual(refused.returncode, 1)
        self.assertIn("its average is of all steps or of none", refused.stderr)

    def test_it_goes_on_from_its_own_weights(self):
        for source in (self.whole, self.whole / "model.pt"):
            with self.subTest(source.name):
                folder = self.new_folder()
                line = ["train", *self.options, "--learning-rate", 1e-12, "--init", source, "--output", folder]
                self.assert_succeeded(run(*line))


if __name__ == "__main__":
    unittest.main()
