#!/usr/bin/env python3
"""Compares the C++ metrics with the installed scikit-learn on random questions.

usage: sklearn_comparison.py REPORT_CLI [--cases N] [--seed N]

Everything must be equal: texts, the bits of numbers, warnings and errors; but for log_loss, whose
logarithm numpy computes in a way that depends on the processor, and whose error names undeclared
labels in the order of a Python set. The same seed asks the same questions. Exits with 1 at a
difference, and with 77 where there is no scikit-learn.

Before 1.9 scikit-learn warned in other words and rounded F1 in another way, so an older one is only
asked for the matrices and report texts of questions that raise nothing.
"""

import argparse
import json
import math
import random
import re
import subprocess
import sys

try:
    import numpy as np
    import sklearn
except ImportError:
    print("skipped: Python has no scikit-learn")
    sys.exit(77)

import sklearn_answers

CURRENT = tuple(int(part) for part in sklearn.__version__.split(".")[:2]) >= (1, 9)
NAMES = ["", "a", "zero", "class 10", "数字零", "été", "e\u0301te\u0301", "😀", "👩‍👩‍👧", "한국어 이름", "ﷺ", "tab\there",
         "accuracy", "macro avg", "micro avg", "weighted avg", "a name much longer than any heading"]
EXTREMES = [-(2**63), 2**63 - 1, -1, 0, 1, 2**62, -(2**62), 2**53 + 1]


