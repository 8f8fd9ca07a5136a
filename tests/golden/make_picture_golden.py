"""Writes pictures in many forms with Pillow, each as NAME.EXT, and beside it as NAME.EXT.pgm the grey that
Pillow reads of it, for image_golden_tests.cpp: tests/golden/pictures. What Pillow does not write is put
together here. Pictures without transparency: that has tests of its own.

usage: python3 make_picture_golden.py
"""

import pathlib
import struct

import numpy as np
from PIL import Image, ImageOps

FOLDER = pathlib.Path(__file__).resolve().parent / "pictures"
WIDTH, HEIGHT = 27, 18
Y, X = np.mgrid[:HEIGHT, :WIDTH]
RGB = np.stack([X * 9, Y * 14, (X * Y * 5) % 256], -1).astype("u1")
COLOUR = Image.fromarray(RGB)
GREY = COLOUR.convert("L")
BITS = COLOUR.convert("1")
PALETTE = COLOUR.quantize(200)


def grey_of(image):
    if image.mode in ("1", "L"):
        return image.convert("L")
    return image.convert("RGB").convert("L")


def expect(name, grey):
    grey.save(FOLDER / f"{name}.pgm")


def write(name, image, **settings):
    image.save(FOLDER / name, **settings)
    with Image.open(FOLDER / name) as written:
        written.load()
        expect(name, grey_of(ImageOps.exif_transpose(written)))


def write_bytes(name, data, grey=GREY):
    (FOLDER / name).write_bytes(data)
    expect(name, grey)


def bmp(rows, bits, masks=(), size=40, top_down=False):
    """The rows of packed pixels, from the top, as a BMP file."""
    rows = [row + bytes(-len(row) % 4) for row in rows]
    data = b"".join(rows if top_down else rows[::-1])
    height = -HEIGHT if top_down else HEIGHT
    header = struct.pack("<IiiHHIIiiII", size, WIDTH, height, 1, bits, 3 if masks else 0, len(data), 0, 0, 0, 0)
    header += b"".join(struct.pack("<I", mask) for mask in masks)
    header = header.ljust(size, b"\0")
    offset = 14 + len(header)
    return b"BM" + struct.pack("<IHHI", offset + len(data), 0, 0, offset) + header + data


def write_bmps():
    for name, image in {"bits": BITS, "colour": COLOUR, "grey": GREY, "palette": PALETTE}.items():
        write(f"{name}.bmp", image)
    red, green, blue = (RGB[..., i].astype(int) for i in range(3))
    fives = [(value >> 3) * 255 // 31 for value in (red, green, blue)]
    sixes = (green >> 2) * 255 // 63
    small = Image.fromarray(np.dstack(fives).astype("u1"))
    packed = (red >> 3 << 10 | green >> 3 << 5 | blue >> 3).astype("<u2")
    write_bytes("five_bits.bmp", bmp([row.tobytes() for row in packed], 16), small.convert("L"))
    packed = (red >> 3 << 11 | green >> 2 << 5 | blue >> 3).astype("<u2")
    small = Image.fromarray(np.dstack([fives[0], sixes, fives[2]]).astype("u1"))
    top_down = bmp([row.tobytes() for row in packed], 16, (0xF800, 0x07E0, 0x001F), top_down=True)
    write_bytes("six_bits.bmp", top_down, small.convert("L"))
    with_byte = np.dstack([RGB[..., ::-1], RGB[..., :1]])
    write_bytes("unused_byte.bmp", bmp([row.tobytes() for row in with_byte], 32))
    other_order = np.dstack([np.full_like(X, 255).astype("u1"), RGB[..., ::-1]])
    masks = (0xFF000000, 0x00FF0000, 0x0000FF00, 0x000000FF)
    write_bytes("version_5.bmp", bmp([row.tobytes() for row in other_order], 32, masks, 124))
    other_order[..., 0] = 0
    write_bytes("alpha_all_0.bmp", bmp([row.tobytes() for row in other_order], 32, masks, 108))


def write_pnms():
    write("colour.ppm", COLOUR)
    write("grey.pgm", GREY)
    write("bits.pbm", BITS)
    Image.fromarray(np.asarray(GREY).astype("u2") * 257).save(FOLDER / "sixteen_bits.pgm")
    expect("sixteen_bits.pgm", GREY)

    def text(kind, values, most=""):
        lines = "\n".join(" ".join(map(str, row.ravel())) for row in values)
        return f"P{kind}\n# text\n{WIDTH} {HEIGHT}\n{most}\n{lines}\n".encode()

    write_bytes("text.ppm", text(3, RGB, 255))
    write_bytes("text.pgm", text(2, np.asarray(GREY).astype(int) * 100, 25500))
    write_bytes("text.pbm", text(1, (np.asarray(BITS.convert("L")) == 0).astype(int)), BITS.convert("L"))


def write_gifs():
    write("palette.gif", PALETTE)
    write("grey.gif", GREY, interlace=False)
    write("interlaced.gif", PALETTE, interlace=True)
    write("animated.gif", PALETTE, save_all=True, append_images=[COLOUR.rotate(180).quantize(64)])


def write_tiffs():
    for compression in ("raw", "tiff_lzw", "tiff_adobe_deflate", "packbits", "jpeg"):
        write(f"colour_{compression}.tif", COLOUR, compression=compression)
    for compression in ("group3", "group4", "tiff_ccitt"):
        write(f"bits_{compression}.tif", BITS, compression=compression)
    write("palette.tif", PALETTE, compression="tiff_lzw")
    write("cmyk.tif", COLOUR.convert("CMYK"), compression="raw")
    write("pages.tif", GREY, save_all=True, append_images=[COLOUR, BITS], compression="tiff_lzw")
    Image.fromarray(np.asarray(GREY).astype("u2") * 257).save(FOLDER / "sixteen_bits.tif")
    expect("sixteen_bits.tif", GREY)
    for orientation in (3, 6, 7):
        write(f"turned_{orientation}.tif", COLOUR, tiffinfo={274: orientation}, compression="tiff_lzw")


def write_webps():
    write("lossy.webp", COLOUR, quality=80)
    write("lossless.webp", COLOUR, lossless=True)
    write("animated.webp", COLOUR, save_all=True, append_images=[COLOUR.rotate(180)], lossless=True)
    for orientation in (3, 6, 7):
        exif = Image.Exif()
        exif[274] = orientation
        write(f"turned_{orientation}.webp", COLOUR, lossless=True, exif=exif)


FOLDER.mkdir(exist_ok=True)
for write_format in (write_bmps, write_pnms, write_gifs, write_tiffs, write_webps):
    write_format()
