"""Reads TensorBoard's event files, with Python alone."""

import struct


def crc32c(data):
    crc = 0xFFFFFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0x82F63B78 if crc & 1 else 0)
    return crc ^ 0xFFFFFFFF


def masked(data):
    crc = crc32c(data)
    return (((crc >> 15) | (crc << 17)) + 0xA282EAD8) & 0xFFFFFFFF


def records(data):
    """The events in the bytes of a file; raises where one is not whole or a checksum is wrong."""
    found = []
    while data:
        length, crc = struct.unpack_from("<QI", data)
        event, (event_crc,) = data[12 : 12 + length], struct.unpack_from("<I", data, 12 + length)
        if len(event) != length or crc != masked(data[:8]) or event_crc != masked(event):
            raise ValueError(f"record {len(found)} is damaged")
        found.append(event)
        data = data[16 + length :]
    return found


def varint(data, at):
    value = shift = 0
    while True:
        byte = data[at]
        value |= (byte & 0x7F) << shift
        at, shift = at + 1, shift + 7
        if byte < 0x80:
            return value, at


def fields(message):
    """A protobuf message as a list of numbers of fields and their contents."""
    found, at = [], 0
    while at < len(message):
        key, at = varint(message, at)
        wire = key & 7
        if wire == 0:
            value, at = varint(message, at)
        else:
            size = {1: 8, 5: 4}.get(wire)
            if wire == 2:
                size, at = varint(message, at)
            value, at = message[at : at + size], at + size
            if wire != 2:
                (value,) = struct.unpack("<d" if wire == 1 else "<f", value)
        found.append((key >> 3, value))
    return found


class Event:
    """`restart`: whether what was said of `step` and later ones before is void."""

    def __init__(self, data):
        content = dict(fields(data))
        self.time, self.step = content[1], content.get(2, 0)
        self.version = content.get(3, b"").decode()
        self.restart = 7 in content and dict(fields(content[7])) == {1: 1}
        value = dict(fields(dict(fields(content[5]))[1])) if 5 in content else {}
        self.tag = value.get(1, b"").decode()
        self.scalar = value.get(2)
        # Width, height and the bytes of a PNG; the plugin's other texts are none.
        texts = [content for field, content in fields(value.get(8, b"")) if field == 8]
        self.image = (int(texts[0]), int(texts[1]), texts[2]) if len(texts) == 3 else None
        caption = dict(fields(value[9])).get(3, b"") if 9 in value else b""
        self.caption = caption.decode()


def events(folder):
    """Those of all event files of the folder, in order."""
    files = sorted(folder.glob("events.out.tfevents.*"))
    return [Event(record) for file in files for record in records(file.read_bytes())]


def curve(folder, tag):
    """The scalars of a tag as (step, value), as TensorBoard takes them: without what is void."""
    points = []
    for event in events(folder):
        if event.restart:
            points = [point for point in points if point[0] < event.step]
        if event.tag == tag:
            points.append((event.step, event.scalar))
    return points
