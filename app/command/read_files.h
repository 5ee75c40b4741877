#pragma once

#include "core/base/result.h"

#include <map>
#include <string>

namespace flip::command {

/// The files named on the command line, each read once: a pipe can be read only once, but flip,
/// which checks the file, is then replaced by flip-engine, which uses it. Owned by one thread.
class ReadFiles {
public:
    /// The whole content of the file; from memory if it has been read before.
    Result<std::string> read(const std::string& file);

    /// Passes what has been read to the program that this process executes next.
    Result<void> handOver() const;

    /// The files that the previous program in this process has passed on, if any.
    static ReadFiles takeOver();

private:
    std::map<std::string, std::string> texts_; // by the name on the command line
};

} // namespace flip::command
