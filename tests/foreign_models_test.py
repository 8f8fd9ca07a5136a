"""Models as people make them elsewhere, given to the program: what it takes them for, and what it says.

usage: see program.py
Exits with 77 where Python has no PyTorch.
"""

import io
import json
import pathlib
import re
import struct
import sys
import tempfile
import unittest
import zipfile

try:
    import numpy
    import torch
except ImportError:
    print("skipped: this Python has no PyTorch or no numpy")
    sys.exit(77)

try:
    import onnxruntime
except ImportError:
    onnxruntime = None

from cases import Case
from few_images import first_images
from program import DATA, ROOT, run
from results import metrics, predictions, probabilities

nn = torch.nn
torch.manual_seed(1)
PRETRAINED = ROOT / "models" / "mnist-cnn.pt"
TEST_IMAGES = 2000


def network():
    """The tutorial's network, in other words."""
    return nn.Sequential(
        nn.Conv2d(1, 32, 3), nn.ReLU(), nn.MaxPool2d(2),
        nn.Conv2d(32, 64, 3), nn.ReLU(), nn.MaxPool2d(2),
        nn.Flatten(), nn.Linear(1600, 128), nn.ReLU(), nn.Dropout(0.5), nn.Linear(128, 10),
    )  # fmt: skip


def pretrained_network():
    net = network()
    weights = torch.jit.load(PRETRAINED).state_dict()
    net.load_state_dict(dict(zip(net.state_dict(), weights.values())))
    return net.eval()


def test_images():
    content = (DATA / "t10k-images-idx3-ubyte").read_bytes()[16:]
    return torch.frombuffer(bytearray(content), dtype=torch.uint8).reshape(-1, 1, 28, 28)[:TEST_IMAGES] / 255


def test_accuracy():
    """The pretrained network's, in Python."""
    labels = torch.tensor(list((DATA / "t10k-labels-idx1-ubyte").read_bytes()[8 : 8 + TEST_IMAGES]))
    with torch.no_grad():
        return (pretrained_network()(test_images()).argmax(1) == labels).double().mean().item()


class Wrapped(nn.Module):
    """The network between what a model takes and answers with."""

    def __init__(self, take, answer):
        super().__init__()
        self.net, self.take, self.answer = pretrained_network(), take, answer

    def forward(self, images):
        return self.answer(self.net(self.take(images)))


def same(value):
    return value


def softmax(logits):
    return torch.softmax(logits, 1)


class Foreign(Case):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.data = first_images(pathlib.Path(folder.name, "data"), 1, TEST_IMAGES)
        cls.expected = test_accuracy()

    def setUp(self):
        super().setUp()
        self.path = self.scratch / "model.pt"

    def save(self, take=same, answer=softmax, example=(1, 1, 28, 28)):
        model = Wrapped(take, answer)
        torch.jit.trace(model, torch.zeros(example), strict=False, check_trace=False).save(self.path)

    def evaluate(self, *options):
        """Without the notes that these are not MNIST's own files."""
        result = run("evaluate", "--json", "--data", self.data, "--model", self.path, *options)
        result.stderr = re.sub(r"mnist: note: t10k-.* is not MNIST's own file .*\n", "", result.stderr)
        return result

    def accuracy(self, result):
        return json.loads(self.assert_succeeded(result).stdout)["accuracy"]


