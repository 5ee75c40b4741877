#include "core/data/import/row_source.h"

#include "core/base/text_encoding.h"

#include <algorithm>
#include <cassert>
#include <utility>

namespace flip {

namespace {

void countLines(TableLines& lines, const RecordBatch& batch) {
    lines.lines += static_cast<std::int64_t>(batch.records() + batch.defects.size());
    lines.unreadable += static_cast<std::int64_t>(batch.defects.size());
}

std::size_t tableIndex(const Schema& schema, const std::string& name) {
    const int index = schema.findTable(name);
    assert(index >= 0); // parseSchema() has checked every name
    return static_cast<std::size_t>(index);
}

/// The first difference between the columns of two files of one table.
std::string firstDifference(const std::vector<std::string>& first,
                            const std::vector<std::string>& next) {
    const auto [inFirst, inNext] = std::ranges::mismatch(first, next);
    const std::string position = "column " + std::to_string(inFirst - first.begin() + 1);
    if (inFirst == first.end()) {
        return position + ", " + quotedText(*inNext) + ", is one too many";
    }
    if (inNext == next.end()) {
        return position + ", " + quotedText(*inFirst) + ", is missing";
    }
    return position + " is " + quotedText(*inNext) + ", not " + quotedText(*inFirst);
}

Result<TableSource> openTable(const Schema& schema, std::size_t table, const TableFile& file) {
    return TableSource::open(schema.tables[table], file,
                             schema.columnsOf(schema.tables[table].name));
}

/// Opens a further file of a table; its columns must be the same as those of the first.
Result<TableSource> openAnother(const Schema& schema, std::size_t table, const TableFile& file,
                                const TableSource& first) {
    auto source = openTable(schema, table, file);
    if (source && source->columns() != first.columns()) {
        return Problem{"has different columns from " + first.fileName() + ": " +
                           firstDifference(first.columns(), source->columns()) +
                           "; files of one table must have the same columns in the same order",
                       file.shownName};
    }
    return source;
}

/// Opens every file once, so that a wrong one is reported before hours are spent on the others.
Result<void> checkFurtherFiles(const Schema& schema, const std::vector<TableFile>& files,
                               ImportWatch& watch) {
    for (std::size_t table = 0; table < files.size(); ++table) {
        if (files[table].more.empty()) {
            continue;
        }
        const auto first = openTable(schema, table, files[table]);
        if (!first) {
            return first.problem();
        }
        for (const TableFile& next : files[table].more) {
            if (auto go = watch.begin("checking columns", 0); !go) {
                return go;
            }
            if (const auto another = openAnother(schema, table, next, *first); !another) {
                return another.problem();
            }
        }
    }
    return {};
}

} // namespace

Result<std::unique_ptr<RowSource>> RowSource::open(const Schema& schema,
                                                   const std::vector<TableFile>& files, bool strict,
                                                   WorkerPool& pool, BadLines& badLines,
                                                   ImportWatch& watch) {
    // Open the streamed table first: wrong columns are reported before the other tables are read.
    auto table = openTable(schema, 0, files[0]);
    if (!table) {
        return table.problem();
    }
    std::unique_ptr<RowSource> source(
        new RowSource(schema, files[0], std::move(*table), strict, pool, badLines));
    source->cells_.resize(schema.tables.size());
    source->tables_.resize(schema.tables.size());
    source->fields_.resize(schema.fields.size());
    for (const JoinSchema& join : schema.joins) {
        source->joins_.push_back({{}, tableIndex(schema, join.right.table), join.keepAll});
    }
    source->lookedUp_.assign(schema.joins.size(), 0);
    source->missing_.assign(schema.joins.size(), 0);
    for (const TableSchema& one : schema.tables) {
        source->lines_.push_back({one.name, 0, 0, 0, one.kind == FileFormat::Csv});
    }
    if (auto done = source->locateColumns(source->table_, 0); !done) {
        return done.problem();
    }
    if (auto done = checkFurtherFiles(schema, files, watch); !done) {
        return done.problem();
    }
    std::int64_t bytes = 0;
    for (const JoinSchema& join : schema.joins) {
        const std::size_t right = tableIndex(schema, join.right.table);
        if (auto go = watch.begin("reading " + join.right.table, bytes); !go) {
            return go.problem();
        }
        if (auto done = source->loadJoined(files[right], right, join, watch); !done) {
            return done.problem();
        }
        bytes += files[right].allBytes();
    }
    if (auto go = watch.begin("reading " + schema.tables.front().name, bytes); !go) {
        return go.problem();
    }
    source->stream_ = std::make_unique<RecordStream>(source->table_.format(), pool);
    return source;
}

template <class Named>
Result<RowSource::CellPosition> RowSource::position(const TableSource& source, std::size_t table,
                                                    const Named& named) {
    auto cell = source.cell(named);
    if (!cell) {
        return cell.problem();
    }
    cells_[table].push_back(std::move(*cell));
    return CellPosition{table, cells_[table].size() - 1};
}

Result<void> RowSource::locateLabel(const TableSource& source, std::size_t table) {
    const TableSchema& written = schema_.tables[table];
    if (schema_.label.column.table != written.name) {
        return {};
    }
    const auto found = position(source, table, schema_.label.column);
    if (!found) {
        return found.problem();
    }
    label_ = *found;
    if (written.kind == FileFormat::Csv && written.header) {
        const std::size_t column = cells_[table][label_.cell].columns.front();
        check_.setHeader(source.format().columns()[column]); // with its type
    }
    return {};
}

Result<void> RowSource::locateColumns(const TableSource& source, std::size_t table) {
    const std::string& name = schema_.tables[table].name;
    const auto locateColumn = [&](const ColumnName& column, auto& target) -> Result<void> {
        if (column.table != name) {
            return {};
        }
        const auto found = position(source, table, column);
        if (!found) {
            return found.problem();
        }
        target = *found;
        return {};
    };
    if (schema_.labelled) {
        if (auto done = locateLabel(source, table); !done) {
            return done;
        }
    }
    if (schema_.time) {
        if (auto done = locateColumn(*schema_.time, timePosition_); !done) {
            return done;
        }
    }
    for (std::size_t i = 0; i < joins_.size(); ++i) {
        if (auto done = locateColumn(schema_.joins[i].left, joins_[i].left); !done) {
            return done;
        }
    }
    for (std::size_t i = 0; i < fields_.size(); ++i) {
        if (schema_.fields[i].columns.front().table != name) {
            continue;
        }
        const auto found = position(source, table, schema_.fields[i]);
        if (!found) {
            return found.problem();
        }
        fields_[i] = *found;
    }
    return {};
}

Result<void> RowSource::loadJoined(const TableFile& file, std::size_t table, const JoinSchema& join,
                                   ImportWatch& watch) {
    auto source = openTable(schema_, table, file);
    if (!source) {
        return source.problem();
    }
    const auto keyCell = source->cell(join.right);
    if (!keyCell) {
        return keyCell.problem();
    }
    if (auto done = locateColumns(*source, table); !done) {
        return done;
    }
    tables_[table] =
        DimensionTable(*keyCell, cells_[table], source->columns().size(), join.collect);
    if (auto done = loadFile(*source, table, watch, 0); !done) {
        return done;
    }
    std::int64_t bytes = file.bytes;
    for (const TableFile& next : file.more) {
        const auto another = openAnother(schema_, table, next, *source);
        if (!another) {
            return another.problem();
        }
        if (auto done = loadFile(*another, table, watch, bytes); !done) {
            return done;
        }
        bytes += next.bytes;
    }
    tables_[table].finish();
    return {};
}

Result<void> RowSource::loadFile(const TableSource& source, std::size_t table, ImportWatch& watch,
                                 std::int64_t bytesBefore) {
    RecordStream stream(source.format(), pool_);
    for (;;) {
        const auto wave = stream.next();
        if (!wave) {
            return wave.problem();
        }
        if (wave->empty()) {
            return {};
        }
        for (const RecordBatch& batch : *wave) {
            countLines(lines_[table], batch);
            if (auto go = note(source.fileName(), batch.firstLine, batch.defects); !go) {
                return go;
            }
            if (!tables_[table].add(batch)) {
                return Problem{"has more than 4294967294 keys; that is the most a join can hold",
                               source.fileName()};
            }
        }
        if (auto go = watch.step(bytesBefore + source.format().bytesRead(), 0); !go) {
            return go;
        }
    }
}

Result<void> RowSource::openNext() {
    auto source = openAnother(schema_, 0, firstFile_.more[file_], table_);
    if (!source) {
        return source.problem();
    }
    bytesBefore_ += table_.format().bytesRead();
    stream_.reset(); // it reads from the table
    table_ = std::move(*source);
    stream_ = std::make_unique<RecordStream>(table_.format(), pool_);
    ++file_;
    return {};
}

Result<void> RowSource::note(const std::string& file, std::int64_t firstLine,
                             std::span<const RecordBatch::Defect> defects) {
    badLines_.add(file, firstLine, defects);
    if (strict_ && badLines_.count() > 0) {
        return badLines_.first().front().problem();
    }
    return {};
}

Result<std::span<RowBatch>> RowSource::next() {
    auto wave = stream_->next();
    while (wave && wave->empty() && file_ < firstFile_.more.size()) {
        if (auto opened = openNext(); !opened) {
            return opened.problem();
        }
        wave = stream_->next();
    }
    if (!wave) {
        return wave.problem();
    }
    if (wave_.size() < wave->size()) {
        wave_.resize(wave->size());
    }
    pool_.forEach(wave->size(), [&](std::size_t i) {
        wave_[i].records = &(*wave)[i];
        select(wave_[i]);
    });
    const std::span<RowBatch> rows = std::span(wave_).first(wave->size());
    for (const RowBatch& batch : rows) {
        countLines(lines_.front(), *batch.records);
        lines_.front().unusable +=
            static_cast<std::int64_t>(batch.defects.size() - batch.records->defects.size());
        if (auto go = note(table_.fileName(), batch.records->firstLine, batch.defects); !go) {
            return go.problem();
        }
        droppedRows_ += batch.dropped;
        unmatchedRows_ += batch.unmatched;
        for (std::size_t join = 0; join < joins_.size(); ++join) {
            lookedUp_[join] += batch.lookedUp[join];
            missing_[join] += batch.missing[join];
        }
        unnamed_.add(batch.unnamed);
    }
    return rows;
}

void RowSource::select(RowBatch& rows) const {
    const RecordBatch& records = *rows.records;
    rows.kept.clear();
    rows.positives.clear();
    rows.times.clear();
    rows.defects = records.defects;
    rows.dropped = 0;
    rows.unmatched = 0;
    rows.lookedUp.assign(joins_.size(), 0);
    rows.missing.assign(joins_.size(), 0);
    rows.unnamed = {};
    rows.joined.resize(tables_.size());
    for (auto& table : rows.joined) {
        table.clear();
    }
    std::string scratch;
    std::string labelScratch;
    const bool labelIsNumber =
        !schema_.label.positive.isText() || (schema_.label.drop && !schema_.label.drop->isText());
    std::vector<std::uint32_t> joined(tables_.size(), RowBatch::kNoRow);
    const auto defect = [&](std::size_t record, const std::string& reason) {
        rows.defects.push_back({records.lines[record], reason});
    };
    for (std::size_t record = 0; record < records.records(); ++record) {
        const bool matched = readJoins(rows, record, joined);
        // A label or time in a table without a match cannot be read; that is not a bad line.
        const bool isThere =
            matched || (label_.table == 0 && (!timePosition_ || timePosition_->table == 0));
        const bool labelIsThere = isThere && schema_.labelled;
        std::string_view labelText;
        std::optional<double> label;
        std::optional<RowTime> time;
        if (labelIsThere) {
            labelText = readRecord(label_, records, record, joined, labelScratch);
            if (const auto reason = check_.whyUnusable(labelText)) {
                defect(record, *reason);
                continue;
            }
            // A text that is dropped need not be a number, even if `positive` compares numbers.
            const bool isDroppedText = schema_.label.drop && schema_.label.drop->isText() &&
                                       schema_.label.drop->holds(labelText);
            label = labelIsNumber && !isDroppedText ? parseNumber(labelText) : 0;
            if (!label) {
                defect(record, "the label " + quotedText(labelText) + " is not a number");
                continue;
            }
        }
        if (isThere && timePosition_) {
            const std::string_view text =
                readRecord(*timePosition_, records, record, joined, scratch);
            time = parseRowTime(text);
            if (!time) {
                defect(record, "the time " + quotedText(text) +
                                   " is neither a number nor a date such as 2018-09-20 14:03:11");
                continue;
            }
        }
        for (std::size_t join = 0; join < joins_.size(); ++join) {
            const std::size_t left = joins_[join].left.table;
            if (left != 0 && joined[left] == RowBatch::kNoRow) {
                continue; // counted at that join; there is no key for this one
            }
            ++rows.lookedUp[join];
            rows.missing[join] += joined[joins_[join].right] == RowBatch::kNoRow ? 1 : 0;
        }
        if (!matched) {
            ++rows.unmatched;
            continue;
        }
        const auto holds = [&](const ValueRule& rule) {
            return rule.isText() ? rule.holds(labelText) : rule.holds(*label);
        };
        if (schema_.labelled && schema_.label.drop && holds(*schema_.label.drop)) {
            ++rows.dropped;
            continue;
        }
        const bool isPositive = schema_.labelled && holds(schema_.label.positive);
        if (schema_.labelled && check_.isUnnamed(labelText)) {
            rows.unnamed.add(labelText, 1);
        }
        rows.kept.push_back(static_cast<std::uint32_t>(record));
        rows.positives.push_back(isPositive ? 1 : 0);
        if (time) {
            rows.times.push_back(*time);
        }
        for (const Join& join : joins_) {
            rows.joined[join.right].push_back(joined[join.right]);
        }
    }
    if (rows.defects.size() > records.defects.size()) {
        std::ranges::stable_sort(rows.defects, {}, &RecordBatch::Defect::line);
    }
    // Collect the keys while the batch is in this core's cache; the dictionaries then read them
    // sequentially.
    rows.keys.resize(fields_.size());
    const std::size_t columns = table_.columns().size();
    for (std::size_t field = 0; field < fields_.size(); ++field) {
        std::vector<ValueKey>& keys = rows.keys[field];
        keys.clear();
        const CellPosition& position = fields_[field];
        if (position.table != 0 || !cells_[0][position.cell].isPlain()) {
            continue;
        }
        keys.resize(rows.kept.size());
        const RecordBatch::Cell* const cells =
            records.cells.data() + cells_[0][position.cell].columns.front();
        for (std::size_t row = 0; row < keys.size(); ++row) {
            const RecordBatch::Cell& cell = cells[rows.kept[row] * columns];
            keys[row] = ValueKey::of(records.text.data(), cell.begin, cell.size);
        }
    }
}

bool RowSource::readJoins(RowBatch& rows, std::size_t record,
                          std::vector<std::uint32_t>& joined) const {
    bool matched = true;
    std::string scratch;
    for (const Join& join : joins_) {
        const bool leftIsThere =
            join.left.table == 0 || joined[join.left.table] != RowBatch::kNoRow;
        const std::int64_t found =
            leftIsThere ? tables_[join.right].find(
                              readRecord(join.left, *rows.records, record, joined, scratch))
                        : -1;
        joined[join.right] = found < 0 ? RowBatch::kNoRow : static_cast<std::uint32_t>(found);
        matched = matched && (join.keepAll || found >= 0);
    }
    return matched;
}

ImportTally RowSource::tally() const {
    ImportTally tally;
    tally.badLines = badLines_.count();
    tally.droppedRows = droppedRows_;
    tally.unmatchedRows = unmatchedRows_;
    for (const DimensionTable& table : tables_) {
        tally.repeatedKeys += table.repeatedKeys();
    }
    tally.tables = lines_;
    tally.joins = joinMatches();
    unnamed_.addTo(tally);
    tally.unnamedArePositive = schema_.label.positive.comparison == ValueRule::Comparison::NotEqual;
    return tally;
}

std::vector<JoinMatches> RowSource::joinMatches() const {
    std::vector<JoinMatches> matches;
    std::vector<bool> keepsRows(tables_.size(), true); // [table], keeps rows without a match
    for (std::size_t join = joins_.size(); join > 0; --join) {
        const Join& one = joins_[join - 1];
        // A row without a match in this table has none in the tables that are joined to it.
        const bool keeps = one.keepAll && keepsRows[one.right];
        keepsRows[one.left.table] = keepsRows[one.left.table] && keeps;
        matches.push_back(
            {schema_.tables[one.right].name, lookedUp_[join - 1], missing_[join - 1], keeps});
    }
    std::ranges::reverse(matches);
    return matches;
}

std::string_view RowSource::read(const CellPosition& position, const RowBatch& batch,
                                 std::size_t row, std::string& scratch) const {
    if (position.table == 0) {
        return cells_[0][position.cell].read(*batch.records, batch.kept[row],
                                             table_.columns().size(), scratch);
    }
    const std::uint32_t joined = batch.joined[position.table][row];
    return joined == RowBatch::kNoRow ? std::string_view()
                                      : tables_[position.table].cell(joined, position.cell);
}

std::string_view RowSource::readRecord(const CellPosition& position, const RecordBatch& records,
                                       std::size_t record, std::span<const std::uint32_t> joined,
                                       std::string& scratch) const {
    if (position.table == 0) {
        return cells_[0][position.cell].read(records, record, table_.columns().size(), scratch);
    }
    const std::uint32_t row = joined[position.table];
    return row == RowBatch::kNoRow ? std::string_view()
                                   : tables_[position.table].cell(row, position.cell);
}

} // namespace flip
