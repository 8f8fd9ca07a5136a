"""Asks `mnist serve` as its clients do, in order and out of it.

usage: see program.py
"""

import concurrent.futures
import contextlib
import gzip
import json
import signal
import socket
import struct
import time
import unittest

from cases import Case
from program import DATA, ROOT, run
from server import predict, Server, TIMEOUT

SAMPLES = ROOT / "docs" / "pictures"
INFER = "/v2/models/mnist-cnn/infer"
PIXELS = 28 * 28


def test_images(count):
    """Of MNIST's test set, as bytes."""
    with open(DATA / "t10k-images-idx3-ubyte", "rb") as file:
        file.seek(16)
        return [file.read(PIXELS) for _ in range(count)]


def as_floats(image):
    """As float32, so that what is sent is what the network gets."""
    return [struct.unpack("f", struct.pack("f", pixel / 255))[0] for pixel in image]


def tensor(images, **fields):
    data = [value for image in images for value in as_floats(image)]
    return {"name": "images", "shape": [len(images), 1, 28, 28], "datatype": "FP32", "data": data, **fields}


def binary_request(images, **fields):
    """Body and headers of a request with the images behind the JSON."""
    behind = b"".join(struct.pack(f"<{PIXELS}f", *as_floats(image)) for image in images)
    about = tensor(images, parameters={"binary_data_size": len(behind)})
    del about["data"]
    head = json.dumps({"inputs": [about], **fields}).encode()
    return head + behind, {"Inference-Header-Content-Length": str(len(head))}


def data_of(answer):
    (output,) = answer["outputs"]
    return output["data"]


def setUpModule():
    Served.server = Server()
    unittest.addModuleCleanup(Served.server.end)
    Served.images = test_images(32)


class Served(Case):
    """Asks the one server that all tests share which need no options."""

    def predictions(self):
        """What `predict --json` prints for each of the images."""
        folder = self.new_folder()
        for number, image in enumerate(self.images):
            (folder / f"{number:02}.pgm").write_bytes(b"P5 28 28 255\n" + image)
        result = self.assert_succeeded(predict("--json", folder))
        return [entry["digits"][0]["probabilities"] for entry in json.loads(result.stdout)]


