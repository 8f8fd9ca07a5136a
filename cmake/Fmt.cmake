# Sets MNIST_FMT, how fmt is linked: as a library, which compiles several times faster than all of fmt in
# each unit. But LibTorch's own package brings headers of fmt, which come before the system's and may be
# newer, and no library for them.
find_package(fmt REQUIRED)
get_target_property(fmt_include fmt::fmt INTERFACE_INCLUDE_DIRECTORIES)
set(MNIST_FMT fmt::fmt)
foreach(folder IN LISTS TORCH_INCLUDE_DIRS)
  if(EXISTS ${folder}/fmt/format.h AND NOT folder STREQUAL fmt_include)
    set(MNIST_FMT fmt::fmt-header-only)
  endif()
endforeach()
