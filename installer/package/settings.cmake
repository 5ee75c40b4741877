# Read by cpack once for each package. $FLIP_PACKAGE_KIND = slim selects the slim package.

execute_process(COMMAND uname -m OUTPUT_VARIABLE machine OUTPUT_STRIP_TRAILING_WHITESPACE)
set(CPACK_PACKAGING_INSTALL_PREFIX "/usr")
if("$ENV{FLIP_PACKAGE_KIND}" STREQUAL "slim")
    set(CPACK_PACKAGE_NAME flip-workbench-slim-pytorch${CPACK_FLIP_TORCH_MINOR})
    set(CPACK_PACKAGE_FILE_NAME
        "flip-workbench-slim-${CPACK_PACKAGE_VERSION}-pytorch${CPACK_FLIP_TORCH_MINOR}-linux-${machine}")
    set(ours "It needs PyTorch ${CPACK_FLIP_TORCH_MINOR} from a Python environment, which is not included.")
else()
    set(CPACK_PACKAGE_FILE_NAME "flip-workbench-${CPACK_PACKAGE_VERSION}-linux-${machine}")
    set(ours "It includes everything it needs, also LibTorch for the CPU.")
endif()
set(CPACK_DEBIAN_PACKAGE_NAME ${CPACK_PACKAGE_NAME})
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS
    OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)
# Only one of the packages can be installed at a time.
set(CPACK_DEBIAN_PACKAGE_PROVIDES flip-workbench-programs)
set(CPACK_DEBIAN_PACKAGE_CONFLICTS flip-workbench-programs)
set(CPACK_DEBIAN_PACKAGE_REPLACES flip-workbench-programs)
# Only the system's C and C++ libraries are used, at least as new as those of the build.
set(CPACK_DEBIAN_PACKAGE_DEPENDS "libc6 (>= ${CPACK_FLIP_LIBC}), libstdc++6 (>= ${CPACK_FLIP_GCC}), libgcc-s1")
set(CPACK_DEBIAN_PACKAGE_RECOMMENDS "xkb-data, fontconfig-config, hicolor-icon-theme, shared-mime-info")
set(CPACK_DEBIAN_PACKAGE_DESCRIPTION "Trains, compares and explains FLIP: click-through rate models over ids,
pretrained jointly with a language model that reads the same rows as sentences.
${ours}")
if(CPACK_GENERATOR STREQUAL "TGZ")
    set(CPACK_PACKAGING_INSTALL_PREFIX "/")
endif()