class Recognised(Foreign):
    def test_each_form_gives_the_pretrained_models_accuracy_and_a_note(self):
        cases = [
            ("nothing", None, {}),
            ("logits", "answers are taken for logits", {"answer": same}),
            ("bfloat16", None, {"answer": lambda x: softmax(x).bfloat16()}),
            ("float16 logarithms", "log-probabilities", {"answer": lambda x: torch.log_softmax(x, 1).half()}),
            ("sigmoid", "taken for scores", {"answer": torch.sigmoid}),
            ("squeezed", None, {"answer": lambda x: softmax(x).squeeze()}),
            ("tuple", "taken from [1]", {"answer": lambda x: (x.sum(), softmax(x))}),
            ("dictionary", "taken from ['p']", {"answer": lambda x: {"n": x.sum(), "p": softmax(x)}}),
            ("flat", "[N, 784] (flat)", {"take": lambda x: x.permute(1, 0).permute(1, 0).reshape(-1, 1, 28, 28),
                                         "example": (2, 784)}),
            ("channels last", "(channels-last)", {"take": lambda x: x.permute(0, 3, 1, 2), "example": (2, 28, 28, 1)}),
            ("one image", "one image at a time", {"take": lambda x: x.reshape(1, 1, 28, 28)}),
        ]  # fmt: skip

        for name, note, how in cases:
            with self.subTest(name):
                self.save(**how)
                result = self.evaluate()
                # Roundings make ties, and of these the first class wins.
                tolerance = 5e-4 if "float16" in name or name == "sigmoid" else 1e-9
                self.assertAlmostEqual(self.accuracy(result), self.expected, delta=tolerance)
                if note:
                    self.assertIn(note, result.stderr)
                else:
                    self.assertEqual(result.stderr, "")
                if name in ("squeezed", "one image", "flat"):
                    picture = run("predict", "--csv", "--model", self.path, ROOT / "docs/pictures/pencil.jpg")
                    self.assertIn(",4,", self.assert_succeeded(picture).stdout)

    def test_bfloat16_probabilities_are_pythons(self):
        self.save(answer=lambda x: softmax(x).bfloat16())
        self.assert_succeeded(self.evaluate("--output", self.scratch))
        found = torch.tensor([probabilities(row) for row in predictions(self.scratch)])
        with torch.no_grad():
            expected = softmax(pretrained_network()(test_images())).bfloat16().float()
        self.assertLess((found - expected).abs().max().item(), 2**-8)

    def test_dropout_that_was_left_on_is_said(self):
        net = network().train()
        torch.jit.trace(net, torch.zeros(2, 1, 28, 28), check_trace=False).save(self.path)
        self.assertIn("differently each time", self.evaluate().stderr)

    def test_options_overrule_what_is_recognised(self):
        self.save(answer=same)
        result = self.evaluate("--answers", "log-probabilities", "--input", "images")
        self.assertEqual(self.assert_succeeded(result).stderr, "")
        self.assertEqual(json.loads(result.stdout)["options"]["answers"], "log-probabilities")
        self.assert_failed(self.evaluate("--input", "flat"), "cannot classify float32 images [7, 784]")
        self.assert_failed(self.evaluate("--answers", "maybe"), "expected auto, probabilities", status=2)


