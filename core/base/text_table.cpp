#include "core/base/text_table.h"

#include <algorithm>
#include <cstddef>
#include <string_view>

namespace flip {

namespace {

std::string escaped(std::string_view cell) {
    std::string text;
    for (const char letter : cell) {
        if (letter == '|') {
            text += '\\';
        }
        text += letter == '\n' ? ' ' : letter;
    }
    return text;
}

/// Code points of UTF-8: counts every byte that is not a continuation byte.
std::size_t widthOf(std::string_view text) {
    return static_cast<std::size_t>(std::ranges::count_if(
        text, [](char letter) { return (static_cast<unsigned char>(letter) & 0xC0) != 0x80; }));
}

std::string quoted(std::string_view cell) {
    if (cell.find_first_of(",\"\r\n") == std::string_view::npos) {
        return std::string(cell);
    }
    std::string text = "\"";
    for (const char letter : cell) {
        text += letter == '"' ? "\"\"" : std::string(1, letter);
    }
    return text + "\"";
}

} // namespace

std::string asMarkdown(const TextTable& table) {
    std::vector<std::vector<std::string>> lines{table.header};
    lines.insert(lines.end(), table.rows.begin(), table.rows.end());
    std::vector<std::size_t> widths(table.header.size(), 3); // dashes of the separator row
    for (auto& line : lines) {
        for (std::size_t column = 0; column < line.size(); ++column) {
            line[column] = escaped(line[column]);
            widths[column] = std::max(widths[column], widthOf(line[column]));
        }
    }
    std::string text;
    for (std::size_t line = 0; line < lines.size(); ++line) {
        for (std::size_t column = 0; column < widths.size(); ++column) {
            const std::string& cell = lines[line][column];
            text += "| " + cell + std::string(widths[column] - widthOf(cell) + 1, ' ');
        }
        text += "|\n";
        if (line == 0) {
            for (const std::size_t width : widths) {
                text += "|" + std::string(width + 2, '-');
            }
            text += "|\n";
        }
    }
    return text;
}

std::string asCsv(const TextTable& table) {
    std::string text;
    const auto add = [&](const std::vector<std::string>& line) {
        for (std::size_t column = 0; column < line.size(); ++column) {
            text += (column == 0 ? "" : ",") + quoted(line[column]);
        }
        text += '\n';
    };
    add(table.header);
    std::ranges::for_each(table.rows, add);
    return text;
}

} // namespace flip
