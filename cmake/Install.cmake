# `cmake --install`: the program, the library with a CMake package, the pretrained model, the licence.
include(CMakePackageConfigHelpers)
include(GNUInstallDirs)

set(package ${CMAKE_INSTALL_LIBDIR}/cmake/mnist)
install(TARGETS mnist)
foreach(room data files image metrics onnx simd)
  set_target_properties(mnist_${room} PROPERTIES EXPORT_NAME ${room})
endforeach()
set_target_properties(mnist_library PROPERTIES EXPORT_NAME mnist)
install(
  TARGETS mnist_data mnist_files mnist_image mnist_library mnist_metrics mnist_onnx mnist_simd
  EXPORT mnistTargets
  INCLUDES DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
install(EXPORT mnistTargets NAMESPACE mnist:: DESTINATION ${package})
configure_package_config_file(cmake/mnistConfig.cmake.in mnistConfig.cmake INSTALL_DESTINATION ${package})
write_basic_package_version_file(mnistConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(
  FILES ${CMAKE_CURRENT_BINARY_DIR}/mnistConfig.cmake ${CMAKE_CURRENT_BINARY_DIR}/mnistConfigVersion.cmake
  DESTINATION ${package})
install(DIRECTORY lib/mnist DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} FILES_MATCHING PATTERN "*.hpp")
install(FILES models/mnist-accurate.pt models/mnist-cnn.pt DESTINATION ${CMAKE_INSTALL_DATADIR}/mnist)
install(FILES LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR})
