"""The first images of MNIST, as a data set of its own that is trained on in a moment."""

import struct

from program import DATA


def first_images(folder, images, test_images):
    """Makes the folder with the four files, and returns it."""
    folder.mkdir()
    for name, count in (("train", images), ("t10k", test_images)):
        pixels = (DATA / f"{name}-images-idx3-ubyte").read_bytes()[16 : 16 + count * 784]
        labels = (DATA / f"{name}-labels-idx1-ubyte").read_bytes()[8 : 8 + count]
        header = struct.pack(">4i", 2051, count, 28, 28)
        (folder / f"{name}-images-idx3-ubyte").write_bytes(header + pixels)
        (folder / f"{name}-labels-idx1-ubyte").write_bytes(struct.pack(">2i", 2049, count) + labels)
    return folder
