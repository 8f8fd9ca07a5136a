#pragma once

#include <filesystem>
#include <optional>

#include "mnist/data/raw_data.hpp"

// The forms of data: each of these returns nothing where `path` holds no data of its form, and
// throws `Error` where it does and the data is not as it must be.
namespace mnist {

/// The four IDX files in a folder, under any of their usual names, gzipped or not. Where several
/// sets lie in one folder, "DIR/emnist-digits" names those of them that begin with
/// "emnist-digits-".
std::optional<RawData> read_idx_files(const std::filesystem::path& path,
                                      const DataRequest& request);

/// The same in a folder below, where torchvision puts them: "DIR/MNIST/raw".
std::optional<RawData> read_torchvision_folder(const std::filesystem::path& path,
                                               const DataRequest& request);

/// A file of NumPy's with the arrays x_train, y_train, x_test and y_test, as Keras's mnist.npz, or
/// train_images and so on, as MedMNIST's files: itself, or the only one in a folder. Images are
/// uint8 [N, side, side] or [N, side, side, 1], labels integers [N] or [N, 1].
std::optional<RawData> read_npz_data(const std::filesystem::path& path, const DataRequest& request);

/// A folder with a subfolder of pictures for each class, as torchvision's ImageFolder
/// takes it; or with such a folder each for training and test (their names are in the table in the
/// source). Without these, a sixth of each class's pictures is the test set. Classes are in the
/// order of their names; pictures in that of the SHA-256 of "CLASS/FILE", so that no class comes
/// last. Where all pictures are squares of one size from 8 to 64 pixels they are the images; else
/// each that has not the images' size is prepared as a digit on a photo is
/// (mnist/image/digits.hpp).
std::optional<RawData> read_picture_folders(const std::filesystem::path& path,
                                            const DataRequest& request);

}  // namespace mnist
