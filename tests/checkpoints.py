"""Reads and forges checkpoints: a digest, then a safetensors file whose header holds the state."""

import hashlib
import json

FORMAT = b"mnist checkpoint 1"


def parts(path):
    """The header, the state in it, and the bytes of the tensors."""
    first, digest, payload = path.read_bytes().split(b"\n", 2)
    if first != FORMAT or hashlib.sha256(payload).hexdigest() != digest.decode():
        raise ValueError(f"{path} is not whole")
    length = int.from_bytes(payload[:8], "little")
    header = json.loads(payload[8 : 8 + length])
    return header, json.loads(header["__metadata__"]["state"]), payload[8 + length :]


def state(path):
    return parts(path)[1]


def comparable(path):
    """What it holds, but for the seconds that its epochs took."""
    header, found, tensors = parts(path)
    for epoch in found["history"]:
        del epoch["seconds"]
    header["__metadata__"]["state"] = found
    return header, tensors


def update_state(header, **values):
    metadata = header["__metadata__"]
    metadata["state"] = json.dumps({**json.loads(metadata["state"]), **values})


def forge(path, change):
    """Has `change` edit the header and the tensors' bytes, or return other bytes for the header,
    and puts a right digest above."""
    header, _, tensors = parts(path)
    tensors = bytearray(tensors)
    text = change(header, tensors) or json.dumps(header).encode()
    payload = len(text).to_bytes(8, "little") + text + tensors
    digest = hashlib.sha256(payload).hexdigest().encode()
    path.write_bytes(b"\n".join([FORMAT, digest, payload]))
