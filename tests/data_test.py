"""Data in the forms in which others write it, and of other sizes and classes than MNIST's.

usage: see program.py
Exits with 77 where Python has no NumPy, Pillow or scikit-learn.
"""

import csv
import gzip
import hashlib
import io
import json
import os
import pathlib
import shutil
import sys
import unittest

try:
    import numpy as np
    from PIL import Image
    from sklearn.datasets import load_digits
    from sklearn.metrics import classification_report
except ImportError as error:
    print(f"skipped: {error}")
    sys.exit(77)

from cases import Case
from program import DATA, run
from results import metadata, metrics, predictions

FILES = (
    "train-images-idx3-ubyte",
    "train-labels-idx1-ubyte",
    "t10k-images-idx3-ubyte",
    "t10k-labels-idx1-ubyte",
)
FASHION = pathlib.Path(os.environ.get("FASHION_MNIST", "/usr/share/datasets/fashion-mnist"))


def idx(array):
    sizes = np.array([0x800 + array.ndim, *array.shape], ">i4")
    return sizes.tobytes() + array.astype("u1").tobytes()


def mnist(name, count):
    images = "images" in name
    elements = np.fromfile(DATA / name, "u1", offset=16 if images else 8)
    return elements.reshape(-1, 28, 28)[:count] if images else elements[:count]


SMALL = [mnist(name, 600 if "train" in name else 100) for name in FILES]


def write_idx(folder, arrays, names=FILES, pack=lambda content: content):
    folder.mkdir(parents=True, exist_ok=True)
    for name, array in zip(names, arrays):
        (folder / name).write_bytes(pack(idx(array)))
    return folder


def write_npz(path, arrays, save=np.savez):
    save(path, **dict(zip(("x_train", "y_train", "x_test", "y_test"), arrays)))
    return path


def noisy(sides, classes, count, seed=1):
    """Images of that many classes, each with another bright row or column in noise."""
    random = np.random.default_rng(seed)
    labels = np.arange(count) % classes
    images = random.integers(0, 60, (count, sides, sides))
    for image, label in zip(images, labels):
        line = image if label < sides else image.T
        line[label % sides] = 255
    return images.astype("u1"), labels


def write_pictures(folder, images, labels, names):
    for i, (image, label) in enumerate(zip(images, labels)):
        path = folder / names[label] / f"{i:04}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(image).save(path)


def digest(path, folder):
    return hashlib.sha256(path.relative_to(folder).as_posix().encode()).hexdigest()


def in_folders_order(images, labels, names):
    """The images as the program orders the pictures that they were written as."""
    paths = [pathlib.Path(names[label]) / f"{i:04}.png" for i, label in enumerate(labels)]
    order = sorted(range(len(paths)), key=lambda i: digest(paths[i], ""))
    return images[order], labels[order]


