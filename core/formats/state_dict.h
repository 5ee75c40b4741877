#pragma once

#include "core/base/result.h"
#include "core/formats/safetensors.h"

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace flip {

/// Numbers stored outside the pickle, for one tensor or for several that share them.
struct PickledStorage {
    NumberType type = NumberType::F32;
    std::int64_t count = 0;

    std::uint64_t bytes() const { return static_cast<std::uint64_t>(count) * numberSize(type); }
};

/// A tensor as a view of a storage. Extents and strides are not negative, and all its numbers lie
/// within the storage.
struct PickledTensor {
    std::string storage; // its key
    NumberType type = NumberType::F32;
    std::int64_t offset = 0; // of its first number in the storage, in numbers
    std::vector<std::int64_t> shape;
    std::vector<std::int64_t> strides; // in numbers

    std::int64_t count() const;
    bool isContiguous() const; // row-major, without gaps
};

/// The tensors of a model by name, as torch.save pickles them: a dictionary of tensors, or one
/// under a usual key of a training checkpoint. Everything else is ignored.
struct StateDict {
    std::map<std::string, PickledTensor> tensors;
    std::map<std::string, PickledStorage> storages; // by key, including those without a tensor here
    std::size_t pickleSize = 0;                     // bytes of the pickle
};

/// Reads a state dict from the beginning of `bytes`; runs no code. `where` is the file that a
/// Problem names.
Result<StateDict> readStateDict(std::string_view bytes, const std::string& where);

/// Copies a tensor's numbers out of its storage, row-major. `target` must have room for all of
/// them, and `storage` the size that its PickledStorage states.
void copyTensor(const PickledTensor& tensor, std::string_view storage, char* target);

/// A file as torch.save wrote it before version 1.6, and still does on request: pickles, then the
/// storages one after another. The views are valid as long as the bytes.
struct LegacyStateDict {
    StateDict dict;
    std::map<std::string, std::string_view> storages; // by key
};

/// Whether the bytes begin as such a file does.
bool isLegacyStateDict(std::string_view file);

Result<LegacyStateDict> readLegacyStateDict(std::string_view file, const std::string& where);

} // namespace flip
