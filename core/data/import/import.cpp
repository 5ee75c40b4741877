#include "core/data/import/import.h"

#include "core/base/files.h"
#include "core/base/name.h"
#include "core/base/text_encoding.h"
#include "core/base/worker_pool.h"
#include "core/data/import/column_writer.h"
#include "core/data/import/field_column.h"
#include "core/data/import/file_parts.h"
#include "core/data/import/import_folder.h"
#include "core/data/import/import_watch.h"
#include "core/data/import/present_parts.h"
#include "core/data/import/row_source.h"
#include "core/data/import/row_split.h"
#include "core/data/import/schema_file.h"
#include "core/data/import/table_files.h"
#include "core/data/import/time_column.h"
#include "core/data/import/typed_columns.h"
#include "core/data/manifest.h"
#include "core/data/records/bad_lines.h"

#include <algorithm>
#include <chrono>
#include <iterator>
#include <map>
#include <span>
#include <system_error>
#include <utility>

namespace flip {

namespace {

constexpr std::string_view kOwnSchemaPreset = "csv";
constexpr std::size_t kExamples = 20; // bad lines that the report quotes

Result<void> checkRequest(const ImportRequest& request) {
    if (const auto named = checkName(request.name); !named) {
        return Problem{named.problem().what, "name"};
    }
    if (request.minCount < 1) {
        return Problem{"the minimum count must be at least 1", "min-count"};
    }
    return checkSplitPlan(request.split);
}

struct SchemaText {
    std::string text;
    std::string fileName;
};

Result<SchemaText> schemaText(const ImportRequest& request) {
    const bool presetHasSchema = !request.preset.empty() && request.preset != kOwnSchemaPreset;
    if (request.schema.empty() && request.preset == kTypedColumnsPreset) {
        auto text = schemaFromTypedColumns(request.source);
        if (!text) {
            return text.problem();
        }
        return SchemaText{std::move(*text), request.preset + ".toml"};
    }
    if (request.schema.empty()) {
        if (!presetHasSchema) {
            return Problem{"the import needs a schema; name a schema file or a preset", "schema"};
        }
        auto text = presetSchema(request.preset);
        if (!text) {
            return text.problem();
        }
        return SchemaText{std::move(*text), request.preset + ".toml"};
    }
    if (presetHasSchema) {
        return Problem{"the preset \"" + request.preset +
                           "\" has its own schema; give a schema or a preset, not both",
                       "schema"};
    }
    auto text = readFile(request.schema);
    if (!text) {
        return text.problem();
    }
    return SchemaText{std::move(*text), request.schema.string()};
}

/// The parsed schema, with the label rule of the request applied.
Result<Schema> schemaFor(const ImportRequest& request, const SchemaText& source) {
    auto schema = parseSchema(source.text, source.fileName);
    if (!schema) {
        return schema;
    }
    if (!request.labelRule.empty()) {
        const auto rule = parseValueRule(request.labelRule, "label-rule");
        if (!rule) {
            return rule.problem();
        }
        schema->label.positive = *rule;
    }
    if (request.split.rule == SplitPlan::Rule::Time && !schema->time) {
        return Problem{"a split by time needs a time column; add [time] with column = "
                       "\"table.column\"",
                       source.fileName};
    }
    return schema;
}

std::string_view splitRuleName(SplitPlan::Rule rule) {
    switch (rule) {
    case SplitPlan::Rule::Random:
        return "random";
    case SplitPlan::Rule::Time:
        return "time";
    case SplitPlan::Rule::File:
        return "file";
    case SplitPlan::Rule::Parts:
        return "parts";
    }
    return "";
}

std::int64_t sizeOf(const std::vector<TableFile>& files) {
    std::int64_t bytes = 0;
    for (const TableFile& file : files) {
        bytes += file.allBytes();
    }
    return bytes;
}

/// The names of a table's files in the source. The manifest is UTF-8; a name that is not valid
/// UTF-8 is read as Latin-1, where every byte is a character.
SourceTable sourceTable(const TableSchema& table, const TableFile& file) {
    SourceTable source{table.name, {}};
    const auto add = [&](const TableFile& one) {
        std::string name;
        if (isUtf8(one.shownName)) {
            name = one.shownName;
        } else {
            appendLatin1AsUtf8(one.shownName, name);
        }
        source.files.push_back(std::move(name));
    };
    add(file);
    std::ranges::for_each(file.more, add);
    return source;
}

/// The split that the name of each file of the first table stands for; empty if one names none, or
/// if there is only one file.
std::vector<FilePart> partsOf(const TableFile& first) {
    if (first.more.empty()) {
        return {};
    }
    std::vector<std::string> names = {first.shownName};
    for (const TableFile& next : first.more) {
        names.push_back(next.shownName);
    }
    std::vector<FilePart> parts;
    for (const Split split : splitsOfFiles(names)) {
        parts.push_back({split, 0});
    }
    return parts;
}

/// The split plan that is used, and the splits of the files.
struct Division {
    SplitPlan plan;
    std::vector<FilePart> parts; // of the first table's files; empty if the names give none
};

Result<Division> divisionOf(const SplitPlan& requested, const Schema& schema,
                            const TableFile& first) {
    Division division{requested, partsOf(first)};
    const std::vector<FilePart>& parts = division.parts;
    const bool trains = std::ranges::find(parts, Split::Train, &FilePart::split) != parts.end();
    const bool differ = std::ranges::any_of(
        parts, [&](const FilePart& part) { return part.split != parts.front().split; });
    if (requested.preferParts && trains && differ) {
        division.plan.rule = SplitPlan::Rule::Parts;
    }
    if (division.plan.rule == SplitPlan::Rule::Parts && !trains) {
        return Problem{"--split parts needs several files with train, valid or test in each name, "
                       "at least one of them train; choose another split",
                       schema.tables.front().where};
    }
    return division;
}

/// Remarks on where the rows came from and how they were split.
std::vector<ImportRemark> divisionRemarks(const SplitPlan& plan, const ImportSource& source,
                                          const SplitRows& rows) {
    std::vector<ImportRemark> remarks = sourceRemarks(source, rows);
    if (plan.rule == SplitPlan::Rule::Parts) {
        remarks.push_back({splitInWords(source, rows), false});
    }
    if (plan.seedWasChosen && plan.rule != SplitPlan::Rule::Random) {
        remarks.push_back({"the seed of the split is not used, since the rows are not split at "
                           "random; choose a random split to use it",
                           false});
    }
    return remarks;
}

/// The fields of each vocabulary: one field, or all that share it.
std::vector<std::vector<std::size_t>> vocabulariesOf(const Schema& schema) {
    std::vector<std::vector<std::size_t>> vocabularies;
    std::map<std::string, std::size_t> ofLeader;
    for (std::size_t i = 0; i < schema.fields.size(); ++i) {
        const FieldSchema& field = schema.fields[i];
        const auto [found, isNew] = ofLeader.try_emplace(
            field.shares.empty() ? field.name : field.shares, vocabularies.size());
        if (isNew) {
            vocabularies.emplace_back();
        }
        vocabularies[found->second].push_back(i);
    }
    return vocabularies;
}

/// The columns of a dataset that is being imported, filled wave by wave.
class Columns {
public:
    /// The pool must outlive it.
    static Result<Columns> open(const Schema& schema, const std::filesystem::path& folder,
                                WorkerPool& pool) {
        auto labels = ColumnWriter::open(folder, "labels");
        if (!labels) {
            return labels.problem();
        }
        Columns columns(folder, std::move(*labels), pool);
        if (schema.time) {
            auto times = TimeColumn::open(folder);
            if (!times) {
                return times.problem();
            }
            columns.times_ = std::move(*times);
        }
        for (std::size_t i = 0; i < schema.fields.size(); ++i) {
            auto field = FieldColumn::open(schema.fields[i], i, folder);
            if (!field) {
                return field.problem();
            }
            columns.fields_.push_back(std::move(*field));
        }
        columns.vocabularies_ = vocabulariesOf(schema);
        return columns;
    }