def split(paths, folder):
    """The pictures to train and to test on, of a folder without such folders."""
    parts = [], []
    ordered = sorted(paths, key=lambda path: digest(path, folder))
    for path in ordered:
        same = [other for other in ordered if other.parent == path.parent]
        is_test = same.index(path) < max(len(same) // 6, 1)
        parts[is_test].append(path)
    return parts


class DataCase(Case):
    def train(self, data, *arguments):
        folder = self.new_folder()
        line = ["train", "--data", data, "--output", folder, "--epochs", 1, "--reproducible"]
        self.result = self.assert_succeeded(run(*line, *arguments))
        return folder

    def evaluate(self, model, data, *arguments):
        folder = self.new_folder()
        line = ["evaluate", "--model", model, "--data", data, "--output", folder]
        self.result = self.assert_succeeded(run(*line, *arguments))
        return folder

    def assert_as_evaluated(self, evaluated, trained):
        """The answers of a model, evaluated by itself, are those at the end of its training, which was held to AVX2."""
        found, expected = predictions(evaluated), predictions(trained)
        self.assertEqual([row["label"] for row in found], [row["label"] for row in expected])
        probabilities = [[[float(row[name]) for name in row if name.startswith("p") and name != "prediction"]
                          for row in rows] for rows in (found, expected)]  # fmt: skip
        np.testing.assert_allclose(*probabilities, atol=1e-6)

    def assert_notes(self, *parts):
        for part in parts:
            self.assertRegex(self.result.stderr, rf"mnist: note: .*{part}")


class Forms(DataCase):
    def test_the_same_images_in_any_form_give_the_same_weights(self):
        dotted = [name.replace("-idx", ".idx") for name in FILES]
        keras = self.scratch / "keras"
        keras.mkdir()
        forms = {
            "plain": write_idx(self.scratch / "plain", SMALL),
            "dotted": write_idx(self.scratch / "dotted", SMALL, dotted),
            "packed": write_idx(
                self.scratch / "packed", SMALL, [f"{name}.gz" for name in FILES], gzip.compress
            ),
            "packed under plain names": write_idx(
                self.scratch / "gz", SMALL, FILES, gzip.compress
            ),
            "torchvision": self.scratch / "torchvision",
            "npz": write_npz(self.scratch / "other.npz", SMALL),
            "keras": keras,
            "wide labels": write_npz(
                self.scratch / "wide.npz",
                [SMALL[0][..., None], SMALL[1].astype("<i8"), SMALL[2][..., None], SMALL[3][:, None].astype(">u2")],
                np.savez_compressed,
            ),
        }
        write_idx(forms["torchvision"] / "MNIST" / "raw", SMALL)
        write_npz(keras / "mnist.npz", SMALL, np.savez_compressed)
        expected = None
        for name, data in forms.items():
            with self.subTest(name):
                found = metrics(self.train(data))
                digests = {file: hashlib.sha256(idx(array)).hexdigest() for file, array in zip(FILES, SMALL)}
                self.assertEqual(found["data"], digests)
                expected = expected or found
                self.assertEqual(found["weights_sha256"], expected["weights_sha256"])
                self.assertEqual(found["accuracy"], expected["accuracy"])

    def test_mnist_itself_is_known_in_every_form(self):
        whole = [mnist(name, None) for name in FILES]
        packed = write_idx(self.scratch / "packed", whole, [f"{name}.gz" for name in FILES],
                           lambda content: gzip.compress(content, 1))
        npz = write_npz(self.scratch / "mnist.npz", whole)
        model = pathlib.Path(__file__).resolve().parent.parent / "models" / "mnist-cnn.pt"
        expected = metrics(self.evaluate(model, DATA))
        self.assertEqual(self.result.stderr, "")
        self.assertEqual(expected["data_set"], "MNIST")
        for data in (packed, npz):
            found = metrics(self.evaluate(model, data))
            self.assertEqual(self.result.stderr, "")
            for part in ("accuracy", "loss", "classification_report", "data", "data_set"):
                self.assertEqual(found[part], expected[part])

    def test_where_nothing_fits_the_message_has_what_was_found(self):
        folder = self.new_folder()
        (folder / "train.csv").write_text("label,pixel0\n")
        (folder / "sub").mkdir()
        self.assert_failed(run("train", "--data", folder), folder, "expected", "found sub/, train.csv")

    def test_hostile_files_are_one_line(self):
        small = idx(SMALL[2])
        huge = np.array([0x803, 2**31 - 1, 28, 28], ">i4").tobytes()
        bomb = gzip.compress(np.array([0x803, 10, 28, 28], ">i4").tobytes() + bytes(10**8), 1)
        files = {
            "cut": gzip.compress(small)[:-9],
            "bomb": bomb,
            "promise": gzip.compress(huge + bytes(100)),
            "plain promise": huge + bytes(100),
            "flipped": gzip.compress(small)[:2000] + b"\0" + gzip.compress(small)[2001:],
            "floats": np.array([0xD03, 2, 28, 28], ">i4").tobytes() + bytes(2 * 28 * 28 * 4),
        }

        def check(name, content):
            data = write_idx(self.new_folder(), SMALL)
            (data / FILES[2]).write_bytes(content)
            result = run("evaluate", "--data", data, within=("prlimit", "--as=8000000000"))
            self.assert_failed(result, data / FILES[2])

        self.each(files.items(), check)

    def test_hostile_archives_are_one_line(self):
        images, labels = SMALL[2:]
        arrays = {
            "objects": (np.array([None] * 100, dtype=object), labels),
            "floats": (images / 255, labels),
            "float labels": (images, labels.astype("f4")),
            "one-hot labels": (images, np.eye(10, dtype="u1")[labels]),
            "short labels": (images, labels[:-1]),
            "negative labels": (images, labels.astype("i8") - 1),
            "columns": (np.asfortranarray(images), labels),
            "no squares": (images[:, :, :20], labels),
            "scalar": (np.uint8(1), labels),
            "large": (np.zeros((10, 65, 65), "u1"), labels[:10]),
        }

        def check(name, x_test, y_test):
            path = self.scratch / f"{name}.npz"
            np.savez(path, x_test=x_test, y_test=y_test)
            self.assert_failed(run("evaluate", "--data", path), path)

        self.each([(name, *pair) for name, pair in arrays.items()], check)
        other = self.scratch / "other.npz"
        np.savez(other, images=images)
        self.assert_failed(run("evaluate", "--data", other), "no array 'x_test': found images")
        other.write_bytes(b"no archive")
        self.assert_failed(run("evaluate", "--data", other), "no zip archive")


class Fashion(DataCase):
    NAMES = "T-shirt/top,Trouser,Pullover,Dress,Coat,Sandal,Shirt,Sneaker,Bag,Ankle boot".split(",")

    def test_it_is_known_by_its_digests_and_its_classes_have_names(self):
        if not FASHION.is_dir():
            self.skipTest("Debian's dataset-fashion-mnist is not here")
        folder = self.train(FASHION, "--recipe", "fast")
        self.assert_notes("the data is Fashion-MNIST")
        found = metrics(folder)
        self.assertEqual(found["data_set"], "Fashion-MNIST")
        self.assertEqual(found["class_names"], self.NAMES)
        self.assertGreater(found["accuracy"], 0.85)
        self.assertIn("Ankle boot", found["classification_report"])
        saved = json.loads(metadata(folder))
        self.assertEqual((saved["data_set"], saved["class_names"]), ("Fashion-MNIST", self.NAMES))
        picture = self.scratch / "boot.png"
        image = np.frombuffer(gzip.open(FASHION / f"{FILES[2]}.gz").read(), "u1", offset=16)
        Image.fromarray(image[:784].reshape(28, 28)).save(picture)
        result = self.assert_succeeded(run("predict", "--model", folder / "model.pt", picture))
        self.assertRegex(result.stdout, r"boot.png: Ankle boot \(0\.\d+\), then ")


class Own(DataCase):
    def test_scikit_learns_digits_of_8x8_pixels_are_learnt(self):
        images, labels = load_digits(return_X_y=True)
        images = np.minimum(images.reshape(-1, 8, 8) * 16, 255).astype("u1")
        data = write_npz(self.scratch / "digits.npz", [images[:1500], labels[:1500], images[1500:], labels[1500:]])
        folder = self.train(data, "--epochs", 20)
        self.assertEqual(metrics(folder)["image_side"], 8)
        self.assertGreater(metrics(folder)["accuracy"], 0.93)

    def test_sides_and_numbers_of_classes_in_and_out(self):
        def check(name, side, classes, recipe):
            images, labels = noisy(side, classes, 4 * classes + 10)
            train, test = (images[classes:], labels[classes:]), (images[:classes], labels[:classes])
            data = write_idx(self.scratch / name, [*train, *test])
            folder = self.new_folder()
            line = ["train", "--data", data, "--output", folder, "--epochs", 2, "--recipe", recipe]
            self.assert_succeeded(run(*line))
            rows = predictions(folder)
            self.assertEqual(list(rows[0])[3:], [f"p{i}" for i in range(classes)])
            self.assertEqual([int(row["label"]) for row in rows], list(test[1]))
            self.assertEqual(len(metrics(folder)["confusion_matrix"]), classes)
            again = self.new_folder()
            model = folder / "model.pt"
            self.assert_succeeded(run("evaluate", "--model", model, "--data", data, "--output", again))
            self.assertEqual(predictions(again), rows)
            shape = json.loads(metadata(folder))["input"]["shape"]
            self.assertEqual(shape, ["N", 1, side, side])

        self.each(
            [
                (f"{side} {classes} {recipe}", side, classes, recipe)
                for side, classes, recipe in (
                    (8, 2, "tutorial"),
                    (8, 10, "fast"),
                    (9, 3, "tutorial"),
                    (13, 5, "fast"),
                    (15, 11, "fast"),
                    (31, 47, "tutorial"),
                    (64, 62, "tutorial"),
                    (64, 2, "fast"),
                )
            ],
            check,
        )

    def test_ten_images_are_enough(self):
        images, labels = noisy(12, 2, 10)
        data = write_idx(self.scratch / "ten", [images[:8], labels[:8], images[8:], labels[8:]])
        self.assertEqual(len(predictions(self.train(data))), 2)
        data = write_idx(self.scratch / "nine", [images[:7], labels[:7], images[8:], labels[8:]])
        self.assert_failed(run("train", "--data", data), "has 9 images: expected at least 10")

    def test_names_from_a_file_are_in_report_model_and_predictions(self):
        names = ["zéro", "一", "deux chats"]
        (self.scratch / "names").write_text("\n".join(names))
        images, labels = noisy(16, 3, 330)
        data = write_idx(self.scratch / "three", [images[:300], labels[:300] + 1, images[300:], labels[300:] + 1])
        folder = self.train(data, "--classes", self.scratch / "names", "--digits", 3)
        self.assert_notes("the labels run from 1")
        rows = predictions(folder)
        truth, found = ([int(row[name]) for row in rows] for name in ("label", "prediction"))
        self.assertEqual(truth, list(labels[300:]))
        report = classification_report(truth, found, target_names=names, digits=3, zero_division=0)
        self.assertIn(report, self.result.stdout)
        self.assertEqual(json.loads(metadata(folder))["class_names"], names)

        picture = self.scratch / "one.png"
        Image.fromarray(images[301]).save(picture)
        line = ["predict", "--model", folder / "model.pt", picture]
        answer = names[found[1]]
        self.assertIn(f"one.png: {answer} (", self.assert_succeeded(run(*line)).stdout)
        shown = json.loads(run(*line, "--json").stdout)[0]["digits"][0]
        self.assertEqual((shown["digit"], shown["class"]), (found[1], answer))
        expected = [float(rows[1][f"p{i}"]) for i in range(3)]
        np.testing.assert_allclose(shown["probabilities"], expected, atol=1e-6)
        row = next(csv.DictReader(io.StringIO(run(*line, "--csv").stdout)))
        self.assertEqual((row["digit"], row["class"]), (str(found[1]), answer))
        self.assert_succeeded(run(*line, "--show"))

        repository = self.scratch / "repository"
        self.assert_succeeded(run("export", "--model", folder / "model.pt", "--triton", repository))
        config = (repository / "mnist-cnn" / "config.pbtxt").read_text()
        self.assertRegex(config, r"dims: \[ 1, 16, 16 \][^$]*dims: \[ 3 \]")

    def test_a_wrong_number_of_names_or_labels_is_one_line(self):
        images, labels = noisy(16, 3, 40)
        data = write_idx(self.scratch / "data", [images, labels, images, labels])
        (self.scratch / "two").write_text("a\nb\n")
        two = ("--classes", self.scratch / "two")
        self.assert_failed(run("train", "--data", data, *two), "label 2 at index 2: expected 0 to 1")
        folder = self.train(data)
        model = ("--model", folder / "model.pt")
        self.assert_failed(run("evaluate", *model, "--data", data, *two), "label 2")
        self.assert_failed(run("evaluate", *model, "--data", DATA), "28x28 pixels: expected 16x16")
        self.assert_failed(run("evaluate", "--data", data), "16x16 pixels: expected 28x28")
        self.assert_failed(run("predict", *model, *two, "x.png"), "names 2 classes: expected 3")

    def test_a_resumed_run_and_its_exported_checkpoint_have_the_datas_network(self):
        images, labels = noisy(10, 4, 120)
        data = write_idx(self.scratch / "data", [images, labels, images, labels])
        folder = self.train(data)
        line = ["train", "--data", data, "--output", folder, "--reproducible", "--resume"]
        self.assert_succeeded(run(*line, "--epochs", 2))
        exported = self.scratch / "exported.pt"
        self.assert_succeeded(run("export", "--from-checkpoint", folder, "--torchscript", exported))
        self.assert_as_evaluated(self.evaluate(exported, data), folder)


class Pictures(DataCase):
    NAMES = ["ant", "bee", "cat"]

    def test_a_folder_of_squares_is_the_same_as_the_images_in_it(self):
        images, labels = noisy(20, 3, 360)
        folder = self.scratch / "pictures"
        parts = {"train": (images[:300], labels[:300]), "test": (images[300:], labels[300:])}
        for part, pair in parts.items():
            write_pictures(folder / part, *pair, self.NAMES)
        ordered = [a for pair in parts.values() for a in in_folders_order(*pair, self.NAMES)]
        same = write_npz(self.scratch / "same.npz", ordered)
        by_pictures = self.train(folder)
        found = metrics(by_pictures)
        self.assertEqual(found["class_names"], self.NAMES)
        self.assertEqual(found["image_side"], 20)
        by_arrays = self.train(same)
        self.assertEqual(found["weights_sha256"], metrics(by_arrays)["weights_sha256"])
        self.assertEqual(predictions(by_pictures), predictions(by_arrays))
        self.assert_as_evaluated(self.evaluate(by_pictures / "model.pt", folder), by_pictures)

    def test_without_a_test_folder_a_sixth_of_each_class_is_taken_for_it(self):
        images, labels = noisy(16, 3, 97)
        folder = self.scratch / "pictures"
        write_pictures(folder, images, labels, self.NAMES)
        (folder / "ant" / "notes.txt").write_text("")
        (folder / ".hidden").mkdir()
        run_folder = self.train(folder)
        self.assert_notes("15 of 97, a sixth of each class", "1 files that are not PNG, JPEG")
        tested = split(folder.glob("*/*.png"), folder)[1]
        expected = [self.NAMES.index(path.parent.name) for path in tested]
        self.assertEqual([int(row["label"]) for row in predictions(run_folder)], expected)
        self.assert_as_evaluated(self.evaluate(run_folder / "model.pt", folder), run_folder)

    def test_pictures_of_any_size_and_colour_are_prepared_as_predict_prepares_them(self):
        folder = self.scratch / "pictures"
        images, labels = SMALL[0][:120], SMALL[1][:120] % 2
        for i, (image, label) in enumerate(zip(images, labels)):
            path = folder / ("even", "odd")[label] / f"{i:03}.{('png', 'JPG', 'webp', 'jpe', 'tiff', 'jfif')[i % 6]}"
            path.parent.mkdir(parents=True, exist_ok=True)
            picture = Image.fromarray(255 - image).convert(("L", "RGB", "P")[i % 3 if i % 2 == 0 else 1])
            picture.resize((90 + i, 100)).save(path)
        run_folder = self.train(folder, "--epochs", 3)
        self.assertEqual(metrics(run_folder)["image_side"], 28)
        rows = predictions(run_folder)
        self.assert_as_evaluated(self.evaluate(run_folder / "model.pt", folder), run_folder)
        files = [path for name in ("even", "odd") for path in (folder / name).iterdir()]
        tested = split(files, folder)[1]
        result = run("predict", "--model", run_folder / "model.pt", "--json", *tested)
        answers = [entry["digits"][0]["probabilities"] for entry in json.loads(result.stdout)]
        expected = [[float(row["p0"]), float(row["p1"])] for row in rows]
        # In a data set pixels have 256 steps.
        np.testing.assert_allclose(answers, expected, atol=0.02)

    def test_folders_stand_for_the_models_classes_by_name(self):
        images, labels = noisy(16, 3, 120)
        folder = self.scratch / "pictures"
        write_pictures(folder, images, labels, self.NAMES)
        model = self.train(folder) / "model.pt"
        expected = predictions(self.evaluate(model, folder))
        shutil.rmtree(folder / "bee")
        kept = [row for row in expected if row["label"] != "1"]
        found = predictions(self.evaluate(model, folder))
        self.assertEqual([row["label"] for row in found], [row["label"] for row in kept])
        (folder / "ant").rename(folder / "dog")
        self.assert_failed(
            run("evaluate", "--model", model, "--data", folder), "the folders cat, dog", "ant, bee, cat"
        )
        (self.scratch / "names").write_text("cat\nbee\nant\n")
        (folder / "dog").rename(folder / "ant")
        turned = self.train(folder, "--classes", self.scratch / "names")
        self.assertEqual(metrics(turned)["class_names"], ["cat", "bee", "ant"])

    def test_pictures_that_cannot_be_read_are_named(self):
        images, labels = noisy(16, 3, 60)
        folder = self.scratch / "pictures"
        write_pictures(folder, images, labels, self.NAMES)
        broken = folder / "bee" / "0001.png"
        broken.write_bytes(broken.read_bytes()[:60])
        self.assert_failed(run("train", "--data", folder), broken)
        for name in ("ant", "cat"):
            shutil.rmtree(folder / name)
        broken.unlink()
        self.assert_failed(run("train", "--data", folder), "1 class names: expected 2 to 62")


if __name__ == "__main__":
    unittest.main()
