"""The page of a run: what is on it, that names and sizes do it no harm, how it grows.

usage: see program.py
"""

import html.parser
import json
import os
import pathlib
import re
import shutil
import signal
import tempfile
import unittest

from cases import Case
from noise import write_noise
from program import OnTerminal, run
from results import metrics

HOSTILE = [
    "<script>alert(1)</script>",
    "\"><img src=x onerror=alert(1)>",
    "' style='display:none",
    "&lt;b&gt;",
    "</style></td></table><h1>no</h1>",
    "数字" * 400,
]
MOST_BYTES = 1_000_000
VOID = {"meta", "link", "img", "br", "path", "circle"}


class Page(html.parser.HTMLParser):
    """Its elements as (tag, attributes), checked to be nested; its text, and that of each cell."""

    def __init__(self, text):
        super().__init__()
        self.elements, self.open, self.text, self.tables = [], [], "", []
        self.feed(text)
        self.close()
        if self.open:
            raise ValueError(f"not closed: {self.open}")

    def handle_starttag(self, tag, attributes):
        self.elements.append((tag, dict(attributes)))
        if tag == "table":
            self.tables.append([])
        if tag == "tr":
            self.tables[-1].append([])
        if tag in ("td", "th"):
            self.tables[-1][-1].append("")
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attributes):
        self.elements.append((tag, dict(attributes)))

    def handle_endtag(self, tag):
        if self.open.pop() != tag:
            raise ValueError(f"{tag} is closed where it is not open")

    def handle_data(self, data):
        if "style" not in self.open:
            self.text += data
        if self.open and self.tables and {"td", "th"} & set(self.open):
            self.tables[-1][-1][-1] += data

    def all(self, tag):
        return [attributes for name, attributes in self.elements if name == tag]

    def table(self, first):
        """The rows below the heading of the table whose first heading that is."""
        return next(table[1:] for table in self.tables if table[0][0] == first)


def page_of(path):
    return Page(path.read_text())


