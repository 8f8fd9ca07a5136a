"""docs/tutorial.md quotes the sources as they are.

usage: python3 tutorial_test.py
"""

import pathlib
import re
import unittest

ROOT = pathlib.Path(__file__).resolve().parent.parent
TUTORIAL = ROOT / "docs" / "tutorial.md"


def words(text):
    """How the lines are broken and indented is left out."""
    return " ".join(text.split())


class Quotations(unittest.TestCase):
    def test_each_block_of_code_stands_in_the_file_that_it_names(self):
        blocks = re.findall(
            r"```(?:cpp|python)\n(?://|#) (\S+)\n(.*?)```", TUTORIAL.read_text(), re.DOTALL
        )
        self.assertEqual(len(blocks), TUTORIAL.read_text().count("```") // 2)
        self.assertGreater(len(blocks), 8)
        for name, code in blocks:
            source = words((ROOT / name).read_text())
            at = 0
            for passage in code.split("…"):
                with self.subTest(file=name, passage=passage):
                    found = source.find(words(passage), at)
                    self.assertNotEqual(found, -1)
                    at = found + len(words(passage))


if __name__ == "__main__":
    unittest.main()
