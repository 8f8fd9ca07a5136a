"""What a training shows of its progress, at each verbosity, on a terminal and on a pipe.

usage: see program.py
"""

import unittest

import checkpoints
from program import OnTerminal, run
from training_runs import LATE, RunCase, command, seen

NOTE = r"mnist: note: going on after epoch 1 of 2 and 8 steps"
LINE = (
    r"Epoch 2/2 - 9 steps - \S+ - \S+/step - accuracy: 0\.\d{4} - loss: \d\.\d{4}"
    r" - val_accuracy: [01]\.\d{4} - val_loss: \d\.\d{4}"
)


class Terminal(RunCase):
    def shown(self, *arguments, **environment):
        line = command(self.copy(LATE), "--resume", *arguments)
        with OnTerminal(*line, **environment) as process:
            self.assertEqual(process.end(), 0, process.shown)
        return process.shown

    def test_a_terminal_sees_a_bar_that_ends_with_the_epoch(self):
        shown = seen()["SIGTERM"]["stderr"]
        self.assertRegex(shown, r"\r\x1b\[K1/9 \x1b\[32m━━\x1b\[90m━{18}\x1b\[0m [\d:]+s? \S+/step - ")
        self.assertRegex(
            self.shown(),
            r"\r\x1b\[K9/9 \x1b\[32m━{20}\x1b\[90m\x1b\[0m [\d:]+s? \S+/step - accuracy: 0\.\d{4}"
            r" - loss: \d\.\d{4} - val_accuracy: [01]\.\d{4} - val_loss: \d\.\d{4}\r\n$",
        )

    def test_no_color_leaves_the_colours_out(self):
        shown = self.shown(NO_COLOR="1")
        self.assertIn("9/9 ━━━━━━━━━━━━━━━━━━━━ ", shown)
        self.assertNotIn("\x1b[32m", shown)

    def test_a_line_fits_into_a_narrow_terminal(self):
        for columns in (30, 40):
            with self.subTest(columns):
                line = command(self.copy(LATE), "--resume")
                with OnTerminal(*line, columns=columns, NO_COLOR="1") as process:
                    self.assertEqual(process.end(), 0, process.shown)
                _, bars = process.shown.split("Epoch 2/2\r\n")
                drawn = bars.replace("\x1b[K", "").replace("\r\n", "\r").split("\r")
                self.assertLess(max(map(len, drawn)), columns, drawn)
                for part in ("9/9", "s/step", "accuracy: ", "loss: ", "val_accuracy", "val_loss"):
                    self.assertIn(part, bars)

    def test_a_locale_without_utf8_gets_ascii(self):
        shown = self.shown(LC_ALL="C", NO_COLOR="1")
        self.assertTrue(shown.isascii(), shown)
        self.assertIn("9/9 ==================== ", shown)
        unset = {"LC_ALL": "", "LC_CTYPE": "", "LANG": ""}
        result = self.assert_succeeded(run(*command(self.copy(LATE), "--resume"), **unset))
        self.assertTrue(result.stdout.isascii(), result.stdout)
        shown = self.shown(LC_ALL="", LC_CTYPE="en_US.utf8", LANG="C", NO_COLOR="1")
        self.assertIn("9/9 ━", shown)

    def test_verbose_0_is_silent(self):
        self.assertRegex(self.shown("--verbose", 0), rf"^{NOTE}\r\n$")

    def test_verbose_2_is_one_line_an_epoch(self):
        self.assertRegex(self.shown("--verbose", 2), rf"^{NOTE}\r\n{LINE}\r\n$")

    def test_an_epoch_whose_steps_were_all_done_before_is_shown_like_others(self):
        def all_done(header, _):
            checkpoints.update_state(header, steps_done=9)

        on_terminal, on_pipe = self.copy(LATE), self.copy(LATE)
        for folder in (on_terminal, on_pipe):
            checkpoints.forge(folder / "checkpoint.pt", all_done)
        with OnTerminal(*command(on_terminal, "--resume"), NO_COLOR="1") as process:
            self.assertEqual(process.end(), 0, process.shown)
        self.assertRegex(process.shown, r"9/9 ━{20} [\d:]+s? \d+\w*s/step - accuracy")
        result = self.assert_succeeded(run(*command(on_pipe, "--resume")))
        self.assertRegex(result.stderr, r"(?m)^Epoch 2/2 - 9 steps - \d+s - \d+\w*s/step - ")

    def test_a_pipe_gets_one_line_an_epoch(self):
        result = self.assert_succeeded(run(*command(self.copy(LATE), "--resume")))
        self.assertRegex(result.stderr, rf"^{NOTE}\n{LINE}\n$")


if __name__ == "__main__":
    unittest.main()
