#pragma once

#include <string>
#include <vector>

namespace flip {

/// Rows of cells, each as long as the header.
struct TextTable {
    std::vector<std::string> header;
    std::vector<std::vector<std::string>> rows;
};

/// As Markdown, with padded columns so that it is also readable on a terminal; a | in a cell is
/// escaped. Widths count code points.
std::string asMarkdown(const TextTable& table);

/// As CSV: quoted where needed, lines end in LF.
std::string asCsv(const TextTable& table);

} // namespace flip