class Reports(Case):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        scratch = tempfile.TemporaryDirectory(prefix="mnist report ")
        cls.addClassCleanup(scratch.cleanup)
        cls.folder = pathlib.Path(scratch.name)
        cls.data = write_noise(cls.folder / "data", side=64, classes=62)
        cls.names = cls.folder / "names"
        names = HOSTILE + [f"class {i}" for i in range(62 - len(HOSTILE))]
        cls.names.write_text("\n".join(names))
        cls.output = cls.folder / "run"
        cls.line = ["train", "--data", cls.data, "--classes", cls.names, "--augment", "elastic"]
        cls.line += ["--batch-size", 64, "--verbose", 0, "--recipe", "fast", "--validation-split", 0.2]
        cls.result = run(*cls.line, "--epochs", 2, "--output", cls.output)
        cls.path = cls.output / "report.html"

    def setUp(self):
        super().setUp()
        self.assert_succeeded(self.result)

    def test_it_has_the_numbers_of_the_metrics(self):
        page, expected = page_of(self.path), metrics(self.output)
        self.assertIn(f"{100 * expected['accuracy']:.2f}%", page.text)
        self.assertIn(f"{expected['loss']:.4f}", page.text)
        self.assertIn(f"{round(120 * (1 - expected['accuracy']))} of 120", page.text)
        matrix = [row[1:] for row in page.table("")]
        self.assertEqual([[int(cell) for cell in row] for row in matrix], expected["confusion_matrix"])
        self.assertEqual(len(page.table("class")), 62 + 3)
        self.assertEqual([row[0] for row in page.table("epoch")], ["1", "2"])
        options = dict(page.table("option"))
        for name, value in expected["options"].items():
            if value != "":
                shown = options["--" + name.replace("_", "-")]
                self.assertEqual(type(value)(json.loads(shown)) if value != shown else shown, value)
        self.assertIn(expected["weights_sha256"], page.text)
        self.assertIn(expected["data"]["train-images-idx3-ubyte"], page.text)
        self.assertIn("conv1", [row[0] for row in page.table("layer")])

    def test_it_stays_below_a_megabyte(self):
        # Of 120 images of noise in 62 classes nearly all are mistakes, and noise does not shrink.
        self.assertEqual(len(page_of(self.path).all("figure")), 40 + min(40, self.right()))
        self.assertLess(os.path.getsize(self.path), MOST_BYTES)

    def right(self):
        return round(120 * metrics(self.output)["accuracy"])

    def test_names_are_shown_as_they_are_and_do_nothing(self):
        page = page_of(self.path)
        self.assertIn(HOSTILE[0][:15], page.text)
        self.assertEqual([heading[:1] for heading in re.findall("<h1>(.*)", self.path.read_text())], ["m"])
        for tag, attributes in page.elements:
            self.assertNotIn(tag, ("script", "iframe", "object", "form", "base"))
            self.assertFalse([name for name in attributes if name.startswith("on")])

    def test_it_needs_no_other_file(self):
        page = page_of(self.path)
        for tag, attributes in page.elements:
            for name in ("src", "href"):
                if name in attributes:
                    self.assertRegex(attributes[name], r"^(#|data:)")
        policy = next(meta for meta in page.all("meta") if "http-equiv" in meta)
        self.assertTrue(policy["content"].startswith("default-src 'none'; "))
        self.assertNotRegex(self.path.read_text(), r"url\(|@import")

    def test_those_who_do_not_see_it_can_read_it(self):
        page = page_of(self.path)
        levels = [int(tag[1]) for tag, _ in page.elements if re.fullmatch("h[1-6]", tag)]
        self.assertEqual((levels[0], levels.count(1)), (1, 1))
        self.assertTrue(all(b - a <= 1 for a, b in zip(levels, levels[1:])))
        self.assertEqual(len(page.all("caption")), len(page.all("table")))
        self.assertTrue(all("scope" in heading for heading in page.all("th")))
        self.assertTrue(all(image["alt"] for image in page.all("img")))
        self.assertTrue(all(svg["role"] == "img" for svg in page.all("svg")))
        self.assertEqual(len(page.all("desc")), len(page.all("svg")))
        ids = {attributes["id"] for _, attributes in page.elements if "id" in attributes}
        self.assertEqual({f"#{name}" for name in ids}, {link["href"] for link in page.all("a")})

    def test_the_command_on_it_repeats_the_run(self):
        command = re.search(r"mnist (train --recipe [^\n]*)\n", page_of(self.path).text)[1]
        again = run(*command.split(), "--data", self.data, "--classes", self.names, "--verbose", 0,
                    "--output", self.scratch)
        self.assert_succeeded(again)
        found, expected = metrics(self.scratch), metrics(self.output)
        self.assertEqual(found["options"], expected["options"])
        self.assertEqual(found["weights_sha256"], expected["weights_sha256"])

    def test_it_grows_while_a_run_lasts(self):
        line = [*self.line, "--epochs", 900, "--output", self.scratch, "--verbose", 2]
        with OnTerminal(*line) as process:
            process.wait_for(r"Epoch 2/900")
            under_way = page_of(self.scratch / "report.html")
            process.send(signal.SIGTERM)
            self.assertEqual(process.end(), 143)
        self.assertRegex(under_way.text, r"under way: \d+ of 900 epochs are done")
        self.assertIn("augmented", {link["href"][1:] for link in under_way.all("a")})
        done = len(page_of(self.scratch / "report.html").table("epoch"))
        ended = run(*self.line, "--epochs", done + 2, "--output", self.scratch, "--resume")
        self.assert_succeeded(ended)
        page = page_of(self.scratch / "report.html")
        self.assertEqual(len(page.table("epoch")), done + 2)
        self.assertNotIn("under way", page.text)

    def test_evaluate_makes_one_for_any_model(self):
        path = self.scratch / "page.html"
        evaluated = run("evaluate", "--model", self.output / "model.pt", "--data", self.data,
                        "--html", path)
        self.assert_succeeded(evaluated)
        page = page_of(path)
        self.assertEqual(page.table(""), page_of(self.path).table(""))
        self.assertNotIn("Learning curves", page.text)
        self.assertIn(metrics(self.output)["weights_sha256"], page.text)

    def test_a_page_that_cannot_be_written_is_an_error(self):
        path = self.scratch / "nowhere" / "page.html"
        failed = run("evaluate", "--model", self.output / "model.pt", "--data", self.data,
                     "--html", path)
        self.assert_failed(failed, path)
        self.assertIn("accuracy", failed.stdout)

    def test_a_browser_shows_it_without_complaint(self):
        try:
            from selenium import webdriver
        except ImportError as error:
            self.skipTest(str(error))
        if not (shutil.which("chromium") and shutil.which("chromedriver")):
            self.skipTest("there is no Chromium with its driver")
        options = webdriver.ChromeOptions()
        options.binary_location = shutil.which("chromium")
        for argument in ("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"):
            options.add_argument(argument)
        options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
        service = webdriver.ChromeService(shutil.which("chromedriver"))
        driver = webdriver.Chrome(options=options, service=service)
        self.addCleanup(driver.quit)
        papers = set()
        for scheme in ("light", "dark"):
            for width in (360, 1400):
                with self.subTest(scheme=scheme, width=width):
                    features = [{"name": "prefers-color-scheme", "value": scheme}]
                    driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})
                    size = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": False}
                    driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
                    driver.get(self.path.as_uri())
                    self.assertEqual(driver.get_log("browser"), [])
                    needed = driver.execute_script("return document.documentElement.scrollWidth")
                    self.assertLessEqual(needed, width)
                    broken = "return [...document.images].filter(i => i.naturalWidth == 0).length"
                    self.assertEqual(driver.execute_script(broken), 0)
                    paper = "return getComputedStyle(document.body).backgroundColor"
                    papers.add((scheme, driver.execute_script(paper)))
        self.assertEqual(len(papers), 2)


if __name__ == "__main__":
    unittest.main()
