#include "core/data/table_reader.h"

#include "core/base/text_encoding.h"

#include <algorithm>
#include <set>
#include <system_error>
#include <utility>

namespace flip {

namespace {

/// "a, b, c", shortened where a table is very wide.
std::string listed(const std::vector<std::string>& names) {
    constexpr std::size_t kShown = 30;
    std::string list;
    for (std::size_t i = 0; i < std::min(names.size(), kShown); ++i) {
        list += (i == 0 ? "" : ", ") + quotedText(names[i]);
    }
    return names.size() > kShown ? list + " and " + std::to_string(names.size() - kShown) + " more"
                                 : list;
}

bool liesInside(const std::filesystem::path& file, const std::filesystem::path& folder) {
    const auto [inFolder, inFile] =
        std::mismatch(folder.begin(), folder.end(), file.begin(), file.end());
    return inFolder == folder.end();
}

Result<std::filesystem::path> fileInside(const TableSchema& table,
                                         const std::filesystem::path& folder) {
    const std::filesystem::path relative(table.file);
    const Problem outside{"file = \"" + table.file +
                              "\" lies outside the source; name a file inside it",
                          table.where};
    const std::filesystem::path normal = relative.lexically_normal();
    if (relative.is_absolute() || (!normal.empty() && *normal.begin() == "..")) {
        return outside;
    }
    std::error_code error;
    std::filesystem::path file = std::filesystem::canonical(folder / relative, error);
    if (error) {
        return Problem{"the table \"" + table.name + "\" needs the file \"" + table.file +
                           "\", which cannot be opened: " + error.message(),
                       folder.string()};
    }
    if (!liesInside(file, folder)) {
        return outside;
    }
    if (!std::filesystem::is_regular_file(file, error)) {
        return Problem{"is not a regular file; name a file", (folder / relative).string()};
    }
    return file;
}

} // namespace

std::string_view Cell::read(const CsvRecord& record, std::string& scratch) const {
    if (flagNames.empty()) {
        return record.fields[columns.front()];
    }
    scratch.clear();
    for (std::size_t i = 0; i < columns.size(); ++i) {
        if (record.fields[columns[i]] == "1") {
            scratch += (scratch.empty() ? "" : "|") + flagNames[i];
        }
    }
    return scratch;
}

Result<TableReader> TableReader::open(const TableSchema& schema, const std::filesystem::path& file,
                                      BadLines& badLines, ImportWatch& watch) {
    auto reader = CsvReader::open(file, schema.format, schema.file);
    if (!reader) {
        return reader.problem();
    }
    TableReader table(std::move(*reader), schema.name, badLines, watch);
    table.columns_ = schema.columns;
    if (schema.header) {
        if (auto done = table.readHeader(); !done) {
            return done.problem();
        }
    }
    return table;
}

Result<void> TableReader::readHeader() {
    CsvRecord header;
    const auto found = reader_.next(header);
    if (!found) {
        return found.problem();
    }
    if (!*found) {
        return Problem{"the file is empty; its first line must name the columns", name()};
    }
    if (!header.defect.empty()) {
        return Problem{"the header " + std::string(header.defect), where(header.line)};
    }
    std::set<std::string_view> seen;
    for (const std::string_view column : header.fields) {
        if (!seen.insert(column).second) {
            return Problem{"the column name " + quotedText(column) +
                               " stands twice; rename one of them",
                           where(header.line)};
        }
        columns_.emplace_back(column);
    }
    return {};
}

Result<Cell> TableReader::cell(const ColumnName& column) const {
    const auto found = std::ranges::find(columns_, column.column);
    if (found == columns_.end()) {
        return Problem{"the table \"" + tableName_ + "\" (" + name() + ") has no column \"" +
                           column.column + "\"; it has " + listed(columns_),
                       column.where};
    }
    return Cell{{static_cast<std::size_t>(found - columns_.begin())}, {}};
}

Result<Cell> TableReader::cell(const FieldSchema& field) const {
    Cell cells;
    for (const ColumnName& column : field.columns) {
        const auto one = cell(column);
        if (!one) {
            return one.problem();
        }
        cells.columns.push_back(one->columns.front());
        if (field.flags) {
            cells.flagNames.push_back(column.column);
        }
    }
    return cells;
}

Result<bool> TableReader::next(CsvRecord& record) {
    for (;;) {
        auto found = reader_.next(record);
        if (!found || !*found) {
            return found;
        }
        if (auto go = watch_->step(reader_.bytesRead()); !go) {
            return go.problem();
        }
        if (!record.defect.empty()) {
            badLines_->add([&] { return Problem{std::string(record.defect), where(record.line)}; });
        } else if (record.fields.size() != columns_.size()) {
            badLines_->add([&] {
                return Problem{"expected " + std::to_string(columns_.size()) + " columns, found " +
                                   std::to_string(record.fields.size()) +
                                   "; mend or remove the line",
                               where(record.line)};
            });
        } else {
            return true;
        }
    }
}

Result<std::vector<std::filesystem::path>> tableFiles(const Schema& schema,
                                                      const std::filesystem::path& source) {
    std::error_code error;
    const std::filesystem::path folder = std::filesystem::canonical(source, error);
    if (error) {
        return Problem{"cannot be opened: " + error.message(), source.string()};
    }
    if (std::filesystem::is_regular_file(folder, error)) {
        if (schema.tables.size() != 1) {
            return Problem{"is one file, but the schema reads " +
                               std::to_string(schema.tables.size()) +
                               " tables; name the folder that holds them",
                           source.string()};
        }
        return std::vector<std::filesystem::path>{folder};
    }
    if (!std::filesystem::is_directory(folder, error)) {
        return Problem{"is neither a folder nor a file; name the folder with the raw files",
                       source.string()};
    }
    std::vector<std::filesystem::path> files;
    for (const TableSchema& table : schema.tables) {
        auto file = fileInside(table, folder);
        if (!file) {
            return file.problem();
        }
        files.push_back(std::move(*file));
    }
    return files;
}

} // namespace flip