@unittest.skipIf(onnxruntime is None, "this Python has no ONNX Runtime")
class Onnx(Foreign):
    def export(self):
        return run("export", "--model", self.path, "--onnx", self.scratch / "model.onnx")

    def test_each_form_is_exported_as_it_is_and_its_output_named_by_what_it_is(self):
        cases = [
            ("probabilities", {}),
            ("logits", {"answer": same}),
            ("log_probabilities", {"answer": lambda x: torch.log_softmax(x, 1)}),
            ("scores", {"answer": torch.sigmoid}),
            ("output", {"answer": lambda x: (x.sum(1), softmax(x))}),
            ("probabilities", {"take": lambda x: x.permute(1, 0).permute(1, 0).reshape(-1, 1, 28, 28),
                               "example": (2, 784)}),
            ("logits", {"take": lambda x: x.permute(0, 3, 1, 2), "answer": same, "example": (2, 28, 28, 1)}),
        ]  # fmt: skip
        images = test_images()[:50]
        for name, how in cases:
            with self.subTest(name, example=how.get("example")):
                self.save(**how)
                self.assert_succeeded(self.export())
                session = onnxruntime.InferenceSession(self.scratch / "model.onnx")
                self.assertEqual(session.get_outputs()[0].name, name)
                self.assertNotIn("preprocessing", session.get_modelmeta().custom_metadata_map)
                shape = session.get_inputs()[0].shape
                self.assertEqual(shape, ["N", *how.get("example", (1, 1, 28, 28))[1:]])
                asked = images.reshape(-1, *shape[1:])
                with torch.no_grad():
                    expected = torch.jit.load(self.path)(asked)
                expected = expected if isinstance(expected, tuple) else (expected,)
                for a, b in zip(session.run(None, {"images": asked.numpy()}), expected, strict=True):
                    numpy.testing.assert_allclose(a, b.numpy(), rtol=1e-4, atol=1e-5)

    def test_triton_is_told_the_models_own_shape_and_name(self):
        self.save(take=lambda x: x.permute(1, 0).permute(1, 0).reshape(-1, 1, 28, 28), answer=same, example=(2, 784))
        for platform, index in (("onnxruntime_onnx", ""), ("pytorch_libtorch", "__0")):
            line = ["export", "--model", self.path, "--triton", self.scratch, "--platform", platform]
            self.assert_succeeded(run(*line))
            config = (self.scratch / "mnist-cnn" / "config.pbtxt").read_text()
            for name, sizes in (("images", 784), ("logits", 10)):
                self.assertRegex(config, rf'name: "{name}{index}"\n *data_type: TYPE_FP32\n *dims: \[ {sizes} \]')

    def triton(self, platform):
        line = ["export", "--model", self.path, "--triton", self.scratch, "--platform", platform]
        return run(*line), self.scratch / "mnist-cnn" / "config.pbtxt"

    def test_triton_is_told_the_answers_own_type_and_place(self):
        cases = [
            ("float16", {"answer": lambda x: softmax(x).half()}, "FP16", "probabilities", "probabilities__0"),
            ("float64", {"answer": lambda x: softmax(x.double())}, "FP64", "probabilities", "probabilities__0"),
            ("second", {"answer": lambda x: (x.sum(1), softmax(x))}, "FP32", "output_1", "output__1"),
            ("channels", {"answer": lambda x: x.reshape(-1, 10, 1, 1)}, "FP32", "logits", "logits__0"),
        ]
        for name, how, kind, onnx_name, torch_name in cases:
            for platform, output in (("onnxruntime_onnx", onnx_name), ("pytorch_libtorch", torch_name)):
                with self.subTest(name, platform=platform):
                    self.save(**how, example=(2, 1, 28, 28))
                    result, config = self.triton(platform)
                    self.assert_succeeded(result)
                    sizes = "10, 1, 1" if name == "channels" else "10"
                    self.assertIn("max_batch_size: 1024\n", config.read_text())
                    self.assertRegex(
                        config.read_text(),
                        rf'name: "{output}"\n *data_type: TYPE_{kind}\n *dims: \[ {sizes} \]',
                    )
                    if platform == "onnxruntime_onnx":
                        session = onnxruntime.InferenceSession(config.parent / "1" / "model.onnx")
                        found = {one.name: one.type for one in session.get_outputs()}
                        types = {"FP16": "float16", "FP32": "float", "FP64": "double"}
                        self.assertEqual(found[output], f"tensor({types[kind]})")

    def test_triton_gives_a_model_of_one_image_no_batches(self):
        self.save(take=lambda x: x.reshape(1, 1, 28, 28))
        result, config = self.triton("pytorch_libtorch")
        self.assert_succeeded(result)
        self.assertIn("max_batch_size: 0\n", config.read_text())
        self.assertNotIn("dynamic_batching", config.read_text())
        for name, sizes in (("images__0", "1, 1, 28, 28"), ("probabilities__0", "1, 10")):
            self.assertRegex(config.read_text(), rf'name: "{name}"\n *data_type: TYPE_FP32\n *dims: \[ {sizes} \]')

    def test_triton_is_given_no_model_that_it_cannot_run(self):
        cases = [
            ("BFloat16", {"answer": lambda x: softmax(x).bfloat16()}),
            ("['p']", {"answer": lambda x: {"n": x.sum(), "p": softmax(x)}}),
            ("a batch of one image with [10]", {"answer": lambda x: softmax(x).squeeze(), "example": (2, 1, 28, 28)}),
        ]
        for why, how in cases:
            with self.subTest(why):
                self.save(**how)
                result, config = self.triton("pytorch_libtorch")
                self.assert_failed(result, why)
                self.assertFalse(config.parent.exists())

    def test_a_model_of_one_image_at_a_time_is_refused(self):
        self.save(take=lambda x: x.reshape(1, 1, 28, 28))
        self.assert_failed(self.export(), "cannot be written as ONNX")
        self.assertFalse((self.scratch / "model.onnx").exists())


