# cmake -DGIVEN=PLACE -P inspect_libtorch.cmake: prints what installer/ wants to know of the LibTorch
# that PLACE means, a line each: folder=, version=, cuda= (its CUDA version, empty in a build for
# processors alone), cuda_missing= (libraries that the CUDA part lacks here), problem= (why it cannot
# be used).

include(${CMAKE_CURRENT_LIST_DIR}/LibTorchFolder.cmake)

flip_torch_folder("${GIVEN}" folder)
if(folder)
    flip_inspect_libtorch("${folder}" found)
else()
    set(found_PROBLEM "${GIVEN}: there is no PyTorch; name a Python that has it, or its folder")
endif()
string(REPLACE ";" ", " found_CUDA_MISSING "${found_CUDA_MISSING}")
foreach(line "folder=${folder}" "version=${found_VERSION}" "cuda=${found_CUDA}"
             "cuda_missing=${found_CUDA_MISSING}" "problem=${found_PROBLEM}")
    execute_process(COMMAND ${CMAKE_COMMAND} -E echo "${line}")
endforeach()
