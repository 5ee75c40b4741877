#pragma once

#include "core/base/files.h"
#include "core/base/result.h"

#include <cstdint>
#include <filesystem>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace flip {

/// Number formats of the safetensors file format.
enum class NumberType { F64, F32, F16, BF16, I64, I32, I16, I8, U8, Bool };

std::size_t numberSize(NumberType type);
std::string_view numberTypeName(NumberType type); // "F32", as the format spells it

/// One tensor of a file: a view, valid while its file is open; row-major, little-endian.
struct TensorView {
    NumberType type = NumberType::F32;
    std::vector<std::int64_t> shape;
    std::string_view bytes;

    std::int64_t count() const; // numbers in it
};

/// A safetensors file, mapped into memory. Header length, offsets, overlaps and sizes are checked
/// at opening, so that a view never reaches beyond the file.
class SafetensorsFile {
public:
    static Result<SafetensorsFile> open(const std::filesystem::path& file);

    const std::map<std::string, TensorView>& tensors() const { return tensors_; }
    const TensorView* find(const std::string& name) const;
    const std::map<std::string, std::string>& metadata() const { return metadata_; }
    const std::filesystem::path& path() const { return path_; }

    /// Compares every byte with the hash that writeSafetensors() put in; a file of somebody else
    /// has none and passes. One whose hash has lost its name does not.
    Result<void> verify() const;

    /// Whether it holds such a hash.
    bool hasHash() const { return !hash_.empty(); }

private:
    bool lostItsHash() const;

    std::filesystem::path path_;
    MappedFile file_;
    std::map<std::string, TensorView> tensors_;
    std::map<std::string, std::string> metadata_;
    std::string hash_; // as the file states it; empty: none
};

/// Writes tensors and metadata with a hash of both, atomically as writeFileAtomically() does. The
/// views must be valid for the time of the call.
Result<void> writeSafetensors(const std::filesystem::path& file,
                              const std::map<std::string, TensorView>& tensors,
                              const std::map<std::string, std::string>& metadata = {});

} // namespace flip
