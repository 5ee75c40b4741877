#include "core/data/import/preset_guess.h"

#include "core/data/import/import.h"
#include "core/data/import/present_parts.h"
#include "core/data/import/schema_file.h"
#include "core/data/import/schema_names.h"
#include "core/data/import/table_files.h"
#include "core/data/import/table_source.h"
#include "core/data/import/typed_columns.h"

namespace flip {

namespace {

/// Whether a file has the columns that the schema names and its beginning can be parsed as the
/// table.
bool fits(const Schema& schema, const TableSchema& table, const TableFile& file) {
    const auto source = TableSource::open(table, file, schema.columnsOf(table.name));
    if (!source) {
        return false;
    }
    for (const ColumnName* column : namedColumns(schema)) {
        if (column->table == table.name && !source->cell(*column)) {
            return false;
        }
    }
    constexpr std::size_t kBeginning = 1 << 14;
    RecordBatch batch;
    const auto found = source->format().read(batch, kBeginning);
    if (!found || !*found) {
        return false;
    }
    source->format().parse(batch);
    return batch.records() > batch.defects.size();
}

bool fits(const std::string& preset, const std::filesystem::path& source) {
    const auto text =
        preset == kTypedColumnsPreset ? schemaFromTypedColumns(source) : presetSchema(preset);
    if (!text) {
        return false;
    }
    const auto schema = parseSchema(*text, preset);
    if (!schema) {
        return false;
    }
    const auto files = findTableFiles(*schema, source);
    if (!files) {
        return false;
    }
    const auto parts = presentParts(*schema, *files);
    if (!parts) {
        return false;
    }
    for (std::size_t i = 0; i < parts->files.size(); ++i) {
        if (!fits(parts->schema, parts->schema.tables[i], parts->files[i])) {
            return false;
        }
    }
    return true;
}

} // namespace

std::optional<std::string> guessPreset(const std::filesystem::path& source,
                                       const std::stop_token& stop) {
    for (const std::string& preset : presetNames()) {
        if (stop.stop_requested()) {
            return std::nullopt;
        }
        if (fits(preset, source)) {
            return preset;
        }
    }
    return std::nullopt;
}

} // namespace flip
