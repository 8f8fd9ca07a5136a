"""MNIST's four files as they are, for the tests of script/fetch-data.

They are read from $MNIST_DATA, by default data/mnist of the project: run script/fetch-data before.
"""

import functools
import gzip
import hashlib
import os
import pathlib
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
DATA = pathlib.Path(os.environ.get("MNIST_DATA") or ROOT / "data" / "mnist")
TRAIN_IMAGES = "train-images-idx3-ubyte"
TRAIN_LABELS = "train-labels-idx1-ubyte"
TEST_IMAGES = "t10k-images-idx3-ubyte"
TEST_LABELS = "t10k-labels-idx1-ubyte"
DIGESTS = {
    TRAIN_IMAGES: "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
    TRAIN_LABELS: "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
    TEST_IMAGES: "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
    TEST_LABELS: "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
}


def _read(name):
    try:
        content = (DATA / name).read_bytes()
    except OSError as error:
        sys.exit(f"{error}: these tests need MNIST's files; script/fetch-data brings them")
    if hashlib.sha256(content).hexdigest() != DIGESTS[name]:
        sys.exit(f"{DATA / name} is not MNIST's: MNIST_DATA must name MNIST for these tests")
    return content


MNIST = {name: _read(name) for name in DIGESTS}


@functools.cache
def zipped(name):
    return gzip.compress(MNIST[name], 1)