def class_pool(rng):
    """Distinct labels: dense, dense and negative, sparse, or at the ends of their type."""
    count = rng.choice([1, 2, 2, 3, 4, 5, 8, 10, 10, 17, 26, 31, 32, 33, 47, 130, 300])
    kind = rng.randrange(5)
    if kind <= 1:
        return list(range(count))
    if kind == 2:
        return list(range(-count // 2, count - count // 2))
    if kind == 3:
        return rng.sample(range(-10**6, 10**6), count)
    return rng.sample(EXTREMES, min(count, len(EXTREMES)))


def random_samples(rng, pool):
    size = rng.choice([1, 2, 3, 5, 10, 30, 100, 100, 300, 1000, 3000, 8000])
    if rng.random() < 0.01:
        size = 0
    weights = [rng.random() ** rng.choice([0, 1, 8]) for _ in pool]
    y_true = rng.choices(pool, weights, k=size)
    kind = rng.randrange(8)
    if kind == 0:
        y_pred = rng.choices(pool, k=size)
    elif kind == 1:
        y_pred = [label ^ 1 for label in y_true]
    elif kind == 2:
        y_pred = list(y_true)
    else:
        noise = rng.choice([0.0001, 0.01, 0.1, 0.5])
        y_pred = [rng.choice(pool) if rng.random() < noise else label for label in y_true]
    if rng.random() < 0.01:
        y_pred = y_pred[: rng.randrange(size + 1)]
    return y_true, y_pred


def random_counts(rng, pool):
    """Samples by how often each kind occurs, from once to 30,000 times."""
    ends = sorted(pool)[:3] + sorted(pool)[-3:]
    return [[rng.choice(ends), rng.choice(ends), round(10 ** rng.uniform(0, 4.5))]
            for _ in range(rng.randint(1, 12))]


def random_labels(rng, pool):
    outside = [label for label in EXTREMES + [7, 70, 700] if label not in pool]
    kind = rng.randrange(8)
    if kind == 0:
        return sorted(pool)
    if kind == 1:
        return rng.sample(pool, len(pool))
    if kind == 2:
        return rng.sample(pool, rng.randint(1, len(pool)))
    if kind == 3:
        return rng.sample(pool + outside, rng.randint(1, len(pool + outside)))
    if kind == 4:
        return pool + rng.choices(pool, k=rng.randint(1, 3))
    if kind == 5:
        return rng.choices(pool + outside, k=rng.randint(1, 12))
    if kind == 6:
        return outside[:2]
    return [] if rng.random() < 0.2 else list(range(max(len(pool), 10)))


def random_names(rng, count):
    if rng.random() < 0.15:
        count = max(0, count + rng.choice([-2, -1, 1, 3, -count]))
    unique = rng.random() < 0.5
    return [f"{rng.choice(NAMES)}{i if unique else ''}" for i in range(count)]


def report_question(rng):
    pool = class_pool(rng)
    y_true, y_pred = random_samples(rng, pool)
    question = {"function": "classification_report", "y_true": y_true, "y_pred": y_pred}
    if rng.random() < 0.5:
        question["labels"] = random_labels(rng, pool)
    if rng.random() < 0.5:
        classes = question.get("labels", set(y_true + y_pred))
        question["target_names"] = random_names(rng, len(classes))
    if rng.random() < 0.7:
        question["digits"] = rng.choice([*range(21), 60, 400]) if rng.random() < 0.99 else -1
    if rng.random() < 0.6:
        question["zero_division"] = rng.choice(["warn", 0, 1, "nan"])
    return question


def matrix_question(rng):
    pool = class_pool(rng)
    question = {"function": "confusion_matrix"}
    if rng.random() < 0.3:
        question["counts"] = random_counts(rng, pool)
    else:
        question["y_true"], question["y_pred"] = random_samples(rng, pool)
    if rng.random() < 0.5:
        question["labels"] = random_labels(rng, pool)
    if rng.random() < 0.6:
        question["normalize"] = rng.choice(["true", "pred", "all"])
    return question


def accuracy_question(rng):
    y_true, y_pred = random_samples(rng, class_pool(rng))
    return {"function": "accuracy_score", "y_true": y_true, "y_pred": y_pred}


def score_labels(rng, pool):
    labels = sorted(pool)
    kind = rng.randrange(20)
    if kind == 0:
        rng.shuffle(labels)
    elif kind == 1:
        labels.append(labels[-1])
    elif kind == 2:
        labels = labels[: rng.randrange(len(labels))]
    elif kind == 3:
        labels.append(labels[-1] ^ 1)
    return labels


def spoil(rng, scores):
    if scores.size and rng.random() < 0.06:
        value = rng.choice([math.nan, math.inf, -math.inf, 1.5, -0.25, 1e8, 1e-6, -1e-6, 17])
        scores.flat[rng.randrange(scores.size)] = value


def score_question(rng, function, probabilities):
    pool = class_pool(rng)[:40]
    y_true = random_samples(rng, pool)[0][:500]
    columns = 1 if len(set(y_true)) <= 2 and rng.random() < 0.8 else len(pool)
    rows = len(y_true) if rng.random() < 0.98 else rng.randrange(len(y_true) + 2)
    numpy_rng = np.random.default_rng(rng.randrange(2**32))
    scores = probabilities(rng, numpy_rng, (rows, columns)).astype(np.float32)
    spoil(rng, scores)
    question = {"function": function, "y_true": y_true, "columns": columns}
    question["scores"] = [
        float(score) if np.isfinite(score) else str(score) for score in scores.flat]
    if columns > 1 and rng.random() < 0.9:
        question["labels"] = score_labels(rng, pool)
    return question


def raw_scores(rng, numpy_rng, shape):
    scores = numpy_rng.normal(size=shape) if rng.random() < 0.5 else numpy_rng.random(shape)
    return scores.round(rng.choice([0, 1, 2, 15]))


def probabilities(rng, numpy_rng, shape):
    if shape[1] == 1:
        return numpy_rng.random(shape)
    logits = numpy_rng.normal(size=shape) * rng.choice([1, 5, 200])
    exponentials = np.exp(logits - logits.max(axis=1, initial=-np.inf, keepdims=True))
    shares = exponentials / exponentials.sum(axis=1, keepdims=True)
    return shares * rng.choice([1, 1, 1, 1, 0.999, 0.9998])


def top_k_question(rng):
    question = score_question(rng, "top_k_accuracy_score", raw_scores)
    return question | {"k": rng.choice([1, 2, 3, 5, 10]) if rng.random() < 0.97 else 0}


def log_loss_question(rng):
    return score_question(rng, "log_loss", probabilities)


def random_question(rng):
    kinds = [report_question, matrix_question, accuracy_question, top_k_question, log_loss_question]
    return rng.choices(kinds, [8, 6, 1, 3, 3])[0](rng)


def sorted_sets(text):
    return re.sub(r"\{(.*?)\}", lambda match: str(sorted(match[1].split(", "))), text)


def equal(question, ours, theirs):
    if question["function"] == "log_loss":
        if "error" in ours and "error" in theirs:
            return sorted_sets(ours["error"]) == sorted_sets(theirs["error"])
        if "value" in ours and "value" in theirs:
            return (math.isclose(ours["value"], theirs["value"], rel_tol=1e-6)
                    and ours["warnings"] == theirs["warnings"])
    # As texts, so that the order of keys counts.
    return json.dumps(ours, sort_keys=False) == json.dumps(theirs, sort_keys=False)


def comparable_with_older(question, ours):
    if question["function"] == "confusion_matrix":
        return not ours.get("warnings", True)
    return (question["function"] == "classification_report" and not ours.get("warnings", True)
            and "zero_division" not in question and question.get("digits", 2) <= 10)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("report_cli")
    parser.add_argument("--cases", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()

    compared = differences = 0
    with subprocess.Popen([options.report_cli], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                          text=True, encoding="utf-8") as cli:
        for case in range(options.cases):
            question = random_question(random.Random(f"{options.seed} {case}"))
            print(json.dumps(question), file=cli.stdin, flush=True)
            ours = json.loads(cli.stdout.readline())
            if not CURRENT and not comparable_with_older(question, ours):
                continue
            theirs = sklearn_answers.answer(question)
            if not CURRENT:
                ours, theirs = {"text": ours["text"]}, {"text": theirs.get("text")}
            compared += 1
            if not equal(question, ours, theirs):
                differences += 1
                print(f"case {case} differs\n question: {json.dumps(question)[:2000]}\n"
                      f" here: {json.dumps(ours)}\n scikit-learn: {json.dumps(theirs)}")
    print(f"seed {options.seed}: {compared} cases compared with scikit-learn {sklearn.__version__}, "
          f"{differences} differences")
    return 1 if differences or cli.returncode else 0


if __name__ == "__main__":
    sys.exit(main())
