#!/usr/bin/env python3
"""Writes the files in npz/ as NumPy does, for npz_tests.cpp.

usage: make_npz_golden.py   (with NumPy 2)
"""

import pathlib

import numpy as np

HERE = pathlib.Path(__file__).resolve().parent / "npz"


def main():
    HERE.mkdir(exist_ok=True)
    rows = np.arange(6).reshape(2, 3)
    numbers = {
        "bytes": rows.astype("u1"),
        "floats": (rows / 4).astype("<f4"),
        "big": (rows - 3).astype(">i8"),
        "columns": np.asfortranarray(rows.astype("<f8")),
        "truth": rows % 2 == 0,
        "one": np.float32(2.5),
        "none": np.zeros((0, 5), "<i4"),
    }
    np.savez(HERE / "numbers.npz", **numbers)
    np.savez_compressed(HERE / "packed.npz", **numbers)
    np.savez(HERE / "objects.npz", a=np.array([{}, None], dtype=object))
    np.savez(HERE / "records.npz", a=np.zeros(2, [("x", "<f4"), ("y", "<i4")]))
    np.savez(HERE / "texts.npz", a=np.array(["zero", "one"]))


if __name__ == "__main__":
    main()
