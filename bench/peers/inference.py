"""Classifies the test images with the saved model, in one of three runtimes.

By itself it does what `mnist evaluate` does, less the report: it loads and answers with the accuracy.
With --batches it then measures images/s, a batch at a time. Needs the package of the runtime.
"""

import itertools
import time

import numpy as np

from idx import load_data, parser


def torch_classifier(path, threads):
    import torch

    torch.set_num_threads(threads)
    model = torch.jit.load(path).eval()

    @torch.inference_mode()
    def classify(images):
        return model(torch.from_numpy(images)).numpy()

    return classify


def keras_classifier(path, threads):
    from keras_mnist import build_model, set_threads

    set_threads(threads)
    model = build_model()
    with np.load(path) as weights:
        model.set_weights(list(weights.values()))
    return lambda images: model.predict_on_batch(images.reshape(-1, 28, 28, 1))


def onnx_classifier(path, threads):
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    return lambda images: session.run(None, {"images": images})[0]


CLASSIFIERS = {"torch": torch_classifier, "keras": keras_classifier, "onnx": onnx_classifier}


def images_per_second(classify, images, batch, seconds):
    batches = itertools.cycle(
        [images[begin : begin + batch] for begin in range(0, len(images) - batch + 1, batch)]
    )
    for _ in range(10):  # the first calls compile
        classify(next(batches))
    count = 0
    start = time.perf_counter()
    while time.perf_counter() - start < seconds:
        classify(next(batches))
        count += batch
    return count / (time.perf_counter() - start)


def main():
    options = parser(__doc__)
    options.add_argument("runtime", choices=CLASSIFIERS)
    options.add_argument("model", help="model.pt for torch; what convert.py wrote for the others")
    options.add_argument("--batches", type=int, nargs="*", default=[], metavar="N")
    options.add_argument("--seconds", type=float, default=2, help="to measure each batch size")
    options = options.parse_args()

    classify = CLASSIFIERS[options.runtime](options.model, options.threads)
    _, (images, labels) = load_data(options.data)
    images = images[:, None].astype(np.float32) / 255
    batches = [images[begin : begin + 500] for begin in range(0, len(images), 500)]
    answers = np.concatenate([classify(batch) for batch in batches])
    print(f"accuracy: {(answers.argmax(1) == labels).mean():.4f}")
    for batch in options.batches:
        rate = images_per_second(classify, images, batch, options.seconds)
        print(f"batch {batch}: {rate:.0f} images/s", flush=True)


if __name__ == "__main__":
    main()
