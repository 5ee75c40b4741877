# cmake -DGIVEN=PLACE -P inspect_libtorch.cmake: prints properties of the LibTorch at PLACE for
# installer/, one per line: folder=, version=, cuda= (its CUDA version, empty for a CPU build),
# cuda_missing= (missing libraries of the CUDA part), problem= (why it cannot be used).

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
