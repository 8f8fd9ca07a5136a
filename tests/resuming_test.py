"""What --resume does in folders of other, finished, stopped and unbegun trainings.

usage: see program.py
"""

import json
import shutil
import unittest

import checkpoints
from program import OnTerminal, run
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
        self.assert_failed(
            resume(folder, *"--seed 8 --batch-size 50".split()),
            "options/seed was 7 and is 8 (its order of images and its dropout come from it)",
            "options/batch_size was 7499 and is 50 (its epochs are cut into steps of that many images)",
        )
        self.assertTrue(contents(folder) == before)

    def test_another_learning_rate_and_schedule_are_noted_and_put_on_record(self):
        folder = self.copy(LATE)
        result = resume(folder, *"--learning-rate 0.01 --schedule one-cycle".split())
        changes = [
            "options/learning_rate was 0.001 and is 0.01",
            'options/schedule was "constant" and is "one-cycle"',
        ]
        for change in changes:
            self.assertIn(f"mnist: note: {change}: going on with that\n", result.stderr)
        self.assert_succeeded(result)
        recorded = json.loads((folder / "metrics.json").read_text())
        self.assertEqual(
            recorded["changes"], [f"{change} after 1 epochs and 8 steps" for change in changes]
        )
        self.assertEqual(recorded["options"]["learning_rate"], 0.01)
        history = (folder / "history.csv").read_text().splitlines()
        before = (LATE.parent / "whole" / "history.csv").read_text().splitlines()
        self.assertEqual(len(history), 3)
        self.assertEqual(history[1].split(",")[:5], before[1].split(",")[:5])
        self.assertNotEqual(history[2].split(",")[:5], before[2].split(",")[:5])
        with OnTerminal("train", "--from", folder / "metrics.json", cwd=self.scratch) as process:
            process.wait_for("warning: the run to repeat changed on its way: options/learning_rate was")

    def test_other_threads_may_change_the_last_digits_alone(self):
        result = self.assert_succeeded(resume(self.copy(HALF), "--threads", 3, "--epochs", 1))
        self.assertRegex(result.stderr, r"warning: options/threads was \d and is 3: the last digits")

    def test_a_model_without_a_checkpoint_is_not_overwritten_by_resuming(self):
        folder = self.copy(WHOLE)
        for path in folder.glob("checkpoint*"):
            path.unlink()
        before = contents(folder)
        self.assert_failed(resume(folder), "holds a model and no checkpoint to go on from")
        self.assertTrue(contents(folder) == before)

    def test_a_finished_run_is_replaced_only_where_that_is_asked_for(self):
        folder = self.copy(WHOLE)
        before = contents(folder)
        refused = run(*command(folder))
        self.assert_failed(refused, folder, "holds the model of an earlier run", "--overwrite")
        self.assertTrue(contents(folder) == before)
        with OnTerminal(*command(folder, "--overwrite")) as process:
            process.wait_for("Epoch 1/2")
        latest = self.scratch / "runs" / "latest"
        shutil.copytree(WHOLE, latest)
        _, _, _, *options = command(latest)
        with OnTerminal("train", *options, cwd=self.scratch) as process:
            process.wait_for("Epoch 1/2")

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
