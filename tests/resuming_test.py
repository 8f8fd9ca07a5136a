"""What --resume does in folders of other, finished, stopped and unbegun trainings.

usage: see program.py
"""

import json
import unittest

import checkpoints
from program import OnTerminal
from training_runs import HALF, LATE, WHOLE, RunCase, command, contents, resume


def stop_early(header, _):
    metadata = header["__metadata__"]
    run = json.loads(metadata["run"])
    run["options"]["early_stopping"] = 1
    metadata["run"] = json.dumps(run)
    weights = {name: entry for name, entry in header.items() if name.startswith("model.")}
    header.update({name.replace("model.", "best.", 1): entry for name, entry in weights.items()})
    checkpoints.update_state(header, best={"epoch": 1, "loss": 0})  # nothing can be lower


class Resuming(RunCase):
    def test_other_settings_are_refused_with_what_differs(self):
        folder = self.copy(LATE)
        before = contents(folder)
        options = "--seed 8 --batch-size 50 --threads 3 --learning-rate 0.1".split()
        self.assert_failed(
            resume(folder, *options),
            "options/seed was 7 and is 8",
            "options/batch_size was 7499 and is 50",
            "options/learning_rate was 0.001 and is 0.1",
            "options/threads was ",
        )
        self.assertTrue(contents(folder) == before)

    def test_a_finished_run_says_so_and_stays_the_same(self):
        result = self.assert_resumes(self.copy(WHOLE))
        self.assertRegex(result.stderr, r"^mnist: note: the run is finished.*\n$")

    def test_fewer_epochs_than_are_begun_are_refused(self):
        folder = self.copy(LATE)
        before = contents(folder)
        result = resume(folder, "--epochs", 1)
        self.assert_failed(result, "epoch 2 is under way: expected at least 2 epochs, found 1")
        self.assertTrue(contents(folder) == before)

    def test_without_a_checkpoint_it_begins_with_the_first_epoch(self):
        folder = self.new_folder()
        with OnTerminal(*command(folder, "--resume")) as process:
            process.wait_for("Epoch")
            self.assertIn(f"mnist: note: no checkpoint in {folder} yet", process.shown)
            self.assertIn("Epoch 1/2", process.shown)

    def test_early_stopping_stops_and_takes_the_best_weights(self):
        folder = self.copy(HALF)
        checkpoints.forge(folder / "checkpoint.pt", stop_early)
        for note in ("going on after epoch 1 of 9", "the run is finished"):
            result = resume(folder, "--early-stopping", 1, "--epochs", 9)
            self.assert_succeeded(result)
            self.assertIn(note, result.stderr)
            found = contents(folder)
            self.assertEqual(found["history.csv"], contents(WHOLE)["history.csv"])
            self.assertTrue(found["predictions.csv"] == contents(HALF)["predictions.csv"])


if __name__ == "__main__":
    unittest.main()
