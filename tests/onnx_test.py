"""Exports models from the program to ONNX, and runs them in ONNX Runtime.

usage: see program.py
Exits with 77 where Python has no ONNX Runtime.
"""

import json
import re
import subprocess
import sys
import unittest

try:
    import numpy
    import onnx
    import onnxruntime
except ImportError:
    print("skipped: this Python has no ONNX Runtime")
    sys.exit(77)

from cases import Case
from program import DATA, ROOT, run
from results import predictions, probabilities

MODEL = ROOT / "models" / "mnist-cnn.pt"


def test_images():
    pixels = (DATA / "t10k-images-idx3-ubyte").read_bytes()[16:]
    images = numpy.frombuffer(pixels, numpy.uint8).reshape(-1, 1, 28, 28)
    return images.astype(numpy.float32) / 255


class Trained(Case):
    def test_a_training_on_other_images_and_classes_writes_it_with_their_names(self):
        random = numpy.random.default_rng(1)
        images, labels = random.integers(0, 256, (340, 12, 12)).astype("u1"), numpy.arange(340) % 3
        data, names = self.scratch / "data.npz", self.scratch / "names.txt"
        numpy.savez(data, x_train=images[:300], y_train=labels[:300], x_test=images[300:], y_test=labels[300:])
        names.write_text("circle\nsquare\ntriangle\n")
        for recipe in ("tutorial", "fast", "accurate"):
            with self.subTest(recipe):
                folder = self.new_folder()
                result = run("train", "--data", data, "--classes", names, "--recipe", recipe, "--epochs", 1,
                             "--onnx", "--output", folder)  # fmt: skip
                self.assertIn(f"Saved {folder / 'model.onnx'}\n", self.assert_succeeded(result).stdout)
                written = (folder / "model.onnx").read_bytes()
                metadata = {entry.key: entry.value for entry in onnx.load_from_string(written).metadata_props}
                self.assertEqual(json.loads(metadata["class_names"]), ["circle", "square", "triangle"])
                self.assertIn("divided by 255", metadata["preprocessing"])
                session = onnxruntime.InferenceSession(written)
                self.assertEqual(session.get_inputs()[0].shape, ["N", 1, 12, 12])
                asked = images[300:, None].astype(numpy.float32) / 255
                found = session.run(["probabilities"], {"images": asked})[0]
                expected = [[float(row[f"p{i}"]) for i in range(3)] for row in predictions(folder)]
                numpy.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-6)

                exported = self.scratch / f"{recipe}.onnx"
                for source in (("--model", folder / "model.pt"), ("--from-checkpoint", folder)):
                    self.assert_succeeded(run("export", *source, "--onnx", exported))
                    self.assertEqual(exported.read_bytes(), written)


