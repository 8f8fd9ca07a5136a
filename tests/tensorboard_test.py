"""What `train --tensorboard` leaves: read with Python alone, and with TensorBoard where it is installed.

usage: see program.py
"""

import csv
import math
import pathlib
import shutil
import tempfile
import time
import unittest

from cases import Case
from event_files import curve, events, records
from noise import write_noise
from program import run
from results import metrics

try:
    from tensorboard.backend.event_processing.plugin_event_multiplexer import EventMultiplexer
    from tensorboard.plugins.hparams.plugin_data_pb2 import HParamsPluginData
except ImportError:
    EventMultiplexer = None

STEPS = 5  # an epoch: 240 images
LINE = "train --recipe fast --batch-size 48 --validation-split 0.2 --verbose 0".split()


def history(folder):
    with open(folder / "history.csv", newline="") as file:
        return [{name: float(value) for name, value in row.items()} for row in csv.DictReader(file)]


class Events(Case):
    @classmethod
    def setUpClass(cls):
        scratch = tempfile.TemporaryDirectory(prefix="mnist events ")
        cls.addClassCleanup(scratch.cleanup)
        cls.folder = pathlib.Path(scratch.name)
        cls.data = write_noise(cls.folder / "data")
        cls.output = cls.folder / "run"
        cls.begun = time.time()
        cls.result = cls.train(cls.output, "--epochs", 3, "--tensorboard")

    @classmethod
    def train(cls, output, *arguments):
        return run(*LINE, "--data", cls.data, "--output", output, *arguments)

    def setUp(self):
        super().setUp()
        self.assert_succeeded(self.result)

    def assert_curve(self, folder, tag, expected):
        points = curve(folder, tag)
        self.assertEqual([step for step, _ in points], [step for step, _ in expected])
        for (step, found), (_, value) in zip(points, expected):
            self.assertTrue(math.isclose(found, value, rel_tol=1e-6), (tag, step, found, value))

    def assert_curves(self, output):
        """Those by epoch are the history's, those by step have a point a step that averages to it."""
        rows, folder = history(output), output / "tensorboard"
        for name in ("accuracy", "loss"):
            for part, column in (("train", name), ("validation", f"val_{name}")):
                expected = [(row["epoch"], row[column]) for row in rows]
                self.assert_curve(folder / part, f"epoch_{name}", expected)
        losses = curve(folder, "batch_loss")
        self.assertEqual([step for step, _ in losses], list(range(1, STEPS * len(rows) + 1)))
        for i, row in enumerate(rows):
            mean = sum(loss for _, loss in losses[i * STEPS : (i + 1) * STEPS]) / STEPS
            self.assertTrue(math.isclose(mean, row["loss"], rel_tol=1e-5), (mean, row))
        rates = [rate for _, rate in curve(folder, "batch_learning_rate")]
        self.assertEqual(len(rates), len(losses))
        self.assertTrue(math.isclose(max(rates), 6e-3, rel_tol=0.3), rates)
        self.assertTrue(0 <= rates[-1] < rates[0], rates)
        self.assertEqual([rate for _, rate in curve(folder / "train", "epoch_learning_rate")],
                         rates[STEPS - 1 :: STEPS])

    def test_the_curves_are_those_of_the_run(self):
        self.assert_curves(self.output)

    def test_each_file_begins_with_its_version_and_is_of_this_time(self):
        for part in (".", "train", "validation", "test"):
            found = events(self.output / "tensorboard" / part)
            self.assertEqual(found[0].version, "brain.Event:2")
            for event in found:
                self.assertTrue(self.begun - 1 <= event.time <= time.time() + 1)

    def test_the_test_has_scores_and_pictures(self):
        test, expected = self.output / "tensorboard" / "test", metrics(self.output)
        self.assert_curve(test, "epoch_accuracy", [(3, expected["accuracy"])])
        self.assert_curve(test, "epoch_loss", [(3, expected["loss"])])
        images = {event.tag: event for event in events(test) if event.image}
        matrix = images.pop("confusion_matrix")
        self.assertEqual(matrix.image[:2], (481, 481))
        errors = round(120 * (1 - expected["accuracy"]))
        self.assertEqual(sorted(images), [f"mistakes/{i:02}" for i in range(1, min(errors, 40) + 1)])
        for image in images.values():
            self.assertEqual(image.image[:2], (10, 10))
            self.assertEqual(image.image[2][:8], b"\x89PNG\r\n\x1a\n")
            self.assertRegex(image.caption, r"^\d taken for \d, [\d.]+%, test image \d+$")

    def test_the_weights_do_not_depend_on_it_and_without_it_there_are_none(self):
        self.assert_succeeded(self.train(self.scratch, "--epochs", 3))
        self.assertFalse((self.scratch / "tensorboard").exists())
        for found in (metrics(self.scratch), metrics(self.output)):
            self.assertEqual(found["weights_sha256"], metrics(self.output)["weights_sha256"])
            self.assertNotIn("tensorboard", found["options"])

    def resumed_after_a_crash(self):
        """The run as if it had died in its third epoch: the checkpoint is that after the second."""
        output = shutil.copytree(self.output, self.scratch / "run")
        (output / "checkpoint.previous.pt").replace(output / "checkpoint.pt")
        self.assert_succeeded(self.train(output, "--epochs", 3, "--tensorboard", "--resume"))
        return output

    def test_a_resumed_run_goes_on_in_the_same_curves(self):
        output = self.resumed_after_a_crash()
        self.assertEqual(len(list((output / "tensorboard").glob("events*"))), 2)
        self.assert_curves(output)
        self.assertEqual(len(curve(output / "tensorboard" / "test", "epoch_loss")), 1)

    def test_a_run_that_begins_again_has_its_own_curves(self):
        output = shutil.copytree(self.output, self.scratch / "run")
        self.assert_succeeded(self.train(output, "--epochs", 1, "--tensorboard", "--overwrite"))
        self.assertEqual(len(curve(output / "tensorboard", "batch_loss")), STEPS)

    def test_a_folder_in_the_way_is_an_error(self):
        (self.scratch / "tensorboard").write_text("")
        failed = self.train(self.scratch, "--epochs", 1, "--tensorboard")
        self.assert_failed(failed, self.scratch / "tensorboard")

    def test_tensorboard_reads_it(self):
        if EventMultiplexer is None:
            self.skipTest("there is no TensorBoard")
        output = self.resumed_after_a_crash()
        runs = EventMultiplexer()
        runs.AddRunsFromDirectory(str(output))
        runs.Reload()
        self.assertEqual(
            sorted(runs.Runs()), [f"tensorboard{part}" for part in ("", "/test", "/train", "/validation")]
        )
        rows = history(output)
        for part, column in (("train", "accuracy"), ("validation", "val_accuracy")):
            points = runs.Tensors(f"tensorboard/{part}", "epoch_accuracy")
            self.assertEqual([point.step for point in points], [1, 2, 3])
            for point, row in zip(points, rows):
                self.assertAlmostEqual(point.tensor_proto.float_val[0], row[column], places=6)
        steps = [point.step for point in runs.Tensors("tensorboard", "batch_loss")]
        self.assertEqual(steps, list(range(1, 3 * STEPS + 1)))
        (matrix,) = runs.Tensors("tensorboard/test", "confusion_matrix")
        self.assertEqual(list(matrix.tensor_proto.string_val)[:2], [b"481", b"481"])
        content = runs.GetAccumulator("tensorboard").PluginTagToContent("hparams")
        start = HParamsPluginData.FromString(content["_hparams_/session_start_info"]).session_start_info
        self.assertEqual(start.hparams["epochs"].number_value, 3)
        self.assertEqual(start.hparams["recipe"].string_value, "fast")


class Reader(unittest.TestCase):
    def test_it_sees_damage(self):
        whole = bytes.fromhex("0000000000000000") + b"\x29\x03\x98\x07" + b"\xd8\xea\x82\xa2"
        self.assertEqual(records(whole), [b""])
        for at in range(len(whole)):
            damaged = whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :]
            with self.assertRaises(Exception):
                records(damaged)


if __name__ == "__main__":
    unittest.main()