class Pixels(Foreign):
    def test_a_model_that_wants_other_pixels_is_told_how_to_ask_it(self):
        cases = [
            ("--mean 0.1307 --std 0.3081", lambda x: x * 0.3081 + 0.1307),
            ("--mean 0.5 --std 0.5", lambda x: x * 0.5 + 0.5),
            ("--scale 255", lambda x: x / 255),
        ]
        for options, take in cases:
            with self.subTest(options):
                # Such that it fails without them: what is off is beyond what the network bears.
                self.save(take=lambda x, take=take: take(x) * (take(x).amax((1, 2, 3), keepdim=True) > 0.97)
                          * (take(x).amin((1, 2, 3), keepdim=True) < 0.01))
                asked = self.evaluate()
                self.assertIn(f"with {options} the model is right about", asked.stderr)
                told = self.evaluate(*options.split())
                self.assertAlmostEqual(self.accuracy(told), self.expected, delta=2e-3)
                self.assertNotIn("--", told.stderr)

    def test_a_good_model_and_a_hopeless_one_get_no_hint(self):
        self.save()
        self.assertEqual(self.evaluate().stderr, "")
        torch.jit.trace(nn.Sequential(network(), nn.Softmax(1)).eval(), torch.zeros(2, 1, 28, 28)).save(self.path)
        self.assertNotIn("the model is right about", self.evaluate().stderr)


class Printing(Foreign):
    def test_what_a_model_prints_goes_to_stderr(self):
        class Chatty(nn.Module):
            def __init__(self):
                super().__init__()
                self.net = torch.jit.trace(pretrained_network(), torch.zeros(1, 1, 28, 28))

            def forward(self, images):
                print("seen", images.size(0))
                return torch.softmax(self.net(images), 1)

        torch.jit.script(Chatty()).save(self.path)
        result = self.evaluate()
        self.assertAlmostEqual(self.accuracy(result), self.expected)
        self.assertIn("the model prints: seen 64\n", result.stderr)
        picture = run("predict", "--csv", "--model", self.path, ROOT / "docs/pictures/pencil.jpg")
        self.assertEqual(len(self.assert_succeeded(picture).stdout.splitlines()), 2)


class OtherFiles(Foreign):
    def test_other_kinds_of_file_are_named_with_what_to_do(self):
        def zipped(*names):
            buffer = io.BytesIO()
            with zipfile.ZipFile(buffer, "w") as archive:
                for name in names:
                    archive.writestr(name, b"content")
            return buffer.getvalue()

        def saved(save, *what):
            buffer = io.BytesIO()
            save(*what, buffer)
            return buffer.getvalue()

        arrays = io.BytesIO()
        numpy.savez(arrays, a=numpy.zeros(3))
        header = b'{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}'
        program = torch.export.export(network().eval(), (torch.zeros(2, 1, 28, 28),))
        cases = [
            ("state_dict", saved(torch.save, network().state_dict()), "pickled tensors without code", "--from-weights"),
            ("old", saved(lambda value, file: torch.save(value, file, _use_new_zipfile_serialization=False), {"a": 1}),
             "before PyTorch 1.6", "torch.save"),
            ("keras", zipped("metadata.json", "config.json", "model.weights.h5"), "a Keras model", "get_weights"),
            ("h5", b"\x89HDF\r\n\x1a\n" + bytes(100), "HDF5", "get_weights"),
            ("npz", arrays.getvalue(), "NumPy arrays", "--from-weights"),
            ("pt2", saved(torch.export.save, program), "an exported program", "torch.jit.trace"),
            ("onnx", b"\x08\x08\x12\x07pytorch" + bytes(100), "an ONNX model", "exported from"),
            ("safetensors", struct.pack("<Q", len(header)) + header + bytes(4), "safetensors", "--from-weights"),
            ("lfs", b"version https://git-lfs.github.com/spec/v1\n", "Git LFS pointer", "git lfs pull"),
            ("html", b"<!DOCTYPE html><html></html>", "a web page", "downloaded"),
            ("tflite", b"\x1c\0\0\0TFL3" + bytes(100), "TensorFlow Lite", "torch.jit.trace"),
            ("gzip", b"\x1f\x8b\x08" + bytes(100), "packed by gzip", "gunzip"),
        ]  # fmt: skip

        def check(name, content, kind, advice):
            path = self.scratch / name
            path.write_bytes(content)
            self.assert_failed(run("evaluate", "--model", path), path, kind, advice)

        self.each(cases, check)


