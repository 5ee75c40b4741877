#pragma once

#include <string>
#include <vector>

namespace flip {

/// Cells in lines, as many in each as in the header.
struct TextTable {
    std::vector<std::string> header;
    std::vector<std::vector<std::string>> rows;
};

/// As Markdown, the columns padded so that it reads well on a terminal too; a bar in a cell is
/// escaped. Widths count code points.
std::string asMarkdown(const TextTable& table);

/// As CSV: quoted where needed, lines end in LF.
std::string asCsv(const TextTable& table);

} // namespace flip
