"""convert.py MODEL FOLDER: a saved model's weights for the other runtimes.

Writes FOLDER/cnn.onnx for ONNX Runtime and FOLDER/cnn.npz for keras_mnist.py's network. Needs torch
and onnx.
"""

import pathlib
import sys

import numpy as np
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper

LAYERS = ("conv1", "conv2", "fc1", "fc2")


def onnx_model(weights):
    node = helper.make_node
    nodes = [
        node("Conv", ["images", "conv1.weight", "conv1.bias"], ["conv1"]),
        node("Relu", ["conv1"], ["relu1"]),
        node("MaxPool", ["relu1"], ["pool1"], kernel_shape=[2, 2], strides=[2, 2]),
        node("Conv", ["pool1", "conv2.weight", "conv2.bias"], ["conv2"]),
        node("Relu", ["conv2"], ["relu2"]),
        node("MaxPool", ["relu2"], ["pool2"], kernel_shape=[2, 2], strides=[2, 2]),
        node("Flatten", ["pool2"], ["flatten"]),
        node("Gemm", ["flatten", "fc1.weight", "fc1.bias"], ["fc1"], transB=1),
        node("Relu", ["fc1"], ["relu3"]),
        node("Gemm", ["relu3", "fc2.weight", "fc2.bias"], ["fc2"], transB=1),
        node("Softmax", ["fc2"], ["probabilities"], axis=1),
    ]
    graph = helper.make_graph(
        nodes,
        "cnn",
        [helper.make_tensor_value_info("images", TensorProto.FLOAT, ["N", 1, 28, 28])],
        [helper.make_tensor_value_info("probabilities", TensorProto.FLOAT, ["N", 10])],
        [numpy_helper.from_array(value, name) for name, value in weights.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
    onnx.checker.check_model(model)
    return model


def keras_weights(weights):
    """In the order of Model.set_weights(): Keras counts channels last, and multiplies from the right."""
    fc1 = weights["fc1.weight"].reshape(128, 64, 5, 5).transpose(2, 3, 1, 0).reshape(1600, 128)
    kernels = {
        "conv1": weights["conv1.weight"].transpose(2, 3, 1, 0),
        "conv2": weights["conv2.weight"].transpose(2, 3, 1, 0),
        "fc1": fc1,
        "fc2": weights["fc2.weight"].T,
    }
    return [array for layer in LAYERS for array in (kernels[layer], weights[layer + ".bias"])]


def main():
    model, folder = sys.argv[1], pathlib.Path(sys.argv[2])
    state = torch.jit.load(model).state_dict()
    weights = {
        name.removeprefix("layers."): np.ascontiguousarray(value.numpy())
        for name, value in state.items()
    }
    onnx.save(onnx_model(weights), folder / "cnn.onnx")
    np.savez(folder / "cnn.npz", *keras_weights(weights))


if __name__ == "__main__":
    main()
