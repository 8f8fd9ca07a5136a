"""Includes run one way, down the list of rooms in docs/architecture.md, and rooms without LibTorch have none.

usage: python3 includes_test.py
"""

import pathlib
import re
import sys
import unittest

ROOT = pathlib.Path(__file__).resolve().parent.parent

# From the top down: a file includes files of its own room and of those below, no others.
ROOMS = [
    "app/",  # the commands
    "app/server/",
    "app/options/",
    "app/report/",
    "app/run/",
    "app/console/",
    "lib/mnist/checkpoint/",
    "lib/mnist/",  # what a reader came for
    "lib/mnist/model_forms/",
    "lib/mnist/kernels/",
    "lib/mnist/distributed/",
    "lib/mnist/onnx/",
    "lib/mnist/machine/",
    "lib/mnist/data/",
    "lib/mnist/image/",
    "lib/mnist/metrics/",
    "lib/mnist/files/",
]
# They stand at the top of lib/mnist and are everybody's.
FOR_ALL = {"lib/mnist/error.hpp", "lib/mnist/libtorch_error.hpp"}
# LibTorch's headers, but for the small ones that need none of the others.
WITHOUT_LIBTORCH = ["app/server/", "app/options/", "app/report/", "app/run/", "app/console/", "lib/mnist/data/", "lib/mnist/image/", "lib/mnist/metrics/", "lib/mnist/files/"]
WITH_LIBTORCH_ALL_THE_SAME = {
    "app/console/profile.cpp",  # it is LibTorch's profiler
    "app/report/pictures.hpp",
    "app/report/pictures.cpp",
    "app/report/run_report.hpp",
    "app/report/run_report.cpp",
    "app/run/initial_weights.hpp",
    "app/run/initial_weights.cpp",
    "app/run/open_classifier.hpp",
    "app/run/open_classifier.cpp",
    "app/run/run_checkpoints.hpp",
    "app/run/run_checkpoints.cpp",
}


def sources():
    return sorted(
        path.relative_to(ROOT).as_posix()
        for folder in ("app", "lib")
        for path in (ROOT / folder).rglob("*")
        if path.suffix in (".cpp", ".hpp")
    )


def room_of(source):
    return ROOMS.index(source[: source.rindex("/") + 1])


def included(source, pattern):
    text = (ROOT / source).read_text()
    return re.findall(rf"^#include {pattern}", text, flags=re.MULTILINE)


def own_includes(source):
    """The files of ours that a file includes."""
    return [
        f"lib/{name}" if (ROOT / "lib" / name).exists() else f"app/{name}"
        for name in included(source, '"([^"]+)"')
    ]


def libtorch_headers(source):
    """Those that the file reads, itself or by way of ours."""
    seen, waiting, found = set(), [source], []
    while waiting:
        at = waiting.pop()
        if at in seen:
            continue
        seen.add(at)
        found += included(at, r"<((?:torch|ATen|caffe2)/[^>]+)>")
        waiting += own_includes(at)
    return found


class Includes(unittest.TestCase):
    def test_every_include_is_there_and_in_the_same_room_or_below(self):
        for source in sources():
            for target in own_includes(source):
                with self.subTest(source=source, includes=target):
                    self.assertTrue((ROOT / target).exists())
                    if target not in FOR_ALL:
                        self.assertLessEqual(room_of(source), room_of(target))

    def test_no_file_includes_itself_by_way_of_others(self):
        headers = {source: own_includes(source) for source in sources()}
        done, path = set(), []

        def visit(source):
            if source in done:
                return
            self.assertNotIn(source, path, " -> ".join([*path, source]))
            path.append(source)
            for target in headers[source]:
                visit(target)
            path.pop()
            done.add(source)

        for source in headers:
            visit(source)

    def test_rooms_without_libtorch_read_none_of_its_headers(self):
        for source in sources():
            room = source[: source.rindex("/") + 1]
            if room in WITHOUT_LIBTORCH and source not in WITH_LIBTORCH_ALL_THE_SAME:
                with self.subTest(source):
                    self.assertEqual(libtorch_headers(source), [])


class Documents(unittest.TestCase):
    """A file's name in backticks has a slash or the ending of a source; it is looked for from the top, from
    the library's and the application's folder, and by itself in all of them."""

    DOCUMENTS = [
        "README.md",
        "CONTRIBUTING.md",
        "models/README.md",
        *(path.relative_to(ROOT).as_posix() for path in (ROOT / "docs").glob("*.md")),
    ]
    SOURCE = re.compile(r"\w\.(cpp|hpp|py|cmake|in|md|txt)$")
    # They come with a build, a run or a download, or are LibTorch's.
    ELSEWHERE = re.compile(r"^(/|build/|data/|runs|checkpoint|share/|tensorboard/|torch|ATen|.*pytorch)|NAME|…")

    def test_each_file_that_a_document_names_is_there(self):
        tops = [ROOT, ROOT / "lib", ROOT / "lib" / "mnist", ROOT / "app", ROOT / "tests"]
        names = {path.name for top in ("app", "bench", "cmake", "lib", "tests", "docs") for path in (ROOT / top).rglob("*")}
        names |= {path.name for path in ROOT.iterdir()}
        for document in self.DOCUMENTS:
            text = re.sub(r"```.*?```", "", (ROOT / document).read_text(), flags=re.DOTALL)
            for name in re.findall(r"`([\w./-]+)`", text):
                if self.ELSEWHERE.search(name) or not ("/" in name or self.SOURCE.search(name)):
                    continue
                with self.subTest(document=document, name=name):
                    there = any((top / name).exists() or (top / f"{name}.hpp").exists() for top in tops)
                    self.assertTrue(there or ("/" not in name and name in names))


class Sizes(unittest.TestCase):
    def test_no_file_is_over_250_lines(self):
        for source in sources():
            with self.subTest(source):
                self.assertLessEqual(len((ROOT / source).read_text().splitlines()), 250)

    def test_no_function_is_over_40_lines(self):
        """A function: from a line without indentation that opens a brace, or one of a class's, to the
        brace that closes it in the same column."""
        for source in sources():
            lines = (ROOT / source).read_text().splitlines()
            for start, line in enumerate(lines):
                indent = len(line) - len(line.lstrip())
                if indent > 2 or not re.search(r"\)( const| noexcept| HWY_ATTR)* \{$", line):
                    continue
                end = next(i for i in range(start, len(lines)) if lines[i].startswith(" " * indent + "}"))
                first = start
                while lines[first - 1].startswith(" " * (indent + 1)):
                    first -= 1  # the parameters stand on lines of their own
                with self.subTest(source=source, line=start + 1):
                    self.assertLessEqual(end - first + 1, 40)


if __name__ == "__main__":
    sys.exit(unittest.main())