    /// Adds a wave's rows, all fields in parallel, while the next wave's bytes are read.
    Result<void> add(RowSource& source, std::span<const RowBatch> wave) {
        for (const RowBatch& batch : wave) {
            manifest_.rows += static_cast<std::int64_t>(batch.rows());
            manifest_.positives += std::ranges::count(batch.positives, std::uint8_t{1});
            if (auto done = labels_.addNumbers<std::uint8_t>(batch.positives); !done) {
                return done;
            }
            if (times_) {
                if (auto done = times_->add(batch.times); !done) {
                    return done;
                }
            }
        }
        std::vector<Result<void>> done(fields_.size());
        pool_.forEach(1 + fields_.size(), [&](std::size_t item) {
            if (item == 0) {
                source.readAhead();
                return;
            }
            for (std::size_t i = 0; i < wave.size() && done[item - 1]; ++i) {
                done[item - 1] = fields_[item - 1].add(source, wave[i]);
            }
        });
        return firstProblem(done);
    }

    std::int64_t rows() const { return manifest_.rows; }
    std::int64_t cutTimes() const { return cutTimes_; } // after finish()

    /// Splits the rows, assigns the ids and writes the remaining files.
    Result<Manifest> finish(const SplitPlan& plan, std::span<const FilePart> parts,
                            std::int64_t minCount) {
        const auto labelsFile = labels_.finish();
        if (!labelsFile) {
            return labelsFile.problem();
        }
        manifest_.labels = *labelsFile;
        const auto splits = split(plan, parts);
        if (!splits) {
            return splits.problem();
        }
        for (const Split split : *splits) {
            ++manifest_.splitRows.at(static_cast<std::size_t>(split));
        }
        // A field's first id depends on the number of ids of the fields before it, so count all
        // first.
        std::vector<Result<void>> done(vocabularies_.size());
        pool_.forEach(vocabularies_.size(), [&](std::size_t i) {
            std::vector<FieldColumn*> fields;
            for (const std::size_t field : vocabularies_[i]) {
                fields.push_back(&fields_[field]);
            }
            done[i] = FieldColumn::count(fields, *splits, minCount);
        });
        if (auto counted = firstProblem(done); !counted) {
            return counted.problem();
        }
        manifest_.idCount = 1; // the mask
        for (FieldColumn& field : fields_) {
            field.setFirstId(manifest_.idCount);
            manifest_.idCount += 1 + field.ids();
        }
        manifest_.fields.resize(fields_.size());
        done.assign(fields_.size(), {});
        pool_.forEach(fields_.size(), [&](std::size_t i) {
            auto field = fields_[i].finish();
            done[i] = field ? Result<void>() : Result<void>(field.problem());
            manifest_.fields[i] = field ? std::move(*field) : ManifestField();
        });
        if (auto finished = firstProblem(done); !finished) {
            return finished.problem();
        }
        return std::move(manifest_);
    }

private:
    Columns(std::filesystem::path folder, ColumnWriter labels, WorkerPool& pool)
        : folder_(std::move(folder)), pool_(pool), labels_(std::move(labels)) {}