class Protocol(Served):
    def test_the_server_and_the_model_say_what_they_are(self):
        get = self.server.get
        self.assertEqual(get("/v2/health/live"), (200, {"live": True}))
        self.assertEqual(get("/v2/health/ready"), (200, {"ready": True}))
        status, server = get("/v2")
        self.assertEqual((status, server["name"], server["extensions"]), (200, "mnist", ["binary_tensor_data"]))
        for path in ("/v2/models/mnist-cnn", "/v2/models/mnist-cnn/versions/1"):
            self.assertEqual(get(path + "/ready"), (200, {"name": "mnist-cnn", "ready": True}))
            self.assertEqual(
                get(path),
                (
                    200,
                    {
                        "name": "mnist-cnn",
                        "versions": ["1"],
                        "platform": "pytorch_libtorch",
                        "inputs": [{"name": "images", "datatype": "FP32", "shape": [-1, 1, 28, 28]}],
                        "outputs": [{"name": "probabilities", "datatype": "FP32", "shape": [-1, 10]}],
                    },
                ),
            )

    def test_probabilities_are_those_of_predict_to_the_last_digit(self):
        expected = self.predictions()
        for path in (INFER, "/v2/models/mnist-cnn/versions/1/infer"):
            status, answer = self.server.infer({"id": "a 1", "inputs": [tensor(self.images)]}, path)
            self.assertEqual(status, 200, answer)
            self.assertEqual((answer["model_name"], answer["model_version"], answer["id"]), ("mnist-cnn", "1", "a 1"))
            self.assertEqual(answer["outputs"][0]["shape"], [32, 10])
            self.assertEqual(data_of(answer), [p for row in expected for p in row])

    def test_requests_that_come_together_get_what_each_would_get_alone(self):
        expected = self.predictions()

        def ask(number):
            return [data_of(self.server.infer({"inputs": [tensor([self.images[number]])]})[1]) for _ in range(5)]

        with concurrent.futures.ThreadPoolExecutor(16) as pool:
            for number, answers in enumerate(pool.map(ask, range(len(self.images)))):
                self.assertEqual(answers, [expected[number]] * 5)

    def test_numbers_may_be_nested_and_whole(self):
        image = self.images[0]
        rows = [[round(pixel / 255) for pixel in image[28 * y : 28 * y + 28]] for y in range(28)]
        flat = [pixel for row in rows for pixel in row]
        answers = [self.server.infer({"inputs": [tensor([image], data=data)]}) for data in ([[rows]], flat)]
        self.assertEqual(answers[0][0], 200, answers[0])
        self.assertEqual(answers[0], answers[1])

    def test_tensors_may_stand_behind_the_json_in_both_directions(self):
        _, expected = self.server.infer({"inputs": [tensor(self.images)]})
        body, headers = binary_request(self.images)
        status, _, answer = self.server.request("POST", INFER, body, headers)
        self.assertEqual((status, json.loads(answer)), (200, expected))
        for fields in (
            {"parameters": {"binary_data_output": True}},
            {"outputs": [{"name": "probabilities", "parameters": {"binary_data": True}}]},
        ):
            body, headers = binary_request(self.images, **fields)
            status, headers, answer = self.server.request("POST", INFER, body, headers)
            self.assertEqual((status, headers["Content-Type"]), (200, "application/octet-stream"))
            length = int(headers["Inference-Header-Content-Length"])
            (output,) = json.loads(answer[:length])["outputs"]
            self.assertEqual(output["parameters"], {"binary_data_size": 32 * 10 * 4})
            numbers = struct.unpack("<320f", answer[length:])
            self.assertEqual(list(numbers), data_of(expected))

    def test_one_output_may_be_named_and_kept_as_json(self):
        body, headers = binary_request(
            self.images[:1],
            parameters={"binary_data_output": True},
            outputs=[{"name": "probabilities", "parameters": {"binary_data": False}}],
        )
        status, _, answer = self.server.request("POST", INFER, body, headers)
        self.assertEqual((status, len(data_of(json.loads(answer)))), (200, 10))

    def test_bodies_may_be_packed_and_in_chunks(self):
        body = json.dumps({"inputs": [tensor(self.images[:1])]}).encode()
        _, expected = self.server.infer(body)
        headers = {"Content-Type": "application/json"}
        packed = {**headers, "Content-Encoding": "gzip"}
        status, _, answer = self.server.request("POST", INFER, gzip.compress(body), packed)
        self.assertEqual((status, json.loads(answer)), (200, expected))
        with contextlib.closing(self.server.connect()) as connection:
            pieces = [body[i : i + 1000] for i in range(0, len(body), 1000)]
            connection.request("POST", INFER, iter(pieces), headers, encode_chunked=True)
            response = connection.getresponse()
            self.assertEqual((response.status, json.loads(response.read())), (200, expected))

    def test_a_connection_serves_one_request_after_another(self):
        body = json.dumps({"inputs": [tensor(self.images[:1])]})
        with contextlib.closing(self.server.connect()) as connection:
            for _ in range(30):
                connection.request("POST", INFER, body)
                response = connection.getresponse()
                self.assertEqual((response.status, len(data_of(json.loads(response.read())))), (200, 10))
            connection.request("HEAD", "/")
            response = connection.getresponse()
            self.assertEqual((response.status, response.read()), (200, b""))
            self.assertGreater(int(response.headers["Content-Length"]), 1000)


