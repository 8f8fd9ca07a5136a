"""A data set of noise, in the four files of MNIST's form: small, so that a training takes a second."""

import random
import struct

FILES = ("train", 300), ("t10k", 120)


def write_noise(folder, side=10, classes=10):
    """Each image has a bright row that tells its class, or two that do not where there are more
    classes than rows."""
    source = random.Random(1)
    folder.mkdir(parents=True, exist_ok=True)
    for name, count in FILES:
        labels = bytes(i % classes for i in range(count))
        images = bytearray(source.randbytes(count * side * side))
        for i, label in enumerate(labels):
            row = (i * side + label % side) * side
            images[row : row + side] = b"\xff" * side
        head = struct.pack(">4B3i", 0, 0, 8, 3, count, side, side)
        (folder / f"{name}-images-idx3-ubyte").write_bytes(head + images)
        head = struct.pack(">4Bi", 0, 0, 8, 1, count)
        (folder / f"{name}-labels-idx1-ubyte").write_bytes(head + labels)
    return folder
