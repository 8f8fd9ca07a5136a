"""Draws on the page of `mnist serve`, in a real browser.

usage: see program.py; $MNIST_SCREENSHOTS names a folder that receives what was seen
Exits with 77 where Python has no Selenium, or there is no Chromium with its driver.
"""

import base64
import os
import pathlib
import shutil
import sys
import time
import unittest

try:
    from selenium import webdriver
    from selenium.webdriver.common.action_chains import ActionChains
    from selenium.webdriver.common.by import By
    from selenium.webdriver.common.keys import Keys
    from selenium.webdriver.support.ui import WebDriverWait
except ImportError as error:
    print(f"skipped: {error}")
    sys.exit(77)

from cases import Case
from program import ROOT
from server import Server

CHROMIUM, DRIVER = shutil.which("chromium"), shutil.which("chromedriver")
if not CHROMIUM or not DRIVER:
    print("skipped: there is no chromium, or no chromedriver")
    sys.exit(77)

SAMPLES = ROOT / "docs" / "pictures"
SCREENSHOTS = os.environ.get("MNIST_SCREENSHOTS")
# As shares of the paper's side.
SEVEN = [[(0.28, 0.22), (0.74, 0.22), (0.62, 0.5), (0.48, 0.82)]]
FOUR = [[(0.36, 0.18), (0.28, 0.56), (0.72, 0.56)], [(0.62, 0.3), (0.62, 0.84)]]


def open_browser():
    options = webdriver.ChromeOptions()
    options.binary_location = CHROMIUM
    for argument in ("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"):
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    return webdriver.Chrome(options=options, service=webdriver.ChromeService(executable_path=DRIVER))


