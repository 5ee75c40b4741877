#pragma once

#include "core/base/result.h"

#include <cstddef>
#include <cstdint>

namespace flip {

/// The bytes of a raw file from its beginning to its end, unpacked where it is packed. Owned by one
/// thread.
class ByteSource {
public:
    virtual ~ByteSource() = default;

    /// Puts the next bytes to `target`, at most `size` of them; 0 only at the end. A file that is
    /// packed and damaged, cut short, or swells without measure is a Problem.
    virtual Result<std::size_t> read(char* target, std::size_t size) = 0;

    /// How much of the file on the disk has been read: packed bytes where it is packed.
    virtual std::int64_t bytesRead() const = 0;
};

} // namespace flip