    static Result<void> firstProblem(const std::vector<Result<void>>& results) {
        const auto bad = std::ranges::find_if(results, [](const auto& one) { return !one.ok(); });
        return bad == results.end() ? Result<void>() : *bad;
    }

    Result<std::vector<Split>> split(const SplitPlan& plan, std::span<const FilePart> parts) {
        MappedFile timesFile;
        if (times_) {
            const auto finished = times_->finish();
            if (!finished) {
                return finished.problem();
            }
            manifest_.times = finished->file;
            manifest_.timeDecimals = finished->decimals;
            cutTimes_ = finished->cutTimes;
            auto mapped = MappedFile::open(folder_ / finished->file.fileName());
            if (!mapped) {
                return mapped.problem();
            }
            timesFile = std::move(*mapped);
        }
        const std::span times(reinterpret_cast<const std::int64_t*>(timesFile.data()),
                              timesFile.size() / sizeof(std::int64_t));
        auto splits = splitRows(plan, manifest_.rows, times, parts);
        if (!splits) {
            return splits;
        }
        const auto file = writeColumn(
            folder_, "splits", {reinterpret_cast<const char*>(splits->data()), splits->size()});
        if (!file) {
            return file.problem();
        }
        manifest_.splits = *file;
        return splits;
    }

    std::filesystem::path folder_;
    WorkerPool& pool_;
    ColumnWriter labels_;
    std::optional<TimeColumn> times_;
    std::int64_t cutTimes_ = 0;
    std::vector<FieldColumn> fields_;
    std::vector<std::vector<std::size_t>> vocabularies_; // the fields of each
    Manifest manifest_;
};

Problem noUsableRow(const Schema& schema, const RowSource& rows, const BadLines& badLines) {
    std::string what = "there is no usable row; left out: " + leftOutInWords(rows.tally());
    if (!badLines.first().empty()) {
        what += "; the first bad line is " + badLines.first().front().problem().text();
    }
    return Problem{what, schema.tables.front().file};
}

/// Whether a dataset of this name exists, and whether it has the same content.
enum class Present { No, Same, SameButDamaged, Different };

Present presentContent(const std::filesystem::path& folder, const std::string& hash) {
    std::error_code error;
    if (!std::filesystem::exists(std::filesystem::symlink_status(folder, error))) {
        return Present::No;
    }
    const auto text = readFile(folder / Manifest::kFileName);
    const auto manifest =
        text ? Manifest::fromJson(*text, folder.string()) : Result<Manifest>(text.problem());
    if (!manifest || manifest->contentHash() != hash) {
        return Present::Different;
    }
    const auto dataset = Dataset::open(folder);
    return dataset && dataset->verify().empty() ? Present::Same : Present::SameButDamaged;
}

Result<void> publish(ImportFolder& folder, const Manifest& manifest, const ImportRequest& request,
                     const std::filesystem::path& target) {
    const Present present = presentContent(target, manifest.contentHash());
    if (present == Present::Same) {
        return {};
    }
    if (present == Present::Different && !request.replace) {
        return Problem{"a dataset \"" + request.name +
                           "\" with different content already exists; choose another name or "
                           "replace it",
                       target.string()};
    }
    if (auto done = writeFileAtomically(folder.dataset() / Manifest::kFileName, manifest.toJson());
        !done) {
        return done;
    }
    auto published = folder.publish(request.name, /*replace=*/present != Present::No);
    if (!published && presentContent(target, manifest.contentHash()) == Present::Same) {
        return {}; // an identical import finished first
    }
    return published;
}

} // namespace

Result<ImportReport> importDataset(const ImportRequest& request,
                                   const std::filesystem::path& datasetsFolder,
                                   const std::function<void(const ImportProgress&)>& progress,
                                   std::stop_token stop) {
    const auto begin = std::chrono::steady_clock::now();
    if (auto sound = checkRequest(request); !sound) {
        return sound.problem();
    }
    const auto source = schemaText(request);
    if (!source) {
        return source.problem();
    }
    const auto wanted = schemaFor(request, *source);
    if (!wanted) {
        return wanted.problem();
    }
    const auto found = findTableFiles(*wanted, request.source);
    if (!found) {
        return found.problem();
    }
    const auto parts = presentParts(*wanted, *found);
    if (!parts) {
        return parts.problem();
    }
    const Schema& schema = parts->schema;
    const std::vector<TableFile>& files = parts->files;
    auto division = divisionOf(request.split, schema, files.front());
    if (!division) {
        return division.problem();
    }
    const SplitPlan& plan = division->plan;
    ImportWatch watch(progress, std::move(stop), sizeOf(files));
    BadLines badLines;
    WorkerPool pool;
    auto opened = RowSource::open(schema, files, request.strict, pool, badLines, watch);
    if (!opened) {
        return opened.problem();
    }
    RowSource& rows = **opened;
    auto folder = ImportFolder::make(datasetsFolder);
    if (!folder) {
        return folder.problem();
    }
    auto columns = Columns::open(schema, folder->columns(), pool);
    if (!columns) {
        return columns.problem();
    }
    for (;;) {
        const auto wave = rows.next();
        if (!wave) {
            return wave.problem();
        }
        if (wave->empty()) {
            break;
        }
        const std::int64_t before = columns->rows();
        if (auto done = columns->add(rows, *wave); !done) {
            return done.problem();
        }
        if (plan.rule == SplitPlan::Rule::Parts) {
            division->parts[rows.file()].rows += columns->rows() - before;
        }
        if (auto go = watch.step(rows.bytesRead(), columns->rows() - before); !go) {
            return go.problem();
        }
    }
    if (columns->rows() == 0) {
        return noUsableRow(schema, rows, badLines);
    }
    if (auto go = watch.begin("building vocabularies", sizeOf(files)); !go) {
        return go.problem();
    }
    auto manifest = columns->finish(plan, division->parts, request.minCount);
    if (!manifest) {
        return manifest.problem();
    }
    if (badLines.count() > 0) {
        const auto list = writeColumn(folder->columns(), "bad-lines", badLines.toText());
        if (!list) {
            return list.problem();
        }
        manifest->badLineList = *list;
    }
    manifest->import = ImportRecord{
        .preset = request.preset,
        .schema = source->text,
        .labelRule = request.labelRule,
        .minCount = request.minCount,
        .source = {.splitRule = std::string(splitRuleName(plan.rule)), .splitSeed = plan.seed},
        .tally = rows.tally(),
    };
    manifest->import.tally.cutTimes = columns->cutTimes();
    for (std::size_t i = 0; i < files.size(); ++i) {
        manifest->import.source.tables.push_back(sourceTable(schema.tables[i], files[i]));
    }
    if (auto go = watch.begin("finishing", sizeOf(files)); !go) {
        return go.problem();
    }
    ImportReport report;
    report.folder = datasetsFolder / request.name;
    if (auto done = publish(*folder, *manifest, request, report.folder); !done) {
        return done.problem();
    }
    report.rows = manifest->rows;
    report.leftOut = parts->leftOut;
    report.tally = manifest->import.tally;
    std::vector<FieldInfo> fields;
    for (const ManifestField& field : manifest->fields) {
        fields.push_back(field.info);
    }
    report.remarks = importRemarks(report.tally, fields, report.rows);
    std::ranges::move(divisionRemarks(plan, manifest->import.source, manifest->splitRows),
                      std::back_inserter(report.remarks));
    for (const BadLine& bad :
         std::span(badLines.first()).first(std::min(badLines.first().size(), kExamples))) {
        report.examples.push_back(bad.problem());
    }
    report.seconds =
        std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    return report;
}

} // namespace flip
