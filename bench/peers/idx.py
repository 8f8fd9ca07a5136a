"""What the programs beside this one share: their options, and the four IDX files."""

import argparse
import os
import pathlib

import numpy as np


def parser(description):
    """Takes --data and --threads; training_parser() also --epochs and --seed."""
    result = argparse.ArgumentParser(description=description)
    result.add_argument("--data", default=os.environ.get("MNIST_DATA", "data/mnist"))
    result.add_argument("--threads", type=int, default=len(os.sched_getaffinity(0)))
    return result


def training_parser(description):
    result = parser(description)
    result.add_argument("--epochs", type=int, default=10)
    result.add_argument("--seed", type=int, default=1)
    return result


def load_data(folder):
    """((x_train, y_train), (x_test, y_test)): uint8 images (N, 28, 28) and uint8 labels (N,).

    As Keras's mnist.load_data() returns them.
    """

    def images(name):
        return np.fromfile(pathlib.Path(folder, name), np.uint8)[16:].reshape(-1, 28, 28)

    def labels(name):
        return np.fromfile(pathlib.Path(folder, name), np.uint8)[8:]

    return (
        (images("train-images-idx3-ubyte"), labels("train-labels-idx1-ubyte")),
        (images("t10k-images-idx3-ubyte"), labels("t10k-labels-idx1-ubyte")),
    )
