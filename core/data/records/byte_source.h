#pragma once

#include "core/base/result.h"

#include <cstddef>
#include <cstdint>

namespace flip {

/// The bytes of a raw file from beginning to end, unpacked if the file is packed. Owned by one
/// thread.
class ByteSource {
public:
    virtual ~ByteSource() = default;

    /// Copies the next bytes to `target`, at most `size` of them, and returns how many; 0 only at
    /// the end. A packed file that is damaged, truncated or a decompression bomb is a Problem.
    virtual Result<std::size_t> read(char* target, std::size_t size) = 0;

    /// How many bytes of the file on disk have been read: packed bytes if it is packed.
    virtual std::int64_t bytesRead() const = 0;
};

} // namespace flip
