"""The tutorial's program in Keras: the CNN, Adam, cross-entropy, validation_split=0.1.

Needs keras and tensorflow. The data are read from files, so that every peer gets the same.
"""

import os
import pathlib
import time

os.environ.setdefault("KERAS_BACKEND", "tensorflow")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import keras
import tensorflow as tf
from keras import layers

from idx import load_data, training_parser


def set_threads(count):
    tf.config.threading.set_intra_op_parallelism_threads(count)
    tf.config.threading.set_inter_op_parallelism_threads(count)


def build_model():
    return keras.Sequential(
        [
            keras.Input(shape=(28, 28, 1)),
            layers.Conv2D(32, kernel_size=(3, 3), activation="relu"),
            layers.MaxPooling2D(pool_size=(2, 2)),
            layers.Conv2D(64, kernel_size=(3, 3), activation="relu"),
            layers.MaxPooling2D(pool_size=(2, 2)),
            layers.Flatten(),
            layers.Dense(128, activation="relu"),
            layers.Dropout(0.5),
            layers.Dense(10, activation="softmax"),
        ]
    )


class EpochSeconds(keras.callbacks.Callback):
    """Prints each epoch's wall time, validation included: Keras itself shows whole seconds."""

    def on_epoch_begin(self, epoch, logs=None):
        self.start = time.perf_counter()

    def on_epoch_end(self, epoch, logs=None):
        print(f"epoch {epoch + 1}: {time.perf_counter() - self.start:.2f}s", flush=True)


def seconds_since_start():
    """Of this process: its start is the 22nd field, counted behind the name in parentheses."""
    fields = pathlib.Path("/proc/self/stat").read_text().rpartition(")")[2].split()
    start = int(fields[19]) / os.sysconf("SC_CLK_TCK")
    return time.clock_gettime(time.CLOCK_BOOTTIME) - start


class StopAt(keras.callbacks.Callback):
    """Ends the training with the first epoch of such a validation accuracy, and prints the time."""

    def __init__(self, accuracy):
        super().__init__()
        self.accuracy = accuracy

    def on_epoch_end(self, epoch, logs=None):
        if logs["val_accuracy"] < self.accuracy:
            return
        seconds = seconds_since_start()
        print(f"reached {logs['val_accuracy']:.4f} with epoch {epoch + 1}: {seconds:.2f}s", flush=True)
        self.model.stop_training = True


def main():
    options = training_parser(__doc__)
    options.add_argument("--until", type=float, help="stop at this validation accuracy")
    options = options.parse_args()
    set_threads(options.threads)

    keras.utils.set_random_seed(options.seed)
    (x_train, y_train), (x_test, y_test) = load_data(options.data)
    x_train = x_train[..., None].astype("float32") / 255
    x_test = x_test[..., None].astype("float32") / 255
    y_train = keras.utils.to_categorical(y_train, 10)
    y_test = keras.utils.to_categorical(y_test, 10)

    callbacks = [EpochSeconds()]
    if options.until is not None:
        callbacks.append(StopAt(options.until))
    model = build_model()
    model.compile(optimizer="adam", loss="categorical_crossentropy", metrics=["accuracy"])
    model.fit(
        x_train,
        y_train,
        batch_size=32,
        epochs=options.epochs,
        validation_split=0.1,
        verbose=2,
        callbacks=callbacks,
    )
    loss, accuracy = model.evaluate(x_test, y_test, verbose=0)
    print(f"accuracy: {accuracy:.4f} - loss: {loss:.4f}")


if __name__ == "__main__":
    main()
