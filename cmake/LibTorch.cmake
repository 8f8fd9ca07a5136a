# Finds LibTorch: the first one on CMAKE_PREFIX_PATH, else the system's.
#
# An entry may be the package's own folder (…/torch), the folder above it, or what Python's
# torch.utils.cmake_prefix_path prints. TorchConfig.cmake looks for its sibling Caffe2 among the
# system's packages first, and a program linked with parts of two LibTorches aborts at its start, so
# both folders are named here.
set(prefixes "$ENV{CMAKE_PREFIX_PATH}")
string(REPLACE ":" ";" prefixes "${prefixes}")
find_path(MNIST_TORCH_CMAKE_DIR Torch/TorchConfig.cmake
  HINTS ${CMAKE_PREFIX_PATH} ${prefixes}
  PATH_SUFFIXES share/cmake torch/share/cmake lib/${CMAKE_LIBRARY_ARCHITECTURE}/cmake
  NO_DEFAULT_PATH)
if(MNIST_TORCH_CMAKE_DIR)
  set(Torch_DIR "${MNIST_TORCH_CMAKE_DIR}/Torch")
  set(Caffe2_DIR "${MNIST_TORCH_CMAKE_DIR}/Caffe2")
endif()
find_package(Torch 1.13 REQUIRED)
