#pragma once

#include "core/base/result.h"

#include <string>
#include <string_view>
#include <vector>

namespace flip::command {

/// Whole lines of a file or of standard input, as they come. Only a line feed ends a line, and the
/// last one needs none. Owned by one thread.
class LineSource {
public:
    /// "" is standard input.
    static Result<LineSource> open(const std::string& file);

    LineSource(LineSource&& other) noexcept;
    LineSource& operator=(LineSource&& other) = delete;
    ~LineSource();

    /// The next lines with their line feeds: those that can be had without waiting for more, about
    /// a megabyte at most, but one at least. Empty at the end. Valid until the next call.
    Result<std::string_view> next();

private:
    LineSource(int descriptor, std::string file)
        : descriptor_(descriptor), file_(std::move(file)) {}

    int descriptor_;
    std::string file_;
    std::string bytes_;
    std::size_t given_ = 0; // of bytes_, by the last call
    bool atEnd_ = false;
};

/// Cuts whole lines into blocks of some kilobytes, for threads to share out.
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
