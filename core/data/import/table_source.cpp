#include "core/data/import/table_source.h"

#include "core/base/text_encoding.h"
#include "core/data/records/csv_records.h"
#include "core/data/records/json_lines.h"
#include "core/data/records/line_ends.h"
#include "core/data/records/packed_bytes.h"
#include "core/data/records/parquet_file.h"

#include <algorithm>
#include <utility>

namespace flip {

namespace {

/// "a, b, c", shortened if the table is very wide.
std::string listed(const std::vector<std::string>& names) {
    constexpr std::size_t kShown = 30;
    std::string list;
    for (std::size_t i = 0; i < std::min(names.size(), kShown); ++i) {
        list += (i == 0 ? "" : ", ") + quotedText(names[i]);
    }
    return names.size() > kShown ? list + " and " + std::to_string(names.size() - kShown) + " more"
                                 : list;
}

/// Opens a raw file as its schema describes it; `wanted` are the columns that may be read.
Result<std::unique_ptr<RecordFormat>> openFormat(const TableSchema& schema, const TableFile& file,
                                                 const std::vector<WantedColumn>& wanted) {
    if (schema.kind == FileFormat::Parquet) {
        if (!file.member.empty()) {
            return Problem{
                "is in an archive, but Parquet needs random access to its file; unpack it "
                "first",
                file.shownName};
        }
        return openParquet(file.file, wanted, schema.listSeparator, file.shownName);
    }
    auto bytes = openBytes(file.file, file.member, file.shownName);
    if (!bytes) {
        return bytes.problem();
    }
    if (schema.kind == FileFormat::Jsonl) {
        return std::unique_ptr<RecordFormat>(
            std::make_unique<JsonLines>(std::move(*bytes), wanted, schema.listSeparator));
    }
    auto lines = std::make_unique<PlainLineEnds>(std::move(*bytes), schema.format.quote);
    auto records = CsvRecords::open(std::move(lines), schema.format, schema.header, schema.columns,
                                    file.shownName);
    if (!records) {
        return records.problem();
    }
    return std::unique_ptr<RecordFormat>(std::move(*records));
}

} // namespace

std::string_view CellColumns::read(const RecordBatch& batch, std::size_t record,
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

Result<TableSource> TableSource::open(const TableSchema& schema, const TableFile& file,
                                      const std::vector<WantedColumn>& wanted) {
    auto format = openFormat(schema, file, wanted);
    if (!format) {
        return format.problem();
    }
    TableSource table(std::move(*format), schema.name, file.shownName);
    for (const std::string& column : table.format_->columns()) {
        table.columns_.emplace_back(schema.typedHeader ? withoutType(column) : column);
    }
    return table;
}

Result<CellColumns> TableSource::cell(const ColumnName& column) const {
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
    return CellColumns{{static_cast<std::size_t>(found - columns().begin())}, {}};
}

Result<CellColumns> TableSource::cell(const FieldSchema& field) const {
    CellColumns cells;
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

} // namespace flip