class BadRequests(Served):
    def cases(self):
        good = tensor(self.images[:1])

        def without(name):
            return {key: value for key, value in good.items() if key != name}

        def with_data(*head):
            return {**good, "data": [*head, *good["data"][len(head) :]]}

        def text(one):
            return json.dumps({"inputs": [one]})

        deep = '{"inputs": [{"data": ' + "[" * 5000 + "]" * 5000 + "}]}"
        return [
            ("empty", "", "no JSON"),
            ("no JSON", "digits", "no JSON"),
            ("cut", text(good)[:-2], "no JSON"),
            ("more behind", text(good) + "{}", "no JSON"),
            ("not UTF-8", b'{"id": "\xff"}', "no JSON"),
            ("array", "[1]", "expected an object, found [1]"),
            ("null", "null", "the body is no JSON object: expected a whole one in UTF-8, and nothing behind it"),
            ("no inputs", "{}", "inputs: expected an array of one object, found none"),
            ("inputs twice", '{"inputs": [], "inputs": []}', "has 'inputs' twice"),
            ("two inputs", json.dumps({"inputs": [good, good]}), "inputs: expected an array of one object"),
            ("id", '{"id": 7, "inputs": []}', "id: expected a string, found 7"),
            ("name", text({**good, "name": "x"}), 'expected "images", found "x"'),
            ("no name", text(without("name")), 'expected "images", found none'),
            ("type", text({**good, "datatype": "INT64"}), 'expected "FP32", found "INT64"'),
            ("no shape", text(without("shape")), "expected [N,1,28,28] with N from 1, found none"),
            ("shape", text({**good, "shape": [1, 784]}), "expected [N,1,28,28] with N from 1, found [1,784]"),
            ("none at all", text({**good, "shape": [0, 1, 28, 28], "data": []}), "found [0,1,28,28]"),
            ("negative", text({**good, "shape": [-1, 1, 28, 28]}), "found [-1,1,28,28]"),
            ("huge", text({**good, "shape": [2**63, 1, 28, 28]}), "found [9223372036854775808,1,28,28]"),
            ("wraps", text({**good, "shape": [2**32, 1, 28, 28]}), "as its shape has, found 784"),
            ("fractional", text({**good, "shape": [1.0, 1, 28, 28]}), "found [1.0,1,28,28]"),
            ("no data", text(without("data")), "the data of 'images': expected an array, found none"),
            ("data is a text", text({**good, "data": "AAAA"}), "expected an array, found"),
            ("too few", text({**good, "data": good["data"][1:]}), "expected 784 numbers, as its shape has, found 783"),
            ("too many", text({**good, "data": [0, *good["data"]]}), "found 785"),
            ("a text in it", text(with_data("0")), "has a string at index 0: expected numbers"),
            ("null in it", text(with_data(0, None)), "has null at index 1"),
            ("true in it", text(with_data(True)), "has true at index 0"),
            ("an object in it", text(with_data({})), "has an object at index 0"),
            ("NaN", text(with_data(float("nan"))), "no JSON"),
            ("1e999", text(with_data(0)).replace("[0,", "[1e999,", 1), "too large"),
            ("1e39", text(with_data(1e39)), "has a number beyond 32 bits at index 0"),
            ("deep data", deep, "nested deeper than 16"),
            ("deep", '{"id":' * 5000 + "1" + "}" * 5000, "nested deeper than 16"),
            ("many values", json.dumps({"x": [0] * 20000}), "more than 10000 values"),
            ("output", json.dumps({"inputs": [good], "outputs": [{"name": "logits"}]}), 'found "logits"'),
            ("two outputs", json.dumps({"inputs": [good], "outputs": [{}, {}]}), "outputs: expected an array of one"),
            ("parameters", json.dumps({"inputs": [good], "parameters": 1}), "parameters: expected an object, found 1"),
            (
                "binary output",
                json.dumps({"inputs": [good], "parameters": {"binary_data_output": "yes"}}),
                'binary_data_output: expected true or false, found "yes"',
            ),
            (
                "size without bytes",
                text({**without("data"), "parameters": {"binary_data_size": 3136}}),
                "expected 3136 bytes behind the JSON, found 0",
            ),
            ("both", text({**good, "parameters": {"binary_data_size": 3136}}), "has both data and a binary_data_size"),
            ("wrong size", text({**without("data"), "parameters": {"binary_data_size": 4}}), "expected 3136"),
        ]

    def test_each_is_refused_in_one_line_that_says_what_was_expected(self):
        for name, body, expected in self.cases():
            with self.subTest(name):
                status, answer = self.server.infer(body)
                self.assertEqual((status, list(answer)), (400, ["error"]))
                self.assertIn(expected, answer["error"])
                self.assertNotIn("\n", answer["error"])
                self.assertLess(len(answer["error"]), 300)

    def test_what_stands_behind_the_json_has_to_fit(self):
        body, headers = binary_request(self.images[:1])
        length = "Inference-Header-Content-Length"
        size = int(headers[length])
        nan = struct.pack("<f", float("nan"))
        cases = [
            (body, {length: "x"}, "is 'x': expected a whole number"),
            (body, {length: str(len(body) + 1)}, "expected a whole number up to"),
            (body, {length: "-1"}, "is '-1'"),
            (body, {}, "no JSON"),
            (body[:-1], headers, "expected 3136 bytes behind the JSON, found 3135"),
            (body + b"x", headers, "found 3137"),
            (body[: size + 4] + nan + body[size + 8 :], headers, "has nan at index 1"),
            (json.dumps({"inputs": [tensor(self.images[:1])]}).encode() + b"x", {length: "0"}, "no JSON"),
        ]
        for content, given, expected in cases:
            with self.subTest(expected):
                status, _, answer = self.server.request("POST", INFER, content, given)
                self.assertEqual(status, 400, answer)
                self.assertIn(expected, json.loads(answer)["error"])

    def test_paths_methods_and_types_that_there_are_not_have_their_own_status(self):
        json_type = {"Content-Type": "application/json"}
        cases = [
            ("GET", "/nothing", None, {}, 404),
            ("GET", "/v2/models/other", None, {}, 404),
            ("GET", "/v2/models/mnist-cnn/versions/2", None, {}, 404),
            ("GET", "/../../../../etc/passwd", None, {}, 404),
            ("GET", "/%2e%2e/%2e%2e/etc/passwd", None, {}, 404),
            ("GET", "/page.js/../models/mnist-cnn.pt", None, {}, 404),
            ("GET", "/models/mnist-cnn.pt", None, {}, 404),
            ("GET", "//etc/passwd", None, {}, 404),
            ("POST", "/v2/models/other/infer", "{}", json_type, 404),
            ("GET", INFER, None, {}, 405),
            ("DELETE", "/predict", None, {}, 405),
            ("PUT", "/", "x", {}, 405),
            ("OPTIONS", "/v2", None, {}, 405),
            ("POST", "/v2", "x", json_type, 405),
            ("POST", INFER, "{}", {"Content-Type": "text/html"}, 415),
            ("POST", INFER, "{}", {**json_type, "Content-Encoding": "zstd"}, 415),
            ("POST", INFER, "no gzip", {**json_type, "Content-Encoding": "gzip"}, 400),
            ("POST", "/predict", "{}", json_type, 415),
        ]
        for method, path, body, headers, expected in cases:
            with self.subTest(method=method, path=path, headers=headers):
                status, headers, answer = self.server.request(method, path, body, headers)
                self.assertEqual(status, expected, answer)
                self.assertEqual(list(json.loads(answer)), ["error"])
                self.assertEqual("Allow" in headers, status == 405)

    def test_what_is_no_http_is_refused_and_costs_nobody_else_an_answer(self):
        post = f"POST {INFER} HTTP/1.1\r\nHost: x\r\n".encode()
        cases = [
            (b"hello\r\n\r\n", b"400"),
            (b"\x16\x03\x01\x02\x00\x01\x00\r\n\r\n", b"400"),
            (b"GET / HTTP/9.9\r\n\r\n", b"400"),
            (b"BREW / HTTP/1.1\r\n\r\n", b"400"),
            (post + b"\r\n", b"411"),
            (post + b"Content-Length: -1\r\n\r\n", b"400"),
            (post + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\n{}", b"400"),
            (post + b"Content-Length: 5x\r\n\r\n{}", b"400"),
            (post + b"Content-Length: 99999999999999999999999\r\n\r\n{}", b"400"),
            (post + b"Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n{}", b"400"),
            (post + b"Transfer-Encoding: gzip\r\n\r\n{}", b"501"),
            (post + b"Transfer-Encoding: chunked\r\n\r\nxyz\r\n", b"400"),
            (post + b"Content-Length: 100\r\n\r\n{}", b"400"),
            (b"GET /" + b"a" * 20000 + b" HTTP/1.1\r\n\r\n", b"431"),
            (b"GET / HTTP/1.1\r\n" + b"a: b\r\n" * 4000 + b"\r\n", b"431"),
            (b"a" * 100000, b"431"),
        ]
        for data, status in cases:
            with self.subTest(data[-40:]):
                answer = self.server.raw(data)
                self.assertTrue(answer.startswith(b"HTTP/1.1 " + status), answer[:200])
                self.assertIn(b"Connection: close", answer)
                self.assertIn(b'{"error":', answer)
                self.assertEqual(answer.count(b"HTTP/1.1 "), 1)
        self.assertEqual(self.server.get("/v2/health/ready")[0], 200)

    def test_what_is_left_of_a_refused_request_is_not_taken_for_the_next_one(self):
        inner = b"GET /v2/health/live HTTP/1.1\r\n\r\n"
        for line in (b"GET / HTTP/1.1", b"POST /nothing HTTP/1.1", b"DELETE /predict HTTP/1.1"):
            answer = self.server.raw(line + b"\r\nContent-Length: %d\r\n\r\n" % len(inner) + inner)
            self.assertEqual(answer.count(b"HTTP/1.1 "), 1, answer)
            self.assertNotIn(b'{"live":true}', answer)


class Pictures(Served):
    @staticmethod
    def form(name, *files):
        """Body and headers of a form with a note and these files."""
        disposition = b'Content-Disposition: form-data; name="'
        parts = [disposition + b'note"\r\n\r\nof a pencil']
        parts += [disposition + b'p"; filename="%s"\r\n\r\n%s' % (name.encode(), content) for content in files]
        body = b"".join(b"--xyz\r\n" + part + b"\r\n" for part in parts) + b"--xyz--\r\n"
        return body, {"Content-Type": "multipart/form-data; boundary=xyz"}

    def test_a_picture_is_answered_as_predict_answers_it(self):
        pictures = sorted(SAMPLES.glob("*.jpg"))
        for query, option in (("", []), ("?all", ["--all"])):
            names = [picture.name for picture in pictures]
            printed = json.loads(predict("--json", *option, *names, cwd=SAMPLES).stdout)
            for picture, expected in zip(pictures, printed, strict=True):
                with self.subTest(picture.name, query=query):
                    form, headers = self.form(picture.name, picture.read_bytes())
                    status, headers, answer = self.server.request("POST", "/predict" + query, form, headers)
                    self.assertEqual((status, headers["Content-Type"]), (200, "application/json"))
                    self.assertEqual(json.loads(answer), [expected])

    def test_a_body_is_answered_as_the_standard_input_to_the_last_byte(self):
        picture = SAMPLES / "line.jpg"
        with open(picture, "rb") as file:
            printed = predict("--json", "-", stdin=file).stdout
        status, _, answer = self.server.request("POST", "/predict", picture.read_bytes())
        self.assertEqual((status, answer.decode()), (200, printed))

    def test_a_form_has_to_have_one_file_and_an_end(self):
        content = (SAMPLES / "pencil.jpg").read_bytes()
        for files in ((), (content, content)):
            status, _, answer = self.server.request("POST", "/predict", *self.form("a.jpg", *files))
            self.assertEqual(status, 400, answer)
            self.assertIn(f"expected a form with one file, found {len(files)}", json.loads(answer)["error"])
        form, headers = self.form("a.jpg", content)
        status, _, answer = self.server.request("POST", "/predict", form[:5000], headers)
        self.assertEqual(status, 400, answer)

    def test_what_the_network_saw_comes_where_it_is_asked_for(self):
        image = self.images[0]
        body = b"P5 28 28 255\n" + image
        status, _, answer = self.server.request("POST", "/predict?show=input", body)
        self.assertEqual(status, 200, answer)
        shown = json.loads(answer)[0]["digits"][0].pop("input")
        self.assertEqual((shown["width"], shown["height"], bytes(shown["pixels"])), (28, 28, image))

    def test_what_is_no_picture_has_its_own_status(self):
        blank = b"P5 40 30 255\n" + b"\xff" * 1200
        photo = (SAMPLES / "chalk.jpg").read_bytes()
        cases = [
            (b"no picture", "", 415, "expected a PNG"),
            (b"", "", 415, "is empty"),
            (photo[:5000], "", 422, "cannot read '-' as a JPEG image"),
            (blank, "", 422, ""),
            (b"P5 100000 100000 255\n", "", 413, "expected at most 50000000 pixels, found 100000x100000"),
            (photo, "?more", 400, "expected ?all or ?show=input, found 'more='"),
        ]
        for body, query, expected, part in cases:
            with self.subTest(expected=expected, part=part):
                status, _, answer = self.server.request("POST", "/predict" + query, body)
                self.assertEqual(status, expected, answer)
                self.assertIn(part, json.loads(answer)["error"])

    def test_the_page_loads_nothing_from_elsewhere(self):
        for path, kind in (("/", "text/html"), ("/page.css", "text/css"), ("/page.js", "text/javascript")):
            status, headers, body = self.server.request("GET", path)
            self.assertEqual((status, headers.get_content_type()), (200, kind))
            self.assertNotRegex(body.decode(), r"https?://|@import|<script>|style=|\bon\w+=\"")
            self.assertIn("default-src 'none'", headers["Content-Security-Policy"])
            self.assertNotIn("unsafe", headers["Content-Security-Policy"])
            self.assertEqual(headers["X-Content-Type-Options"], "nosniff")


class Watching(Served):
    def test_metrics_count_what_was_answered(self):
        self.server.infer({"inputs": [tensor(self.images)]})
        self.server.request("GET", "/nothing")
        status, headers, body = self.server.request("GET", "/metrics")
        self.assertEqual((status, headers.get_content_type()), (200, "text/plain"))
        values = dict(line.rsplit(" ", 1) for line in body.decode().splitlines() if not line.startswith("#"))
        self.assertGreaterEqual(int(values['mnist_requests_total{route="/v2/models/NAME/infer",status="200"}']), 1)
        self.assertGreaterEqual(int(values['mnist_requests_total{route="none",status="404"}']), 1)
        self.assertGreaterEqual(int(values["mnist_images_total"]), 32)
        self.assertGreater(int(values["process_resident_memory_bytes"]), 1 << 20)
        name = 'mnist_request_seconds_{}{{route="/v2/models/NAME/infer"{}}}'
        self.assertEqual(values[name.format("count", "")], values[name.format("bucket", ',le="+Inf"')])

    def test_the_log_has_a_line_a_request_and_nothing_of_its_sender_breaks_it(self):
        before = len(self.server.log)
        self.server.raw(b"GET /a%0a%1b[31mb\\%22 HTTP/1.1\r\nConnection: close\r\n\r\n")
        self.server.request("POST", "/predict", b"secret picture")
        time.sleep(0.3)
        first, second = self.server.log[before:]
        stamp = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z"
        self.assertRegex(first, rf"^{stamp} GET /a\\x0a\\x1b\[31mb\\x5c\\x22 404 \d+\.\d ms, 0 bytes in, \d+ out\n$")
        self.assertRegex(second, rf"^{stamp} POST /predict 415 \d+\.\d ms, 14 bytes in, \d+ out\n$")


class Limits(Case):
    def test_each_limit_has_its_own_status(self):
        options = ["--most-bytes", 1000, "--most-requests", 2, "--most-header-bytes", 500, "--request-seconds", 1]
        with Server(*options, "--most-pixels", 99) as server:
            cases = [
                ("by its length", b"x" * 1001, {}, 413, "the body has 1001 bytes: expected at most 1000"),
                ("unpacked", gzip.compress(b"x" * 10**7)[:999], {"Content-Encoding": "gzip"}, 413, "more than 1000 bytes"),
                ("pixels", b"P5 10 10 255\n" + b"x" * 100, {}, 413, "expected at most 99 pixels, found 10x10"),
            ]
            for name, body, headers, expected, part in cases:
                with self.subTest(name):
                    status, _, answer = server.request("POST", "/predict", body, headers)
                    self.assertEqual(status, expected, answer)
                    self.assertIn(part, json.loads(answer)["error"])
            head = b"POST /predict HTTP/1.1\r\n"
            with self.subTest("chunks without end"):
                chunks = b"3e8\r\n" + b"x" * 1000 + b"\r\n"
                answer = server.raw(head + b"Transfer-Encoding: chunked\r\n\r\n" + chunks * 100, finish=False)
                self.assertTrue(answer.startswith(b"HTTP/1.1 413"), answer)
            with self.subTest("expects 100-continue"):
                answer = server.raw(head + b"Expect: 100-continue\r\nContent-Length: 9999\r\n\r\n", finish=False)
                self.assertTrue(answer.startswith(b"HTTP/1.1 413"), answer)
            with self.subTest("head"):
                self.assertTrue(server.raw(head + b"a: " + b"b" * 600).startswith(b"HTTP/1.1 431"))
            for name, data in (("slow head", head), ("slow body", head + b"Content-Length: 9\r\n\r\nx")):
                with self.subTest(name):
                    start = time.monotonic()
                    self.assertTrue(server.raw(data, finish=False).startswith(b"HTTP/1.1 408"))
                    self.assertLess(time.monotonic() - start, 10)

    def test_more_requests_than_there_may_be_are_told_to_come_again(self):
        with Server("--most-requests", 2, "--request-seconds", 30) as server, contextlib.ExitStack() as stack:
            head = b"POST /predict HTTP/1.1\r\nContent-Length: 9\r\n\r\n"
            for _ in range(2):
                client = stack.enter_context(socket.create_connection(("127.0.0.1", server.port)))
                client.sendall(head)
            deadline = time.monotonic() + TIMEOUT
            while (answer := server.request("POST", "/predict", b"x"))[0] != 503:
                self.assertLess(time.monotonic(), deadline)
            self.assertEqual(answer[1]["Retry-After"], "1")
            self.assertEqual(server.get("/v2/health/ready")[0], 200)
            stack.close()
            while server.request("POST", "/predict", b"x")[0] == 503:
                self.assertLess(time.monotonic(), deadline)

    def test_a_thousand_idle_connections_leave_it_going(self):
        with Server("--most-connections", 16) as server, contextlib.ExitStack() as stack:
            for number in range(1000):
                client = stack.enter_context(socket.create_connection(("127.0.0.1", server.port), timeout=TIMEOUT))
                if number % 2:
                    client.sendall(b"GET / HTTP/1.1\r\n\r\n")
            self.assertEqual(server.get("/v2/health/ready")[0], 200)


class Ending(Case):
    def test_sigterm_and_sigint_end_it_when_what_is_under_way_is_answered(self):
        image = (SAMPLES / "pencil.jpg").read_bytes()
        for number in (signal.SIGTERM, signal.SIGINT):
            with self.subTest(number), Server() as server:
                with socket.create_connection(("127.0.0.1", server.port), timeout=TIMEOUT) as client:
                    client.sendall(b"POST /predict HTTP/1.1\r\nContent-Length: %d\r\n\r\n" % len(image) + image[:100])
                    with contextlib.closing(server.connect()) as idle:
                        idle.request("GET", "/v2")
                        idle.getresponse().read()
                        server.process.send_signal(number)
                        deadline = time.monotonic() + TIMEOUT
                        with contextlib.suppress(ConnectionError):
                            while time.monotonic() < deadline:
                                socket.create_connection(("127.0.0.1", server.port)).close()
                    client.sendall(image[100:])
                    answer = server.read_all(client)
                self.assertTrue(answer.startswith(b"HTTP/1.1 200 OK"), answer[:100])
                self.assertIn(b'"digit": 4', answer)
                self.assertEqual(server.wait(), 0, server.log)

    def test_a_second_signal_ends_it_at_once(self):
        with Server("--request-seconds", 60) as server:
            with socket.create_connection(("127.0.0.1", server.port), timeout=TIMEOUT) as client:
                client.sendall(b"POST /predict HTTP/1.1\r\nContent-Length: 9\r\n\r\n")
                self.assertEqual(server.get("/v2")[0], 200)
                server.process.send_signal(signal.SIGTERM)
                time.sleep(0.2)
                server.process.send_signal(signal.SIGTERM)
                self.assertEqual(server.wait(), 128 + signal.SIGTERM)

    def test_a_port_or_address_that_cannot_be_had_is_named(self):
        with socket.create_server(("127.0.0.1", 0)) as taken:
            port = taken.getsockname()[1]
            self.assert_failed(
                run("serve", "--port", port, cwd=ROOT),
                f"cannot listen at port {port} of '127.0.0.1': Address already in use",
            )
        self.assert_failed(run("serve", "--port", 0, "--host", "no.such.host.invalid", cwd=ROOT), "no.such.host.invalid")
        self.assert_failed(run("serve", "--port", 65536), "expected a whole number from 0 to 65535", status=2)
        self.assert_failed(run("serve", "--host", ""), "expected a name or address", status=2)


if __name__ == "__main__":
    unittest.main()
