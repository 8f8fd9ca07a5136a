"""A client that nobody here wrote, NVIDIA's for Triton, gets from `mnist serve` what `predict` says.

usage: see program.py
Exits with 77 where Python has no tritonclient or NumPy.
"""

import json
import sys
import unittest

try:
    import numpy
    import tritonclient.http as triton
    from tritonclient.utils import InferenceServerException
except ImportError as error:
    print(f"skipped: {error}")
    sys.exit(77)

from cases import Case
from program import DATA
from server import predict, Server

COUNT = 16


class Client(Case):
    def test_it_gets_the_probabilities_of_predict(self):
        pixels = numpy.fromfile(DATA / "t10k-images-idx3-ubyte", numpy.uint8, COUNT * 784, offset=16)
        for number, image in enumerate(pixels.reshape(COUNT, 784)):
            (self.scratch / f"{number:02}.pgm").write_bytes(b"P5 28 28 255\n" + image.tobytes())
        printed = json.loads(predict("--json", self.scratch).stdout)
        expected = numpy.array([entry["digits"][0]["probabilities"] for entry in printed], numpy.float32)
        images = pixels.reshape(COUNT, 1, 28, 28).astype(numpy.float32) / numpy.float32(255)
        with Server() as server:
            client = triton.InferenceServerClient(server.url.removeprefix("http://"))
            self.assertTrue(client.is_server_live() and client.is_server_ready())
            self.assertTrue(client.is_model_ready("mnist-cnn") and client.is_model_ready("mnist-cnn", "1"))
            self.assertFalse(client.is_model_ready("other"))
            self.assertEqual(client.get_server_metadata()["name"], "mnist")
            (about,) = client.get_model_metadata("mnist-cnn")["inputs"]
            for binary in (True, False):
                for compression in (None, "gzip", "deflate"):
                    with self.subTest(binary=binary, compression=compression):
                        given = triton.InferInput("images", images.shape, about["datatype"])
                        given.set_data_from_numpy(images, binary_data=binary)
                        wanted = triton.InferRequestedOutput("probabilities", binary_data=binary)
                        answer = client.infer(
                            "mnist-cnn",
                            [given],
                            outputs=[wanted],
                            request_id="7",
                            request_compression_algorithm=compression,
                        )
                        self.assertEqual(answer.get_response()["id"], "7")
                        self.assertTrue((answer.as_numpy("probabilities") == expected).all())
            given = triton.InferInput("images", [1, 784], "FP32")
            given.set_data_from_numpy(images[0].reshape(1, 784))
            with self.assertRaisesRegex(InferenceServerException, r"expected \[N,1,28,28\]"):
                client.infer("mnist-cnn", [given])
            client.close()


if __name__ == "__main__":
    unittest.main()