class Page(Case):
    @classmethod
    def setUpClass(cls):
        cls.server = Server("--quiet")
        cls.addClassCleanup(cls.server.end)
        cls.browser = open_browser()
        cls.addClassCleanup(cls.browser.quit)

    def setUp(self):
        super().setUp()
        self.show(1400, 900)

    def tearDown(self):
        """Nothing went wrong that only the console tells of, what the policy forbids included."""
        self.assertEqual(self.browser.get_log("browser"), [])

    def show(self, width, height, scheme="light"):
        """The page, anew."""
        metrics = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 500}
        self.browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
        features = [{"name": "prefers-color-scheme", "value": scheme}]
        self.browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})
        self.browser.get(self.server.url)

    def find(self, name):
        return self.browser.find_element(By.ID, name)

    def text(self, name):
        return self.find(name).text

    def wait_for(self, condition):
        WebDriverWait(self.browser, 30, poll_frequency=0.05).until(lambda _: condition())

    def wait_for_digit(self, digit):
        self.wait_for(lambda: self.text("digit") == digit)

    def draw(self, strokes):
        paper = self.find("paper")
        side = paper.size["width"]
        actions = ActionChains(self.browser, duration=20)
        for stroke in strokes:
            for number, (x, y) in enumerate(stroke):
                actions.move_to_element_with_offset(paper, (x - 0.5) * side, (y - 0.5) * side)
                if number == 0:
                    actions.click_and_hold()
            actions.release()
        actions.perform()

    def drop(self, path):
        """As if the file came from the desktop."""
        self.browser.execute_script(
            """const bytes = Uint8Array.from(atob(arguments[0]), (c) => c.charCodeAt(0));
            const data = new DataTransfer();
            data.items.add(new File([bytes], arguments[1], { type: "image/jpeg" }));
            for (const name of ["dragover", "drop"]) {
              const event = new DragEvent(name, { dataTransfer: data, bubbles: true, cancelable: true });
              document.getElementById("paper").dispatchEvent(event);
            }""",
            base64.b64encode(path.read_bytes()).decode(),
            path.name,
        )

    def share_of_best_bar(self):
        """Of the table's width; the bar is that of a probability near 1."""
        bar = self.browser.find_element(By.CSS_SELECTOR, ".best .bar")
        return bar.size["width"] / self.find("bars").size["width"]

    def save_screenshot(self, name):
        if SCREENSHOTS:
            time.sleep(0.5)  # until the bars stand still
            pathlib.Path(SCREENSHOTS).mkdir(parents=True, exist_ok=True)
            self.browser.save_screenshot(str(pathlib.Path(SCREENSHOTS, name)))

    def test_a_digit_that_is_drawn_is_read(self):
        self.draw(SEVEN)
        self.wait_for_digit("7")
        self.assertRegex(self.text("summary"), r"^Taken for 7, with a probability of \d+\.\d %\.$")
        rows = self.browser.find_elements(By.CSS_SELECTOR, "#bars tbody tr")
        self.assertEqual(len(rows), 10)
        self.assertEqual([row.get_attribute("class") for row in rows].index("best"), 7)
        seen = self.browser.execute_script(
            "const c = document.getElementById('input');"
            "return Array.from(c.getContext('2d').getImageData(0, 0, 28, 28).data).filter((_, i) => i % 4 === 0);"
        )
        self.assertEqual(len(seen), 784)
        self.assertEqual((min(seen), max(seen) > 200), (0, True))
        self.find("clear").click()
        self.wait_for_digit("–")
        self.assertEqual(self.text("summary"), "Nothing is drawn yet.")
        self.assertFalse(self.find("undo").is_enabled())

    def test_undo_takes_back_the_last_stroke(self):
        self.draw(SEVEN)
        self.wait_for_digit("7")
        answer = self.text("summary")
        self.draw([[(0.1, 0.55), (0.95, 0.55)], [(0.1, 0.7), (0.95, 0.7)]])
        self.wait_for(lambda: self.text("summary") != answer)
        self.find("undo").click()
        self.browser.find_element(By.TAG_NAME, "body").send_keys(Keys.CONTROL, "z")
        self.wait_for(lambda: self.text("summary") == answer)
        self.assertTrue(self.find("undo").is_enabled())

    def test_what_is_not_to_be_relied_on_is_unsure_and_says_why(self):
        self.drop(SAMPLES / "line.jpg")
        self.wait_for(lambda: self.find("unsure").is_displayed())
        self.assertEqual(self.text("unsure"), "Unsure: another mark on the picture could be the digit")
        self.save_screenshot("unsure.png")

    def test_a_photo_may_be_chosen_or_dropped(self):
        self.find("file").send_keys(str(SAMPLES / "pencil.jpg"))
        self.wait_for_digit("4")
        self.assertTrue(self.text("summary").startswith("pencil.jpg: taken for 4, with a probability of "))
        self.save_screenshot("photo.png")
        self.drop(SAMPLES / "marker.jpg")
        self.wait_for(lambda: self.text("summary").startswith("marker.jpg: taken for "))
        self.draw(SEVEN)
        self.wait_for_digit("7")

    def test_what_cannot_be_read_says_so(self):
        path = self.scratch / "blank.pgm"
        path.write_bytes(b"P5 40 30 255\n" + b"\xff" * 1200)
        self.find("file").send_keys(str(path))
        self.wait_for(lambda: self.text("summary") not in ("", "Nothing is drawn yet."))
        self.assertEqual(self.text("digit"), "–")
        # Chromium itself puts answers with an error's status into the console.
        log = [entry["message"] for entry in self.browser.get_log("browser")]
        self.assertEqual(len(log), 1, log)
        self.assertIn("422", log[0])

    def test_the_keyboard_draws(self):
        paper = self.find("paper")
        self.browser.execute_script("arguments[0].focus()", paper)
        paper.send_keys(Keys.ARROW_UP * 9 + " " + Keys.ARROW_DOWN * 18 + " ")
        self.wait_for_digit("1")
        paper.send_keys(Keys.ESCAPE)
        self.wait_for_digit("–")

    def test_it_fits_small_and_large_windows_in_light_and_dark(self):
        for width, height in ((360, 740), (768, 1024), (1400, 900)):
            for scheme in ("light", "dark"):
                with self.subTest(width=width, scheme=scheme):
                    self.show(width, height, scheme)
                    self.save_screenshot(f"empty-{width}-{scheme}.png")
                    self.draw(FOUR)
                    self.wait_for_digit("4")
                    wide = self.browser.execute_script("return document.documentElement.scrollWidth")
                    self.assertLessEqual(wide, width)
                    self.wait_for(lambda: self.share_of_best_bar() > 0.6)
                    self.save_screenshot(f"drawn-{width}-{scheme}.png")


if __name__ == "__main__":
    unittest.main()
