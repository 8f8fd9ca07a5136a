"""Checkpoints that are made to mislead, under a right digest, are refused in one line.

usage: see program.py
"""

import unittest

import checkpoints
from training_runs import HALF, LATE, RunCase, contents, resume


def state(**values):
    return lambda header, _: checkpoints.update_state(header, **values)


def run_text(text):
    return lambda header, _: header["__metadata__"].update(run=text)


def order(*shape, end=0):
    tensor = {"dtype": "I64", "shape": shape, "data_offsets": [0, end]}
    return lambda header, _: header.update(order=tensor)


def no_weights(header, _):
    del header["model.layers.fc2.weight"]


def weights_that_are_not_finite(header, tensors):
    begin, end = header["model.layers.fc2.weight"]["data_offsets"]
    tensors[begin:end] = b"\x00\x00\xc0\x7f" * ((end - begin) // 4)  # NaN


def the_same_after_the_last_step(header, tensors):
    weights_that_are_not_finite(header, tensors)
    checkpoints.update_state(header, steps_done=9)


HOSTILE = {
    "header of no JSON": lambda *_: b"{",
    "deep header": lambda *_: b"[" * 1_000_000,
    "deep run": run_text("[" * 100_000 + "]" * 100_000),
    "run of no JSON": run_text("run"),
    "state is a number": lambda header, _: header["__metadata__"].update(state="1"),
    "steps": state(steps_done=2**63 - 1),
    "negative steps": state(steps_done=-1),
    "steps without order": state(steps_done=3),
    "history": state(history=[1]),
    "order of nothing": order(0),
    "order of huge sizes": order(0, 2**62, 2**62),
    "order of many dimensions": order(*[1] * 100, end=8),
    "order of one row": order(1, end=8),
    "no weights": no_weights,
}


class ForgedCheckpoints(RunCase):
    def test_a_hostile_checkpoint_with_a_right_digest_is_one_line(self):
        def check(_, change):
            folder = self.copy(HALF)
            checkpoints.forge(folder / "checkpoint.pt", change)
            self.assert_failed(resume(folder, timeout=60), "checkpoint")

        self.each(HOSTILE.items(), check)

    def test_weights_that_are_not_finite_stop_the_run_and_are_not_saved(self):
        def check(where, original, change):
            folder = self.copy(original)
            checkpoints.forge(folder / "checkpoint.pt", change)
            before = contents(folder)
            self.assert_failed(resume(folder), where)
            self.assertTrue(contents(folder) == before)

        self.each(
            [
                (
                    "epoch 2, the loss is nan at step 1 of 9",
                    HALF,
                    weights_that_are_not_finite,
                ),
                (
                    "the last step of epoch 2 left weights that are not finite",
                    LATE,
                    the_same_after_the_last_step,
                ),
            ],
            check,
        )


if __name__ == "__main__":
    unittest.main()