class Weights(Foreign):
    def digest(self, model):
        found = self.assert_succeeded(run("info", "--model", model)).stdout
        return re.search(r"weights SHA-256 +(\w+)", found)[1]

    def files(self):
        state = pretrained_network().state_dict()
        arrays = [value.numpy() for value in state.values()]
        torch.save(state, self.scratch / "state_dict.pt")
        torch.save({"epoch": 3, "optimizer": {"state": {0: {"step": torch.zeros(())}}}, "model_state_dict": state},
                   self.scratch / "training.pt")  # fmt: skip
        torch.save({f"a layer {i}": nn.Parameter(value.double()) for i, value in enumerate(state.values())},
                   self.scratch / "parameters.pt")  # fmt: skip
        strided = {name: value.to(memory_format=torch.channels_last) if value.dim() == 4 else value.t().contiguous().t()
                   for name, value in state.items()}  # fmt: skip
        torch.save(strided, self.scratch / "strided.pt")
        numpy.savez(self.scratch / "torch.npz", **state)
        numpy.savez(self.scratch / "fortran.npz", *map(numpy.asfortranarray, arrays))
        keras = [
            array.transpose(2, 3, 1, 0) if array.ndim == 4
            else array.reshape(128, 64, 25).transpose(2, 1, 0).reshape(1600, 128) if array.shape == (128, 1600)
            else array.T
            for array in arrays
        ]  # fmt: skip
        numpy.savez(self.scratch / "keras.npz", *keras)
        numpy.savez_compressed(self.scratch / "compressed.npz", *keras)
        entries, body = {}, b""
        for i, array in enumerate(arrays):
            bytes_ = numpy.ascontiguousarray(array).tobytes()
            entries[f"w{i}"] = {"dtype": "F32", "shape": list(array.shape),
                                "data_offsets": [len(body), len(body) + len(bytes_)]}  # fmt: skip
            body += bytes_
        header = json.dumps(entries).encode()
        (self.scratch / "weights.safetensors").write_bytes(struct.pack("<Q", len(header)) + header + body)
        return sorted(path for path in self.scratch.iterdir() if path != self.path)

    def test_weights_of_every_kind_become_the_model(self):
        expected = self.digest(PRETRAINED)
        for file in [*self.files(), PRETRAINED]:
            with self.subTest(file.name):
                made = run("export", "--from-weights", file, "--torchscript", self.path)
                said = self.assert_succeeded(made).stderr
                self.assertEqual("Keras's order" in said, file.stem in ("keras", "compressed"), said)
                self.assertEqual(self.digest(self.path), expected)
        self.assertAlmostEqual(self.accuracy(self.evaluate()), self.expected)

    def test_weights_of_another_network_are_refused_with_both_shapes(self):
        torch.save(nn.Linear(784, 10).state_dict(), self.scratch / "other.pt")
        torch.save({"answer": 42}, self.scratch / "none.pt")
        for name, *parts in [("other.pt", "[10, 784]", "[128, 1600]"), ("none.pt", "no dictionary of tensors")]:
            result = run("export", "--from-weights", self.scratch / name, "--torchscript", self.path)
            self.assert_failed(result, name, *parts)
            self.assertFalse(self.path.exists())

    def test_forged_and_damaged_files_are_one_line(self):
        state = self.scratch / "state.pt"
        torch.save({"w": torch.zeros(2, 2), "b": torch.zeros(2)}, state)
        with zipfile.ZipFile(state) as archive:
            members = {name.split("/", 1)[1]: archive.read(name) for name in archive.namelist()}
        pickled, two = members["data.pkl"], b"K\x02K\x02\x86"
        self.assertEqual(pickled.count(two), 1)
        most = b"\x8a\x08" + b"\xff" * 7 + b"\x7f"
        cases = [
            ("more than it has", {"data.pkl": pickled.replace(two, b"K\x02K\x63\x86")}, "beyond the 4 elements"),
            ("over 64 bits", {"data.pkl": pickled.replace(two, most + most + b"\x86")}, "beyond the 4 elements"),
            ("negative", {"data.pkl": pickled.replace(two, b"K\x02J\xff\xff\xff\xff\x86")}, "no natural number"),
            ("dimensions", {"data.pkl": pickled.replace(two, b"K\x02\x85")}, "1 sizes and 2 strides"),
            ("operation", {"data.pkl": b"\x80\x02cos\nsystem\nX\x02\x00\x00\x00ls\x85R."}, "no dictionary of tensors"),
            ("unknown", {"data.pkl": b"\x80\x02\xff."}, "the operation 0xff"),
            ("recalled", {"data.pkl": b"\x80\x02h\x07."}, "recalls what is not there"),
            ("cut", {"data.pkl": pickled[:-20]}, "its pickle"),
            ("no storage", {"data/0": None}, "no member"),
            ("short storage", {"data/0": b"12345"}, "beyond the 1 elements"),
            ("big-endian", {"byteorder": b"big"}, "big-endian"),
        ]  # fmt: skip

        def check(name, changes, part):
            path = self.scratch / f"{name}.pt"
            with zipfile.ZipFile(path, "w") as archive:
                for member, content in {**members, **changes}.items():
                    if content is not None:
                        archive.writestr(f"archive/{member}", content)
            result = run("export", "--from-weights", path, "--torchscript", self.path)
            self.assert_failed(result, path, part)

        self.each(cases, check)
        cut = self.scratch / "half.pt"
        cut.write_bytes(state.read_bytes()[:-300])
        self.assert_failed(run("export", "--from-weights", cut, "--torchscript", self.path), cut)
        self.assertFalse(self.path.exists())

    def test_training_begins_with_the_weights_it_is_given(self):
        torch.save(pretrained_network().state_dict(), self.scratch / "weights.pt")
        output = self.scratch / "run"
        begin = run("train", "--init", self.scratch / "weights.pt", "--output", output, "--epochs", "1",
                    "--learning-rate", "1e-12", "--batch-size", "600", "--validation-split", "0.9")  # fmt: skip
        self.assert_succeeded(begin)
        self.assertEqual(metrics(output)["accuracy"], 0.9924)
        self.assertEqual(metrics(output)["options"]["init"], str(self.scratch / "weights.pt"))
        more = run("train", "--init", output, "--output", self.scratch / "more", "--epochs", "1",
                   "--learning-rate", "1e-12", "--batch-size", "600", "--validation-split", "0.9")  # fmt: skip
        self.assert_succeeded(more)
        self.assertEqual(metrics(self.scratch / "more")["accuracy"], 0.9924)
        absent = run("train", "--init", self.scratch / "none.pt", "--output", self.scratch / "absent")
        self.assert_failed(absent, "none.pt", "it is not there")


