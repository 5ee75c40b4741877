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

    std::int64_t count() const; // number of elements
};

/// A safetensors file mapped into memory. open() checks the header length, offsets, overlaps and
/// sizes, so that a view never reaches beyond the file.
class SafetensorsFile {
public:
    static Result<SafetensorsFile> open(const std::filesystem::path& file);

    const std::map<std::string, TensorView>& tensors() const { return tensors_; }
    const TensorView* find(const std::string& name) const;
    const std::map<std::string, std::string>& metadata() const { return metadata_; }
    const std::filesystem::path& path() const { return path_; }

    /// Compares every byte with the hash that writeSafetensors() stored. A file of another program
    /// has no hash and passes; a file whose hash has a damaged key does not.
    Result<void> verify() const;

    /// Whether the file has such a hash.
    bool hasHash() const { return !hash_.empty(); }

private:
    bool hasHashUnderDamagedKey() const;

    std::filesystem::path path_;
    MappedFile file_;
    std::map<std::string, TensorView> tensors_;
    std::map<std::string, std::string> metadata_;
    std::string hash_; // as stored in the file; empty if there is none
};

/// Writes tensors and metadata with a hash of both, atomically as writeFileAtomically() does. The
/// views must stay valid during the call.
Result<void> writeSafetensors(const std::filesystem::path& file,
                              const std::map<std::string, TensorView>& tensors,
                              const std::map<std::string, std::string>& metadata = {});

} // namespace flip
