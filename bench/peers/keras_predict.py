"""keras_predict.py WEIGHTS THREADS PICTURE: the digit on a picture, as a short script finds it.

WEIGHTS is what convert.py wrote. Dark ink on paper that fills the picture, with nothing else on it,
is all that it can read. Needs keras, tensorflow and pillow.
"""

import sys

import numpy as np

from inference import keras_classifier


def main():
    weights, threads, picture = sys.argv[1:]
    classify = keras_classifier(weights, int(threads))

    import keras  # which reads its backend then, and the classifier has named it

    grey = keras.utils.load_img(
        picture, color_mode="grayscale", target_size=(28, 28), interpolation="bilinear"
    )
    image = 1 - np.asarray(grey, np.float32) / 255
    probabilities = classify(image)[0]
    digit = probabilities.argmax()
    print(f"{picture}: {digit} ({probabilities[digit]:.4f})")


if __name__ == "__main__":
    main()
