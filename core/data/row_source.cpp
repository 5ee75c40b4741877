#include "core/data/row_source.h"

#include "core/base/text_encoding.h"

#include <cassert>
#include <charconv>
#include <cmath>
#include <system_error>
#include <utility>

namespace flip {

namespace {

/// A whole number as it stands; another number loses its fraction (towards the past).
std::optional<std::int64_t> parseTime(std::string_view text) {
    std::int64_t whole = 0;
    const char* const end = text.data() + text.size();
    if (const auto [rest, error] = std::from_chars(text.data(), end, whole);
        error == std::errc() && rest == end) {
        return whole;
    }
    const auto number = parseNumber(text);
    constexpr double kBeyond = 9223372036854775808.0; // 2^63
    if (!number || *number < -kBeyond || *number >= kBeyond) {
        return std::nullopt;
    }
    return static_cast<std::int64_t>(std::floor(*number));
}

std::size_t tableIndex(const Schema& schema, const std::string& name) {
    const int index = schema.findTable(name);
    assert(index >= 0); // parseSchema() has checked every name
    return static_cast<std::size_t>(index);
}

} // namespace

Result<RowSource> RowSource::open(const Schema& schema,
                                  const std::vector<std::filesystem::path>& files,
                                  BadLines& badLines, ImportWatch& watch) {
    // The streamed table first: what is wrong with its columns shows before the others are read.
    auto reader = openTable(schema, files, 0, badLines, watch);
    if (!reader) {
        return reader.problem();
    }
    RowSource source(schema, std::move(*reader), badLines);
    source.cells_.resize(schema.tables.size());
    source.tables_.resize(schema.tables.size());
    source.rows_.assign(schema.tables.size(), -1);
    source.fields_.resize(schema.fields.size());
    for (const JoinSchema& join : schema.joins) {
        source.joins_.push_back({{}, tableIndex(schema, join.right.table), join.keepAll});
    }
    if (auto done = source.placeAllOf(source.reader_, 0); !done) {
        return done.problem();
    }
    std::int64_t bytes = 0;
    for (const JoinSchema& join : schema.joins) {
        const std::size_t table = tableIndex(schema, join.right.table);
        if (auto done = source.loadJoined(files, table, join.right, watch, bytes); !done) {
            return done.problem();
        }
        std::error_code ignored;
        bytes += static_cast<std::int64_t>(std::filesystem::file_size(files[table], ignored));
    }
    if (auto go = watch.begin("reading " + schema.tables.front().name, bytes); !go) {
        return go.problem();
    }
    return source;
}

Result<TableReader> RowSource::openTable(const Schema& schema,
                                         const std::vector<std::filesystem::path>& files,
                                         std::size_t table, BadLines& badLines,
                                         ImportWatch& watch) {
    TableSchema named = schema.tables[table];
    if (schema.tables.size() == 1) {
        named.file = files[0].filename().string(); // the source may be the file itself
    }
    return TableReader::open(named, files[table], badLines, watch);
}

template <class Named>
Result<RowSource::Place> RowSource::place(const TableReader& reader, std::size_t table,
                                          const Named& named) {
    auto cell = reader.cell(named);
    if (!cell) {
        return cell.problem();
    }
    cells_[table].push_back(std::move(*cell));
    return Place{table, cells_[table].size() - 1};
}

Result<void> RowSource::placeAllOf(const TableReader& reader, std::size_t table) {
    const std::string& name = schema_->tables[table].name;
    const auto placeColumn = [&](const ColumnName& column, auto& target) -> Result<void> {
        if (column.table != name) {
            return {};
        }
        const auto found = place(reader, table, column);
        if (!found) {
            return found.problem();
        }
        target = *found;
        return {};
    };
    if (auto done = placeColumn(schema_->label.column, label_); !done) {
        return done;
    }
    if (schema_->time) {
        if (auto done = placeColumn(*schema_->time, timePlace_); !done) {
            return done;
        }
    }
    for (std::size_t i = 0; i < joins_.size(); ++i) {
        if (auto done = placeColumn(schema_->joins[i].left, joins_[i].left); !done) {
            return done;
        }
    }
    for (std::size_t i = 0; i < fields_.size(); ++i) {
        if (schema_->fields[i].columns.front().table != name) {
            continue;
        }
        const auto found = place(reader, table, schema_->fields[i]);
        if (!found) {
            return found.problem();
        }
        fields_[i] = *found;
    }
    return {};
}

Result<void> RowSource::loadJoined(const std::vector<std::filesystem::path>& files,
                                   std::size_t table, const ColumnName& key, ImportWatch& watch,
                                   std::int64_t bytesBefore) {
    if (auto go = watch.begin("reading " + schema_->tables[table].name, bytesBefore); !go) {
        return go;
    }
    auto reader = openTable(*schema_, files, table, *badLines_, watch);
    if (!reader) {
        return reader.problem();
    }
    const auto keyCell = reader->cell(key);
    if (!keyCell) {
        return keyCell.problem();
    }
    if (auto done = placeAllOf(*reader, table); !done) {
        return done;
    }
    auto loaded = DimensionTable::load(*reader, *keyCell, cells_[table]);
    if (!loaded) {
        return loaded.problem();
    }
    repeatedKeys_ += loaded->repeatedKeys();
    tables_[table] = std::move(*loaded);
    return {};
}

Result<bool> RowSource::next() {
    for (;;) {
        auto found = reader_.next(record_);
        if (!found || !*found) {
            return found;
        }
        const bool matched = readJoins();
        // A label or time in a table that has no match cannot be read; it is no bad line then.
        const bool labelIsThere =
            matched || (label_.table == 0 && (!timePlace_ || timePlace_->table == 0));
        if (labelIsThere && !readLabelAndTime()) {
            continue;
        }
        if (!matched) {
            ++unmatchedRows_;
            continue;
        }
        if (dropped_) {
            ++droppedRows_;
            continue;
        }
        return true;
    }
}

bool RowSource::readJoins() {
    bool matched = true;
    for (const Join& join : joins_) {
        const bool leftIsThere = join.left.table == 0 || rows_[join.left.table] >= 0;
        rows_[join.right] = leftIsThere ? tables_[join.right].find(read(join.left)) : -1;
        matched = matched && (join.keepAll || rows_[join.right] >= 0);
    }
    return matched;
}

bool RowSource::readLabelAndTime() {
    const auto label = parseNumber(read(label_));
    if (!label) {
        badLines_->add([&] {
            return Problem{"the label " + quotedText(read(label_)) + " is no number",
                           reader_.where(record_.line)};
        });
        return false;
    }
    if (timePlace_) {
        const auto time = parseTime(read(*timePlace_));
        if (!time) {
            badLines_->add([&] {
                return Problem{"the time " + quotedText(read(*timePlace_)) + " is no number",
                               reader_.where(record_.line)};
            });
            return false;
        }
        time_ = *time;
    }
    positive_ = schema_->label.positive.holds(*label);
    dropped_ = schema_->label.drop && schema_->label.drop->holds(*label);
    return true;
}

std::string_view RowSource::value(std::size_t field) {
    return read(fields_[field]);
}

std::optional<std::int64_t> RowSource::joinedRow(std::size_t field) const {
    const std::size_t table = fields_[field].table;
    return table == 0 ? std::nullopt : std::optional(rows_[table]);
}

std::string_view RowSource::read(const Place& place) {
    if (place.table == 0) {
        return cells_[0][place.cell].read(record_, scratch_);
    }
    const std::int64_t row = rows_[place.table];
    return row < 0 ? std::string_view() : tables_[place.table].cell(row, place.cell);
}

} // namespace flip
