"""Serves the network on ONNX Runtime with FastAPI and uvicorn, as many do: the inference request of the
Open Inference Protocol, in JSON, one model. Needs fastapi, onnxruntime and uvicorn[standard].
"""

import argparse
import os

import fastapi
import numpy as np
import onnxruntime
import uvicorn


def application():
    """Of a worker, which knows the environment of the process that began it."""
    settings = onnxruntime.SessionOptions()
    settings.intra_op_num_threads = int(os.environ["THREADS"])
    session = onnxruntime.InferenceSession(os.environ["MODEL"], settings, providers=["CPUExecutionProvider"])
    app = fastapi.FastAPI()

    @app.get("/v2/health/ready")
    async def ready():
        return {"ready": True}

    @app.post("/v2/models/mnist-cnn/infer")
    async def infer(request: fastapi.Request):
        (tensor,) = (await request.json())["inputs"]
        images = np.array(tensor["data"], np.float32).reshape(tensor["shape"])
        (answers,) = session.run(None, {"images": images})
        output = {"name": "probabilities", "datatype": "FP32", "shape": answers.shape, "data": answers.ravel().tolist()}
        return {"model_name": "mnist-cnn", "model_version": "1", "outputs": [output]}

    return app


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("model", help="an ONNX file")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--threads", type=int, default=1, help="of each worker")
    parser.add_argument("--workers", type=int, default=1, help="processes")
    options = parser.parse_args()
    os.environ.update(MODEL=options.model, THREADS=str(options.threads))
    uvicorn.run(
        "onnxruntime_server:application",
        factory=True,
        host="127.0.0.1",
        port=options.port,
        workers=options.workers,
        log_level="critical",
        access_log=False,
    )


if __name__ == "__main__":
    main()
