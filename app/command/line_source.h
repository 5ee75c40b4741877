#pragma once

#include "core/base/result.h"

#include <string>
#include <string_view>
#include <vector>

namespace flip::command {

/// Reads whole lines of a file or of standard input. Only a line feed ends a line; the last line
/// needs none. Owned by one thread.
class LineSource {
public:
    /// "" is standard input.
    static Result<LineSource> open(const std::string& file);

    LineSource(LineSource&& other) noexcept;
    LineSource& operator=(LineSource&& other) = delete;
    ~LineSource();

    /// The next lines with their line feeds: all that are available without waiting, at most about
    /// a megabyte and at least one line. Empty at the end. Valid until the next call.
    Result<std::string_view> next();

private:
    LineSource(int descriptor, std::string file)
        : descriptor_(descriptor), file_(std::move(file)) {}

    int descriptor_;
    std::string file_;
    std::string bytes_;
    std::size_t given_ = 0; // bytes of bytes_ that the last call returned
    bool atEnd_ = false;
};

/// Splits text into blocks of whole lines, some kilobytes each, to be distributed over threads.
std::vector<std::string_view> lineBlocks(std::string_view lines);

/// Calls visit(line) for each line of a block, without its line feed.
template <class Visit>
void forEachLine(std::string_view block, Visit visit) {
    while (!block.empty()) {
        const std::size_t end = block.find('\n');
        visit(block.substr(0, end));
        block.remove_prefix(end == std::string_view::npos ? block.size() : end + 1);
    }
}

} // namespace flip::command