class OurModelInPython(Case):
    def test_the_readmes_lines_load_our_weights_into_a_module(self):
        readme = (ROOT / "README.md").read_text()
        lines = next(block for block in re.findall(r"```python\n(.*?)```", readme, re.DOTALL) if "load_state_dict" in block)
        names = {"torch": torch, "net": network().eval()}
        exec(lines.replace("models/mnist-cnn.pt", str(PRETRAINED)), names)
        images = test_images()[:500]
        with torch.no_grad():
            found = softmax(names["net"](images))
            expected = torch.jit.load(PRETRAINED)(images)
        self.assertLess((found - expected).abs().max().item(), 1e-5)

    def test_images_of_another_shape_are_refused_in_words(self):
        model = torch.jit.load(PRETRAINED)
        for shape in ([2, 3, 28, 28], [1, 1, 56, 56], [3, 784], [28, 28], [1, 1, 1, 28], [0], [1, 1, 29, 29]):
            with self.subTest(shape), self.assertRaisesRegex(
                Exception, re.escape(f"expected images [N, 1, 28, 28], found {shape}")
            ):
                model(torch.zeros(shape))
        self.assertEqual(model(torch.zeros(0, 1, 28, 28)).shape, (0, 10))

    @unittest.skipIf(onnxruntime is None, "this Python has no ONNX Runtime")
    def test_pytorchs_older_exporter_takes_it_to_onnx(self):
        path = self.scratch / "model.onnx"
        model = torch.jit.load(PRETRAINED)
        torch.onnx.export(
            model, (torch.zeros(2, 1, 28, 28),), str(path), dynamo=False,
            input_names=["images"], dynamic_axes={"images": {0: "N"}},
        )  # fmt: skip
        session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
        images = test_images()[:500]
        with torch.no_grad():
            expected = model(images).numpy()
        found = session.run(None, {"images": images.numpy()})[0]
        self.assertLess(abs(found - expected).max(), 1e-6)


if __name__ == "__main__":
    unittest.main()
