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
ONE_UPWARDS = [[(0.5, 0.85), (0.5, 0.15)]]
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
        self.touches = False

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

    def on_paper(self, x, y):
        """Where in the window that is."""
        box = self.browser.execute_script("return document.getElementById('paper').getBoundingClientRect()")
        return {"x": box["left"] + x * box["width"], "y": box["top"] + y * box["height"]}

    def touch(self, *fingers):
        """What a screen reports, where each of the fingers touches it now; None: this one no more."""
        points = [{"id": number, **place} for number, place in enumerate(fingers) if place]
        kind = "touchMove" if self.touches else "touchStart"
        self.touches = bool(points)
        self.dispatch("Touch", type=kind if points else "touchEnd", touchPoints=points)

    def dispatch(self, device, **event):
        self.browser.execute_cdp_cmd(f"Input.dispatch{device}Event", event)

    def draw_with_finger(self, strokes):
        for stroke in strokes:
            for place in stroke:
                self.touch(self.on_paper(*place))
            self.touch()

    def draw_with_pen(self, strokes):
        """It comes near, draws, and leaves, as one with a tip and no other button does."""
        for stroke in strokes:
            places = [self.on_paper(*place) for place in stroke]
            tip = {"pointerType": "pen", "button": "left", "clickCount": 1}
            self.dispatch("Mouse", type="mouseMoved", pointerType="pen", **places[0])
            self.dispatch("Mouse", type="mousePressed", buttons=1, **tip, **places[0])
            for place in places:
                self.dispatch("Mouse", type="mouseMoved", buttons=1, **tip, **place)
            self.dispatch("Mouse", type="mouseReleased", buttons=0, **tip, **places[-1])
            self.dispatch("Mouse", type="mouseMoved", pointerType="pen", **self.on_paper(0.9, 0.9))

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

    def test_a_finger_draws_and_does_not_move_the_page(self):
        self.show(360, 740)
        self.draw_with_finger(SEVEN)
        self.wait_for_digit("7")
        self.find("clear").click()
        self.draw_with_finger(ONE_UPWARDS)
        self.wait_for_digit("1")
        scrolled = "return window.scrollY"
        self.assertEqual(self.browser.execute_script(scrolled), 0)
        # Beside the paper, the same movement does.
        self.draw_with_finger([[(0.5, 1.5), (0.5, 1.2), (0.5, 0.8)]])
        self.wait_for(lambda: self.browser.execute_script(scrolled) > 0)

    def test_a_pen_draws(self):
        self.browser.execute_script(
            "window.seen = []; addEventListener('pointerdown', (event) => seen.push(event.pointerType));"
        )
        self.draw_with_pen(FOUR)
        self.wait_for_digit("4")
        self.assertEqual(self.browser.execute_script("return seen"), ["pen", "pen"])

    def test_a_second_finger_draws_nothing(self):
        first, second, third, last = (self.on_paper(*place) for place in SEVEN[0])
        others = [self.on_paper(0.1, y) for y in (0.2, 0.5, 0.9)]
        self.touch(first)
        self.touch(second)
        for other in others:
            self.touch(second, other)
        self.touch(third, others[-1])
        self.touch(third)
        self.touch(last)
        self.touch()
        self.wait_for_digit("7")
        answer = self.text("summary")
        self.find("undo").click()
        self.wait_for_digit("–")
        self.draw_with_finger(SEVEN)
        self.wait_for_digit("7")
        self.assertEqual(self.text("summary"), answer)

    def test_a_cancelled_touch_is_no_stroke(self):
        self.draw_with_finger(SEVEN)
        self.wait_for_digit("7")
        answer = self.text("summary")
        for place in ((0.1, 0.55), (0.95, 0.55), (0.95, 0.7), (0.1, 0.7)):
            self.touch(self.on_paper(*place))
        self.wait_for(lambda: self.text("summary") != answer)
        self.dispatch("Touch", type="touchCancel", touchPoints=[])
        self.touches = False
        self.wait_for(lambda: self.text("summary") == answer)
        self.find("clear").click()
        self.draw_with_finger(FOUR)
        self.wait_for_digit("4")

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
