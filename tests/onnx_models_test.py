"""Exports Python's models to ONNX, traced and scripted, and compares ONNX Runtime with PyTorch.

usage: python3 onnx_models_test.py TO_ONNX
torchvision's models are among them where it is installed. Exits with 77 where Python has no PyTorch
or ONNX Runtime.
"""

import itertools
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest
import warnings

try:
    import numpy
    import onnx
    import onnxruntime
    import torch
except ImportError:
    print("skipped: this Python has no PyTorch or no ONNX Runtime")
    sys.exit(77)
try:
    import torchvision
except ImportError:
    torchvision = None
except RuntimeError:
    # PyPI's needs a PyTorch with CUDA for its own operators, which no model here has: it is enough
    # that there are some of these names.
    operators = torch.library.Library("torchvision", "DEF")
    for name in ("nms", "qnms"):
        operators.define(f"{name}(Tensor boxes, Tensor scores, float iou_threshold) -> Tensor")
    import torchvision

from onnx_models import DIGIT, models, refused_models

TO_ONNX = sys.argv.pop(1)
FULL = os.environ.get("MNIST_FULL", "0") != "0"
WAYS = ("traced", "scripted")
TURNS = itertools.cycle(WAYS)  # where not all is tried, each model is in one of the two ways
# The first few of them stand for all, where not all is tried.
TORCHVISION = """resnet18 mobilenet_v2 squeezenet1_1
alexnet convnext_tiny densenet121 efficientnet_b0 googlenet inception_v3 mnasnet0_5 mobilenet_v3_large
mobilenet_v3_small regnet_x_400mf regnet_y_400mf resnext50_32x4d squeezenet1_0 swin_t vgg11 vgg11_bn
shufflenet_v2_x1_0 vit_b_16 wide_resnet50_2""".split()
FEW = 3
FUSED_ATTENTION = "aten::_native_multi_head_attention in 'encoder.layers"  # as vit_b_16 is traced
SIDES = {"inception_v3": 96, "vit_b_16": 224}  # where 64 pixels are too few
# What LibTorch says where a script calls what came after its version.
NEWER_SCRIPT = ("Unknown builtin op", "Unknown type name", "Arguments for call are not valid")


def recorded(how, model, shape):
    if how == "scripted":
        return torch.jit.script(model)
    return torch.jit.trace(model, torch.rand(2, *shape), check_trace=False)


def tensors_of(value):
    if torch.is_tensor(value):
        return [value]
    elements = value.values() if isinstance(value, dict) else value or ()
    return [tensor for element in elements for tensor in tensors_of(element)]


class Models(unittest.TestCase):
    agreed, refused, newer = [], [], []

    @classmethod
    def setUpClass(cls):
        warnings.simplefilter("ignore")
        torch.manual_seed(1)

    @classmethod
    def tearDownClass(cls):
        print(f"{len(cls.agreed)} agree, {len(cls.refused)} refused: {', '.join(cls.refused)}")
        print(f"{len(cls.newer)} newer than this LibTorch: {', '.join(cls.newer)}")

    def setUp(self):
        scratch = tempfile.TemporaryDirectory(prefix="mnist onnx ")
        self.addCleanup(scratch.cleanup)
        self.path = pathlib.Path(scratch.name, "model.pt")

    def export(self, script, shape):
        """Why not, or an empty text."""
        script.save(self.path)
        sizes = ",".join(map(str, (1, *shape)))
        result = subprocess.run([TO_ONNX, sizes, self.path], capture_output=True, text=True)
        self.assertEqual((result.returncode, result.stderr), (0, ""))
        self.assertLessEqual(len(result.stdout.splitlines()), 1)
        return result.stdout

    @torch.no_grad()
    def compare(self, script, shape):
        exported = pathlib.Path(f"{self.path}.onnx")
        model = onnx.load(exported)
        onnx.checker.check_model(model, full_check=True)
        onnx.shape_inference.infer_shapes(model, strict_mode=True)
        session = onnxruntime.InferenceSession(exported)
        for batch in (1, 4):
            images = torch.rand(batch, *shape)
            found = session.run(None, {"images": images.numpy()})
            expected = [tensor.numpy() for tensor in tensors_of(script(images))]
            self.assertEqual(len(found), len(expected))
            for a, b in zip(found, expected):
                scale = max(1e-6, numpy.abs(b).max())
                numpy.testing.assert_allclose(a, b, rtol=1e-4, atol=1e-4 * scale)

    @torch.no_grad()
    def check(self, name, model, shape):
        for how in WAYS if FULL else (next(TURNS),):
            with self.subTest(name, how=how):
                script = recorded(how, model.eval(), shape)
                refusal = self.export(script, shape)
                if any(words in refusal for words in NEWER_SCRIPT):
                    self.newer.append(f"{name} {how}")
                    continue
                if FUSED_ATTENTION in refusal:
                    self.refused.append(f"{name} {how}")
                    continue
                self.assertEqual(refusal, "")
                self.compare(script, shape)
                self.agreed.append(f"{name} {how}")

    def test_models_agree(self):
        for case in models():
            self.check(*case)

    def test_what_onnx_cannot_say_is_refused_with_the_operators_name(self):
        for name, model, why in refused_models():
            with self.subTest(name):
                self.assertIn(why, self.export(torch.jit.script(model.eval()), DIGIT))
                self.assertFalse(pathlib.Path(f"{self.path}.onnx").exists())
                self.refused.append(name)

    @unittest.skipIf(torchvision is None, "torchvision is not installed")
    def test_torchvisions_models_agree(self):
        for name in TORCHVISION if FULL else TORCHVISION[:FEW]:
            options = {"init_weights": False} if name in ("googlenet", "inception_v3") else {}
            side = SIDES.get(name, 64)
            self.check(name, torchvision.models.get_model(name, weights=None, **options), (3, side, side))


if __name__ == "__main__":
    unittest.main()
