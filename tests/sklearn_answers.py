"""Asks scikit-learn what metrics_answer.hpp asks the C++ metrics, in the same form."""

import math
import warnings

import numpy as np
from sklearn import metrics


def samples(question):
    """y_true and y_pred, given as they are or counted."""
    if "counts" not in question:
        return question["y_true"], question.get("y_pred")
    counts = question["counts"]
    return tuple([row[i] for row in counts for _ in range(row[2])] for i in (0, 1))


def scores(question):
    values = np.array([float(value) for value in question["scores"]], dtype=np.float32)
    return values.reshape(-1, question["columns"])


def nan_to_none(value):
    if isinstance(value, dict):
        return {key: nan_to_none(item) for key, item in value.items()}
    return None if isinstance(value, float) and math.isnan(value) else value


def attempt(function, *arguments, **options):
    """The result or None, the error's text or None, and the warnings' texts."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            result, error = function(*arguments, **options), None
        except ValueError as raised:
            result, error = None, str(raised)
    return result, error, [f"{w.category.__name__}: {w.message}" for w in caught]


def picked(question, *names):
    return {name: question[name] for name in names if name in question}


def answer_report(question):
    options = picked(question, "labels", "target_names", "digits", "zero_division")
    if options.get("zero_division") == "nan":
        options["zero_division"] = math.nan
    arguments = samples(question)
    report, error, raised = attempt(
        metrics.classification_report, *arguments, output_dict=True, **options)
    if error:
        return {"error": error}
    text, text_error, text_raised = attempt(metrics.classification_report, *arguments, **options)
    answer = {"dict": nan_to_none(report), "warnings": raised}
    if text_error:
        # Newer Pythons say it otherwise.
        text_error = text_error.replace("iterable argument is empty", "arg is an empty sequence")
        return answer | {"text_error": text_error}
    assert raised == text_raised
    return answer | {"text": text}


def answer_matrix(question):
    matrix, error, raised = attempt(
        metrics.confusion_matrix, *samples(question), **picked(question, "labels", "normalize"))
    if error:
        return {"error": error}
    return {"matrix": matrix.tolist(), "text": str(matrix), "warnings": raised}


def answer_score(question):
    y_true, y_pred = samples(question)
    if question["function"] == "accuracy_score":
        value, error, raised = attempt(metrics.accuracy_score, y_true, y_pred)
    else:
        value, error, raised = attempt(
            getattr(metrics, question["function"]), y_true, scores(question),
            **picked(question, "labels", "k"))
    return {"error": error} if error else {"value": value, "warnings": raised}


def answer(question):
    by_function = {
        "classification_report": answer_report,
        "confusion_matrix": answer_matrix,
    }
    return by_function.get(question["function"], answer_score)(question)
