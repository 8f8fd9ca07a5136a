"""Serving: requests of one image each, from clients that ask again as soon as they are answered.

The load comes from wrk, on the same machine: it takes its share of the cores from each server alike.
"""

import contextlib
import json
import pathlib
import re
import shutil
import socket
import statistics
import struct
import subprocess
import sys
import tempfile
import time
import typing
import urllib.request

from common import DATA, MNIST, MODEL, THREADS, peer, print_table, ratios, rotated, run, say

CLIENTS = (1, 16, 64)
SECONDS = 20
PATH = "/v2/models/mnist-cnn/infer"
SCRIPT = """
wrk.method = "POST"
wrk.headers["Content-Type"] = "application/json"
wrk.body = io.open("{body}"):read("*a")
done = function(summary, latency)
  local errors = summary.errors
  local failed = errors.connect + errors.read + errors.write + errors.status + errors.timeout
  io.write(string.format("result %d %d %d %d %d\\n", summary.requests, summary.duration,
    latency:percentile(50), latency:percentile(99), failed))
end
"""


class Load(typing.NamedTuple):
    rate: float  # requests a second
    median: float  # milliseconds
    slow: float  # the 99th percentile
    errors: int


def request_body():
    """The first image of the test set."""
    with open(pathlib.Path(DATA, "t10k-images-idx3-ubyte"), "rb") as file:
        file.seek(16)
        pixels = file.read(28 * 28)
    data = [struct.unpack("f", struct.pack("f", pixel / 255))[0] for pixel in pixels]
    return json.dumps({"inputs": [{"name": "images", "shape": [1, 1, 28, 28], "datatype": "FP32", "data": data}]})


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


@contextlib.contextmanager
def serving(command, port):
    """The server's process, once it answers."""
    process = subprocess.Popen([str(word) for word in command], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        for _ in range(600):
            with contextlib.suppress(OSError):
                urllib.request.urlopen(f"http://127.0.0.1:{port}/v2/health/ready").read()
                break
            time.sleep(0.1)
        yield process
    finally:
        process.terminate()
        process.wait()


def answers(port, body):
    """The probabilities, to be the same from all."""
    request = urllib.request.Request(f"http://127.0.0.1:{port}{PATH}", body.encode(), {"Content-Type": "application/json"})
    with urllib.request.urlopen(request) as response:
        return json.load(response)["outputs"][0]["data"]


def load(port, clients, seconds, script):
    command = ["wrk", "-t1", f"-c{clients}", f"-d{seconds}s", "-s", script, f"http://127.0.0.1:{port}{PATH}"]
    match = re.search(r"^result (\d+) (\d+) (\d+) (\d+) (\d+)$", run(command).stdout, re.MULTILINE)
    requests, microseconds, median, slow, errors = map(int, match.groups())
    return Load(1e6 * requests / microseconds, median / 1e3, slow / 1e3, errors)


def memory(process):
    """Megabytes."""
    status = pathlib.Path(f"/proc/{process.pid}/status").read_text()
    return int(re.search(r"VmRSS:\s+(\d+)", status)[1]) / 1e3


def measure(name, command, port, body, script, loads, memories):
    with serving(command, port) as process:
        found = answers(port, body)
        load(port, 16, 2, script)
        before = memory(process)
        for clients in CLIENTS:
            loads[name][clients].append(load(port, clients, SECONDS, script))
            say(f"{name}, {clients} clients: {loads[name][clients][-1].rate:,.0f} requests/s")
        memories[name].append((before, memory(process)))
    return found


def bench(rounds):
    if not shutil.which("wrk"):
        sys.exit("bench: serving needs wrk: apt-get install wrk")
    with tempfile.TemporaryDirectory() as folder:
        onnx, body_file, script = (pathlib.Path(folder, name) for name in ("cnn.onnx", "body.json", "load.lua"))
        run([MNIST, "export", "--model", MODEL, "--onnx", onnx])
        body = request_body()
        body_file.write_text(body)
        script.write_text(SCRIPT.format(body=body_file))
        port = free_port()
        servers = {
            "mnist serve": [MNIST, "serve", "--model", MODEL, "--port", port, "--threads", THREADS, "--quiet"],
            "FastAPI, ONNX Runtime": peer("onnxruntime_server.py", onnx, "--port", port, "--threads", THREADS),
            "the same, a worker a core": peer("onnxruntime_server.py", onnx, "--port", port, "--workers", THREADS),
        }
        loads = {name: {clients: [] for clients in CLIENTS} for name in servers}
        memories = {name: [] for name in servers}
        for number in range(rounds):
            found = [
                measure(name, servers[name], port, body, script, loads, memories) for name in rotated(servers, number)
            ]
            if max(max(same) - min(same) for same in zip(*found)) > 1e-4:
                sys.exit("bench: the servers do not agree on the probabilities")

    print("### Serving\n")
    rows = []
    for name, by_clients in loads.items():
        for clients, measured in by_clients.items():
            peers = [loads[peer_name][clients] for peer_name in list(loads)[1:]]
            reference = [max(one.rate for one in measured_at_once) for measured_at_once in zip(*peers)]
            rows.append(
                [
                    name,
                    str(clients),
                    f"{statistics.median(one.rate for one in measured):,.0f}",
                    ratios([one.rate for one in measured], reference),
                    f"{statistics.median(one.median for one in measured):.2f}",
                    f"{statistics.median(one.slow for one in measured):.2f}",
                    str(sum(one.errors for one in measured)),
                ]
            )
    print_table(["", "clients", "requests/s", "to the faster peer", "median, ms", "99th percentile, ms", "errors"], rows)
    before, after = memories["mnist serve"][-1]
    print(f"mnist serve held {before:.0f} MB after its first requests, {after:.0f} MB after its last.\n")
