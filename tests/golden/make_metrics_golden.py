#!/usr/bin/env python3
"""Writes metrics_answers.json: what scikit-learn answers to metrics_questions.json.

usage: make_metrics_golden.py   (with scikit-learn 1.9)
"""

import json
import pathlib
import sys

import numpy
import sklearn

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

from sklearn_answers import answer  # noqa: E402 (needs the path above)


def line(key, value):
    return f"{json.dumps(key, ensure_ascii=False)}: {json.dumps(value, ensure_ascii=False)}"


def main():
    questions = json.loads((HERE / "metrics_questions.json").read_text(encoding="utf-8"))
    versions = {"scikit-learn": sklearn.__version__, "numpy": numpy.__version__}
    lines = [line("versions", versions)]
    lines += [line(name, answer(question)) for name, question in questions.items()]
    text = "{\n" + ",\n".join(lines) + "\n}\n"
    (HERE / "metrics_answers.json").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
