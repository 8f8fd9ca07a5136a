"""Classifies the images of an IDX file: python3 classify.py MODEL.pt t10k-images-idx3-ubyte

Prints a line an image: the digit, then the probabilities of the digits 0 to 9.
"""

import sys

import torch

model = torch.jit.load(sys.argv[1])
with open(sys.argv[2], "rb") as file:
    pixels = torch.frombuffer(bytearray(file.read()[16:]), dtype=torch.uint8)

with torch.no_grad():
    for images in (pixels.reshape(-1, 1, 28, 28) / 255).split(500):
        for row in model(images):
            print(int(row.argmax()), *(f"{p:.9g}" for p in row.tolist()), sep=",")
