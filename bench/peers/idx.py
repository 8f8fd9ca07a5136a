"""Reads the four IDX files as Keras's mnist.load_data() returns them."""

import pathlib

import numpy as np


def load_data(folder):
    """((x_train, y_train), (x_test, y_test)): uint8 images (N, 28, 28) and uint8 labels (N,)."""

    def images(name):
        return np.fromfile(pathlib.Path(folder, name), np.uint8)[16:].reshape(-1, 28, 28)

    def labels(name):
        return np.fromfile(pathlib.Path(folder, name), np.uint8)[8:]

    return (
        (images("train-images-idx3-ubyte"), labels("train-labels-idx1-ubyte")),
        (images("t10k-images-idx3-ubyte"), labels("t10k-labels-idx1-ubyte")),
    )