class Exported(Case):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.images = test_images()

    def export(self, *options):
        path = self.scratch / "model.onnx"
        result = run("export", "--model", MODEL, "--onnx", path, *options)
        self.assert_succeeded(result)
        self.assertEqual(result.stdout, f"Saved {path}\n")
        return path

    def expected(self):
        self.assert_succeeded(run("evaluate", "--model", MODEL, "--output", self.scratch))
        return numpy.array([probabilities(row) for row in predictions(self.scratch)])

    def test_all_test_images_get_libtorchs_probabilities_in_batches_of_any_size(self):
        session = onnxruntime.InferenceSession(self.export())
        expected = self.expected()
        for batch, count in ((1, 200), (32, len(self.images)), (len(self.images), len(self.images))):
            with self.subTest(batch=batch):
                found = numpy.concatenate([
                    session.run(["probabilities"], {"images": self.images[at : min(at + batch, count)]})[0]
                    for at in range(0, count, batch)
                ])
                numpy.testing.assert_allclose(found, expected[:count], rtol=1e-5, atol=1e-6)

    def test_onnxs_own_checker_and_shape_inference_take_it(self):
        model = onnx.load(self.export())
        onnx.checker.check_model(model, full_check=True)
        onnx.shape_inference.infer_shapes(model, strict_mode=True)
        self.assertEqual((model.ir_version, model.opset_import[0].version), (8, 17))
        for value, name, sizes in (
            (model.graph.input[0], "images", [1, 28, 28]),
            (model.graph.output[0], "probabilities", [10]),
        ):
            first, *others = value.type.tensor_type.shape.dim
            self.assertEqual(value.name, name)
            self.assertEqual(first.dim_param, "N")
            self.assertEqual([size.dim_value for size in others], sizes)

    def test_it_says_what_it_is(self):
        metadata = {entry.key: entry.value for entry in onnx.load(self.export()).metadata_props}
        self.assertEqual(json.loads(metadata["class_names"]), [str(digit) for digit in range(10)])
        self.assertIn("divided by 255", metadata["preprocessing"])
        self.assertIn("mnist ", metadata["source"])
        self.assertIn(metadata["weights_sha256"], run("info", "--model", MODEL).stdout)

    def test_the_lines_for_python_in_the_models_readme_run(self):
        self.export().rename(self.scratch / "mnist-cnn.onnx")
        readme = (ROOT / "models" / "README.md").read_text()
        (lines,) = (code for code in re.findall(r"```python\n(.*?)```", readme, re.S) if "onnxruntime" in code)
        code = lines + "print(probabilities.shape, round(float(probabilities.sum()), 4))"
        result = subprocess.run([sys.executable, "-c", code], cwd=self.scratch, capture_output=True, text=True)
        self.assertEqual((result.stdout, result.stderr), ("(1, 10) 1.0\n", ""))

    def test_it_is_the_same_from_run_to_run(self):
        self.assertEqual(self.export().read_bytes(), self.export().read_bytes())

    def test_triton_gets_it_with_its_names(self):
        line = ["export", "--model", MODEL, "--triton", self.scratch, "--platform", "onnxruntime_onnx"]
        self.assert_succeeded(run(*line))
        folder = self.scratch / "mnist-cnn"
        self.assertEqual((folder / "1" / "model.onnx").read_bytes(), self.export().read_bytes())
        config = (folder / "config.pbtxt").read_text()
        self.assertIn('platform: "onnxruntime_onnx"\n', config)
        for name, sizes in (("images", "1, 28, 28"), ("probabilities", "10")):
            self.assertRegex(config, rf'name: "{name}"\n *data_type: TYPE_FP32\n *dims: \[ {sizes} \]')

    def test_another_input_shape_is_one_that_the_model_takes(self):
        by_shape = self.scratch / "by shape.onnx"
        self.assert_succeeded(
            run("export", "--model", MODEL, "--onnx", by_shape, "--input-shape", "N,1,28,28")
        )
        found = onnxruntime.InferenceSession(by_shape).run(None, {"images": self.images[:7]})[0]
        expected = onnxruntime.InferenceSession(self.export()).run(None, {"images": self.images[:7]})[0]
        numpy.testing.assert_array_equal(found, expected)

    def test_what_cannot_be_is_one_line_and_no_file(self):
        def check(name, status, *options):
            path = self.new_folder() / "model.onnx"
            result = run("export", "--model", MODEL, "--onnx", path, *options)
            self.assert_failed(result, name, status=status)
            self.assertFalse(path.exists())

        self.each(
            [
                ("cannot be written as ONNX", 1, "--input-shape", "N,3,30,30"),
                *(("--input-shape is", 2, "--input-shape", text)
                  for text in ("1,1,28,28", "N", "N,0", "N,-1", "N,1,", "N,1000000,1000000", "N,x", "")),
                ("--input-shape goes with", 2, "--input-shape", "N,1,28,28", "--triton", "models"),
            ],
            check,
        )


if __name__ == "__main__":
    unittest.main()
