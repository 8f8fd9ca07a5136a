"""Reads the files that the program leaves in a folder."""

import csv
import json
import re
import zipfile


def metrics(folder):
    return json.loads((folder / "metrics.json").read_text())


def history(folder):
    """The rows of history.csv, but for the seconds that the epochs took."""
    with open(folder / "history.csv", newline="") as file:
        return [row[:-1] for row in csv.reader(file)]


def report(folder):
    """The page, but for the seconds that the epochs took."""
    text = (folder / "report.html").read_text()
    if not text.endswith("</html>\n"):
        raise ValueError("the report is not whole")
    return re.sub(r"<td>[\d.]+ s</td>", "", text)


def predictions(folder):
    """The rows of predictions.csv, each by the columns' names."""
    with open(folder / "predictions.csv", newline="") as file:
        return list(csv.DictReader(file))


def probabilities(row):
    return [float(row[f"p{digit}"]) for digit in range(10)]


def metadata(folder):
    """The text of the metadata that model.pt carries."""
    with zipfile.ZipFile(folder / "model.pt") as archive:
        name = next(name for name in archive.namelist() if name.endswith("extra/metadata.json"))
        return archive.read(name).decode()
