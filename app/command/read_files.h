#pragma once

#include "core/base/result.h"

#include <map>
#include <string>

namespace flip::command {

/// Files that a command was given, each read once: a pipe gives its bytes only once, and flip,
/// which checks what they say, becomes flip-engine, which works by it. Owned by one thread.
class ReadFiles {
public:
    /// The whole file as bytes; from memory where it has been read before.
    Result<std::string> read(const std::string& file);

    /// Leaves what has been read to the program that this one becomes next.
    Result<void> handOver() const;

    /// What the program before this one has read; nothing where it has handed over nothing.
    static ReadFiles takeOver();

private:
    std::map<std::string, std::string> texts_; // by the name that was given
};

} // namespace flip::command
