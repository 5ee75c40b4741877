#include "core/data/import/raw_rows.h"

#include "core/data/records/list_elements.h"

#include <algorithm>
#include <array>
#include <optional>
#include <system_error>
#include <utility>

namespace flip {

namespace {

namespace fs = std::filesystem;

constexpr const char* kFlatTable = "rows";
constexpr std::size_t kExamples = 20; // bad lines that are quoted

std::int64_t sizeOf(const std::vector<TableFile>& files) {
    std::int64_t bytes = 0;
    for (const TableFile& file : files) {
        bytes += file.allBytes();
    }
    return bytes;
}

bool isTable(const fs::path& path) {
    std::error_code ignored;
    return !fs::is_directory(path, ignored);
}

/// A file's ending without that of the packing: ".csv" for "rows.csv.gz".
std::string endingOf(fs::path file) {
    for (const char* packing : {".gz", ".zip"}) {
        if (file.extension() == packing) {
            file.replace_extension();
        }
    }
    std::string ending = file.extension().string();
    std::ranges::transform(ending, ending.begin(), [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    });
    return ending;
}

FileFormat formatOf(const fs::path& file) {
    const std::string ending = endingOf(file);
    if (ending == ".jsonl" || ending == ".ndjson" || ending == ".json") {
        return FileFormat::Jsonl;
    }
    return ending == ".parquet" || ending == ".pq" ? FileFormat::Parquet : FileFormat::Csv;
}

/// One table with a column for each wanted field.
Schema flatSchema(const std::vector<FieldInfo>& fields, const WantedColumns& wanted,
                  const fs::path& file, const std::string& delimiter) {
    Schema schema;
    schema.labelled = false;
    TableSchema table;
    table.name = kFlatTable;
    table.file = file.filename().string();
    table.kind = formatOf(file);
    table.format.delimiter = delimiter;
    if (!wanted.time.empty()) {
        schema.time = ColumnName{kFlatTable, wanted.time, file.string(), {}};
    }
    for (std::size_t i = 0; i < fields.size(); ++i) {
        if (!wanted.fields[i]) {
            continue;
        }
        FieldSchema field;
        field.name = fields[i].name;
        field.columns = {{kFlatTable, fields[i].name, file.string(), {}}};
        field.use = fields[i].use;
        field.kind = fields[i].kind;
        field.separator = fields[i].separator;
        if (field.kind == FieldKind::Multi && !field.separator.empty()) {
            table.listSeparator = field.separator;
        }
        schema.fields.push_back(std::move(field));
    }
    schema.tables.push_back(std::move(table));
    return schema;
}

/// The schema of the import, with only the wanted fields and without its label.
Result<Schema> schemaOfImport(const std::vector<FieldInfo>& fields, const std::string& text,
                              const WantedColumns& wanted) {
    auto schema = parseSchema(text, "the schema of the dataset");
    if (!schema) {
        return schema;
    }
    schema->labelled = false;
    if (wanted.time.empty()) {
        schema->time.reset();
    }
    std::erase_if(schema->fields, [&](const FieldSchema& field) {
        const auto known = std::ranges::find(fields, field.name, &FieldInfo::name);
        return known == fields.end() ||
               !wanted.fields[static_cast<std::size_t>(known - fields.begin())];
    });
    for (FieldSchema& field : schema->fields) {
        field.optional = false; // the dataset has it, and the model reads it
        field.shares.clear();
    }
    for (JoinSchema& join : schema->joins) {
        join.keepAll = true; // rows to predict are never left out
    }
    return schema;
}

/// Leaves out tables from which nothing is read.
void dropUnusedTables(Schema& schema) {
    const auto isRead = [&](const std::string& table) {
        const auto inColumn = [&](const ColumnName& column) { return column.table == table; };
        return std::ranges::any_of(schema.fields,
                                   [&](const FieldSchema& field) {
                                       return std::ranges::any_of(field.columns, inColumn);
                                   }) ||
               (schema.time && inColumn(*schema.time)) ||
               std::ranges::any_of(schema.joins,
                                   [&](const JoinSchema& join) { return inColumn(join.left); });
    };
    for (bool changed = true; changed;) { // a table may only link to another one
        changed = std::erase_if(schema.joins, [&](const JoinSchema& join) {
                      return !isRead(join.right.table);
                  }) > 0;
    }
    const std::string first = schema.tables.front().name;
    std::erase_if(schema.tables, [&](const TableSchema& table) {
        return table.name != first &&
               std::ranges::none_of(schema.joins, [&](const JoinSchema& join) {
                   return join.right.table == table.name;
               });
    });
}

Result<std::vector<TableFile>> filesOf(const Schema& schema, const RawInput& input) {
    if (input.source.empty()) {
        return findTableFiles(schema, input.input);
    }
    auto rows = SourceFiles::open(input.input);
    if (!rows) {
        return rows.problem();
    }
    if (!rows->isOneFile()) {
        return Problem{"is not a single file; with --source, name the file of the rows to predict",
                       input.input.string()};
    }
    auto files = findTableFiles(schema, input.source);
    if (files) {
        files->front() = rows->oneFile();
    }
    return files;
}

/// Adds a value to a dictionary that is not full.
std::uint32_t codeOf(ValueDictionary& values, std::string_view value) {
    return *values.add(value);
}

} // namespace

RawRows::RawRows(Schema schema, std::vector<TableFile> files, const std::vector<bool>& wanted,
                 const std::stop_token& stop)
    : schema_(std::move(schema)), files_(std::move(files)), fieldOf_(wanted.size(), -1),
      totalBytes_(files_.front().allBytes()), watch_({}, stop, sizeOf(files_)) {}

Result<std::unique_ptr<RawRows>> RawRows::open(const std::vector<FieldInfo>& fields,
                                               const std::string& schema,
                                               const WantedColumns& wanted, const RawInput& input,
                                               const std::stop_token& stop) {
    const auto openAs = [&](Schema one) -> Result<std::unique_ptr<RawRows>> {
        auto files = filesOf(one, input);
        if (!files) {
            return files.problem();
        }
        std::unique_ptr<RawRows> rows(
            new RawRows(std::move(one), std::move(*files), wanted.fields, stop));
        for (std::size_t i = 0; i < fields.size(); ++i) {
            const auto& own = rows->schema_.fields;
            const auto found = std::ranges::find(own, fields[i].name, &FieldSchema::name);
            if (found != own.end()) {
                rows->fieldOf_[i] = static_cast<int>(found - own.begin());
            }
        }
        auto source = RowSource::open(rows->schema_, rows->files_, /*strict=*/false, rows->pool_,
                                      rows->badLines_, rows->watch_);
        if (!source) {
            return source.problem();
        }
        rows->rows_ = std::move(*source);
        return rows;
    };
    std::error_code error;
    if (!fs::exists(input.input, error)) {
        return Problem{"does not exist; name a file or a folder with --input",
                       input.input.string()};
    }
    if (!input.source.empty() || !isTable(input.input)) {
        auto own = schemaOfImport(fields, schema, wanted);
        if (!own) {
            return own.problem();
        }
        dropUnusedTables(*own);
        return openAs(std::move(*own));
    }
    // Find the delimiter with which the header has every wanted column.
    std::vector<std::string> delimiters{",", "\t", ";", "|"};
    if (endingOf(input.input) == ".tsv") {
        std::swap(delimiters[0], delimiters[1]);
    }
    std::optional<Problem> first;
    for (const std::string& delimiter : delimiters) {
        auto rows = openAs(flatSchema(fields, wanted, input.input, delimiter));
        if (rows || formatOf(input.input) != FileFormat::Csv) {
            return rows;
        }
        if (!first) {
            first = rows.problem();
        }
    }
    return *first;
}

Result<RawColumns> RawRows::next(std::size_t most) {
    RawColumns columns(fieldOf_.size());
    while (columns.rows() < most) {
        if (wave_.empty()) {
            const auto wave = rows_->next();
            if (!wave) {
                return wave.problem();
            }
            if (wave->empty()) {
                break;
            }
            wave_ = *wave;
            row_ = 0;
            if (auto go = watch_.step(rows_->bytesRead(), 0); !go) {
                return go.problem();
            }
        }
        const RowBatch& batch = wave_.front();
        const std::size_t end = std::min(batch.rows(), row_ + (most - columns.rows()));
        if (auto done = add(batch, row_, end, columns); !done) {
            return done.problem();
        }
        row_ = end;
        if (row_ == batch.rows()) {
            wave_ = wave_.subspan(1);
            row_ = 0;
        }
    }
    return columns;
}

Result<void> RawRows::add(const RowBatch& batch, std::size_t begin, std::size_t end,
                          RawColumns& columns) const {
    std::string scratch;
    for (std::size_t i = 0; i < fieldOf_.size(); ++i) {
        std::vector<std::uint32_t>& codes = columns.codes[i];
        if (fieldOf_[i] < 0) {
            codes.resize(codes.size() + (end - begin), codeOf(columns.values[i], ""));
            continue;
        }
        const auto field = static_cast<std::size_t>(fieldOf_[i]);
        const std::vector<ValueKey>& keys = batch.keys[field];
        if (!keys.empty()) {
            const std::size_t before = codes.size();
            codes.resize(before + (end - begin));
            if (!columns.values[i].addAll(batch.records->text.data(),
                                          std::span(keys).subspan(begin, end - begin),
                                          codes.data() + before)) {
                return Problem{"the field \"" + schema_.fields[field].name +
                                   "\" has more than 4294967294 values",
                               files_.front().shownName};
            }
            continue;
        }
        for (std::size_t row = begin; row < end; ++row) {
            codes.push_back(codeOf(columns.values[i], rows_->value(field, batch, row, scratch)));
        }
    }
    if (!batch.times.empty()) {
        columns.times.insert(columns.times.end(),
                             batch.times.begin() + static_cast<std::ptrdiff_t>(begin),
                             batch.times.begin() + static_cast<std::ptrdiff_t>(end));
    }
    return {};
}

std::vector<Problem> RawRows::firstBadLines() const {
    std::vector<Problem> problems;
    for (const BadLine& line : badLines_.first()) {
        if (problems.size() < kExamples) {
            problems.push_back(line.problem());
        }
    }
    return problems;
}

MemoryRows toMemoryRows(RawColumns columns, const Vocabulary& vocabulary, std::size_t rows,
                        std::vector<std::int64_t> times, int timeDecimals) {
    MemoryRows held;
    held.idCount = vocabulary.idCount();
    held.times = std::move(times);
    held.timeDecimals = timeDecimals;
    held.labels.assign(columns.rows(), 1);
    held.splits.assign(columns.rows(), static_cast<std::uint8_t>(Split::Train));
    std::fill_n(held.labels.begin(), rows, std::uint8_t{0});
    std::fill_n(held.splits.begin(), rows, static_cast<std::uint8_t>(Split::Test));
    for (std::size_t i = 0; i < vocabulary.fields().size(); ++i) {
        const ValueDictionary& values = columns.values[i];
        MemoryRows::Field& field = held.fields.emplace_back();
        field.info = vocabulary.fields()[i].info;
        field.codes = std::move(columns.codes[i]);
        field.offsets = values.offsets();
        field.bytes = values.bytes();
        const bool isList = field.info.kind == FieldKind::Multi;
        if (isList) {
            field.listEnds.push_back(0);
        }
        for (std::uint32_t code = 0; code < values.size(); ++code) {
            const std::string_view value = values.value(code);
            if (!isList) {
                field.idOfCodes.push_back(vocabulary.idOf(i, value));
                continue;
            }
            field.info.hasBrackets = field.info.hasBrackets || bracketedElements(value).has_value();
            const auto ids = vocabulary.idsOf(i, value);
            field.idOfCodes.push_back(ids.front());
            field.listIds.insert(field.listIds.end(), ids.begin(), ids.end());
            field.listEnds.push_back(field.listIds.size());
        }
    }
    return held;
}

std::int64_t countUnknownRows(const MemoryRows::Field& field, std::size_t rows) {
    return std::ranges::count_if(std::span(field.codes).first(rows), [&](std::uint32_t code) {
        return field.idOfCodes[code] == field.info.firstId;
    });
}

} // namespace flip
