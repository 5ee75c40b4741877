#include "core/data/table_source.h"

#include "core/base/text_encoding.h"
#include "core/data/csv_records.h"
#include "core/data/file_bytes.h"

#include <algorithm>
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

std::string_view CellPlace::read(const RecordBatch& batch, std::size_t record,
                                 std::size_t columnCount, std::string& scratch) const {
    const RecordBatch::Cell* const cells = batch.cells.data() + record * columnCount;
    if (isPlain()) {
        return batch.cell(cells[columns.front()]);
    }
    scratch.clear();
    for (std::size_t i = 0; i < columns.size(); ++i) {
        if (batch.cell(cells[columns[i]]) == "1") {
            scratch += (scratch.empty() ? "" : "|") + flagNames[i];
        }
    }
    return scratch;
}

Result<TableSource> TableSource::open(const TableSchema& schema,
                                      const std::filesystem::path& file) {
    auto bytes = openFileBytes(file);
    if (!bytes) {
        return bytes.problem();
    }
    auto records = CsvRecords::open(std::move(*bytes), schema.format, schema.header, schema.columns,
                                    schema.file);
    if (!records) {
        return records.problem();
    }
    TableSource table(std::move(*records), schema.name, schema.file);
    for (const std::string& column : table.format_->columns()) {
        table.columns_.emplace_back(schema.typedHeader ? withoutType(column) : column);
    }
    return table;
}

Result<CellPlace> TableSource::cell(const ColumnName& column) const {
    std::vector<std::string> spellings = {column.column};
    spellings.insert(spellings.end(), column.otherSpellings.begin(), column.otherSpellings.end());
    auto found = columns().end();
    for (std::size_t i = 0; i < spellings.size() && found == columns().end(); ++i) {
        found = std::ranges::find(columns(), spellings[i]);
    }
    if (found == columns().end()) {
        return Problem{"the table \"" + tableName_ + "\" (" + fileName_ + ") has no column \"" +
                           column.column + "\"; it has " + listed(columns()),
                       column.where};
    }
    return CellPlace{{static_cast<std::size_t>(found - columns().begin())}, {}};
}

Result<CellPlace> TableSource::cell(const FieldSchema& field) const {
    CellPlace cells;
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
