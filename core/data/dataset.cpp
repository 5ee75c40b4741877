#include "core/data/dataset.h"

#include "core/base/files.h"
#include "core/base/hashing.h"
#include "core/data/manifest.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <bit>
#include <cassert>
#include <optional>
#include <set>
#include <utility>

namespace flip {

static_assert(std::endian::native == std::endian::little, "dataset files are little-endian");

namespace {

/// A file of columns/ as an array of numbers.
template <class T>
std::span<const T> numbers(const MappedFile& file) {
    return {reinterpret_cast<const T*>(file.data()), file.size() / sizeof(T)};
}

/// The mapped files that hold a field's columns.
struct FieldFiles {
    MappedFile codes;
    MappedFile offsets;
    MappedFile bytes;
    MappedFile idOfCodes;

    // Of list fields only:
    MappedFile elementOffsets;
    MappedFile elementBytes;
    MappedFile listEnds;
    MappedFile listIds;
};

/// The columns of a field, in files or in memory.
struct FieldColumns {
    std::span<const std::uint32_t> codes;
    std::span<const std::uint64_t> offsets;
    std::string_view bytes;
    std::span<const std::int64_t> idOfCodes;

    // Of list fields only:
    std::span<const std::uint64_t> listEnds;
    std::span<const std::int64_t> listIds;
};

Problem damagedFile(const std::filesystem::path& file, const std::string& how) {
    return Problem{how + "; import the dataset again", file.string()};
}

/// Opens a file of columns/, which must hold `count` numbers of `size` bytes.
Result<MappedFile> openColumn(const std::filesystem::path& folder, const ColumnFile& column,
                              std::int64_t count, std::size_t size) {
    const std::filesystem::path path = folder / "columns" / column.fileName();
    auto file = MappedFile::open(path);
    if (!file) {
        return file.problem();
    }
    if (file->size() % size != 0 || !std::cmp_equal(file->size() / size, count)) {
        return damagedFile(path, "the file is damaged: it has " + std::to_string(file->size()) +
                                     " bytes instead of " + std::to_string(count) + " times " +
                                     std::to_string(size));
    }
    return file;
}

std::string folderName(const std::filesystem::path& folder) {
    const std::filesystem::path normal = folder.lexically_normal();
    return normal.has_filename() ? normal.filename().string()
                                 : normal.parent_path().filename().string();
}

template <class T>
bool allBelow(std::span<const T> values, std::int64_t bound) {
    return std::ranges::all_of(values, [&](T value) {
        return std::cmp_less(value, bound) && std::cmp_greater_equal(value, 0);
    });
}

} // namespace

struct Dataset::Content {
    std::filesystem::path folder;
    std::string name;
    std::string hash;
    Manifest manifest;
    std::vector<FieldInfo> fields;

    std::vector<FieldColumns> columns; // parallel to `fields`
    std::span<const std::uint8_t> labels;
    std::span<const std::uint8_t> splits;
    std::span<const std::int64_t> times;

    // Their storage: files ...
    std::vector<FieldFiles> files; // parallel to `fields`
    MappedFile labelsFile;
    MappedFile splitsFile;
    MappedFile timesFile;
    // ... or memory.
    std::optional<MemoryRows> memory;
};

Dataset::Dataset(std::unique_ptr<Content> content) : content_(std::move(content)) {}
Dataset::Dataset(Dataset&&) noexcept = default;
Dataset& Dataset::operator=(Dataset&&) noexcept = default;
Dataset::~Dataset() = default;

Result<Dataset> Dataset::open(const std::filesystem::path& folder) {
    const std::filesystem::path manifestFile = folder / Manifest::kFileName;
    const auto text = readFile(manifestFile);
    if (!text) {
        return text.problem();
    }
    auto manifest = Manifest::fromJson(*text, manifestFile.string());
    if (!manifest) {
        return manifest.problem();
    }
    auto content = std::make_unique<Content>();
    content->folder = folder;
    content->name = folderName(folder);
    content->hash = manifest->contentHash();
    content->manifest = std::move(*manifest);
    const Manifest& facts = content->manifest;

    std::optional<Problem> problem;
    const auto open = [&](MappedFile& target, const ColumnFile& column, std::int64_t count,
                          std::size_t size) {
        if (problem) {
            return;
        }
        auto file = openColumn(folder, column, count, size);
        if (file) {
            target = std::move(*file);
        } else {
            problem = file.problem();
        }
    };
    for (const ManifestField& field : facts.fields) {
        FieldFiles files;
        open(files.codes, field.codes, facts.rows, sizeof(std::uint32_t));
        open(files.offsets, field.offsets, field.info.values + 1, sizeof(std::uint64_t));
        open(files.bytes, field.bytes, field.bytes.bytes, 1);
        open(files.idOfCodes, field.idOfCodes, field.info.values, sizeof(std::int64_t));
        if (field.lists) {
            const ListFiles& lists = *field.lists;
            open(files.elementOffsets, lists.offsets, lists.elements + 1, sizeof(std::uint64_t));
            open(files.elementBytes, lists.bytes, lists.bytes.bytes, 1);
            open(files.listEnds, lists.ends, field.info.values + 1, sizeof(std::uint64_t));
            open(files.listIds, lists.ids,
                 lists.ids.bytes / static_cast<std::int64_t>(sizeof(std::int64_t)),
                 sizeof(std::int64_t));
        }
        content->fields.push_back(field.info);
        content->columns.push_back({.codes = numbers<std::uint32_t>(files.codes),
                                    .offsets = numbers<std::uint64_t>(files.offsets),
                                    .bytes = files.bytes.bytes(),
                                    .idOfCodes = numbers<std::int64_t>(files.idOfCodes),
                                    .listEnds = numbers<std::uint64_t>(files.listEnds),
                                    .listIds = numbers<std::int64_t>(files.listIds)});
        content->files.push_back(std::move(files));
    }
    open(content->labelsFile, facts.labels, facts.rows, 1);
    open(content->splitsFile, facts.splits, facts.rows, 1);
    if (facts.times) {
        open(content->timesFile, *facts.times, facts.rows, sizeof(std::int64_t));
    }
    if (problem) {
        return *problem;
    }
    content->labels = numbers<std::uint8_t>(content->labelsFile);
    content->splits = numbers<std::uint8_t>(content->splitsFile);
    content->times = numbers<std::int64_t>(content->timesFile);
    return Dataset(std::move(content));
}

Dataset Dataset::inMemory(MemoryRows rows) {
    auto content = std::make_unique<Content>();
    content->memory = std::move(rows);
    MemoryRows& held = *content->memory;
    Manifest& facts = content->manifest;
    facts.rows = static_cast<std::int64_t>(held.labels.size());
    facts.positives = std::ranges::count(held.labels, 1);
    facts.idCount = held.idCount;
    facts.timeDecimals = held.timeDecimals;
    for (const std::uint8_t split : held.splits) {
        ++facts.splitRows.at(split);
    }
    for (MemoryRows::Field& field : held.fields) {
        field.info.values = static_cast<std::int64_t>(field.idOfCodes.size());
        content->fields.push_back(field.info);
        content->columns.push_back({.codes = field.codes,
                                    .offsets = field.offsets,
                                    .bytes = field.bytes,
                                    .idOfCodes = field.idOfCodes,
                                    .listEnds = field.listEnds,
                                    .listIds = field.listIds});
    }
    content->labels = held.labels;
    content->splits = held.splits;
    content->times = held.times;
    return Dataset(std::move(content));
}

const std::string& Dataset::name() const {
    return content_->name;
}
const std::string& Dataset::hash() const {
    return content_->hash;
}
const std::string& Dataset::splitHash() const {
    return content_->manifest.splits.hash;
}
std::int64_t Dataset::rows() const {
    return content_->manifest.rows;
}
std::int64_t Dataset::positives() const {
    return content_->manifest.positives;
}
std::int64_t Dataset::minCount() const {
    return content_->manifest.import.minCount;
}
const std::string& Dataset::schema() const {
    return content_->manifest.import.schema;
}
const ImportTally& Dataset::tally() const {
    return content_->manifest.import.tally;
}
const ImportSource& Dataset::source() const {
    return content_->manifest.import.source;
}

Result<std::vector<BadLine>> Dataset::firstBadLines() const {
    const auto& list = content_->manifest.badLineList;
    if (!list) {
        return std::vector<BadLine>();
    }
    const std::filesystem::path file = content_->folder / "columns" / list->fileName();
    const auto text = readFile(file);
    if (!text) {
        return text.problem();
    }
    if (flip::contentHash(*text) != list->hash) {
        return damagedFile(file, "the list of bad lines is damaged");
    }
    return BadLines::fromText(*text, file.string());
}

std::int64_t Dataset::idCount() const {
    return content_->manifest.idCount;
}

std::int64_t Dataset::splitRows(Split split) const {
    return content_->manifest.splitRows.at(static_cast<std::size_t>(split));
}

const SplitRows& Dataset::splitRows() const {
    return content_->manifest.splitRows;
}

const std::vector<FieldInfo>& Dataset::fields() const {
    return content_->fields;
}

int Dataset::findField(std::string_view name) const {
    const auto found = std::ranges::find(content_->fields, name, &FieldInfo::name);
    return found == content_->fields.end() ? -1
                                           : static_cast<int>(found - content_->fields.begin());
}

std::vector<int> Dataset::idFields() const {
    std::vector<int> indices;
    for (std::size_t i = 0; i < content_->fields.size(); ++i) {
        if (content_->fields[i].use != FieldUse::Text) {
            indices.push_back(static_cast<int>(i));
        }
    }
    return indices;
}

std::vector<std::string> Dataset::idFieldNames() const {
    std::vector<std::string> names;
    for (const int field : idFields()) {
        names.push_back(fields()[static_cast<std::size_t>(field)].name);
    }
    return names;
}

std::vector<int> Dataset::textFields() const {
    std::vector<int> indices;
    for (std::size_t i = 0; i < content_->fields.size(); ++i) {
        if (content_->fields[i].use != FieldUse::Id) {
            indices.push_back(static_cast<int>(i));
        }
    }
    return indices;
}

std::span<const std::uint8_t> Dataset::labels() const {
    return content_->labels;
}

std::span<const std::uint8_t> Dataset::splits() const {
    return content_->splits;
}

std::span<const std::int64_t> Dataset::times() const {
    return content_->times;
}

int Dataset::timeDecimals() const {
    return content_->manifest.timeDecimals;
}

std::span<const std::uint32_t> Dataset::codes(int field) const {
    return content_->columns.at(static_cast<std::size_t>(field)).codes;
}

std::string_view Dataset::value(int field, std::uint32_t code) const {
    const FieldColumns& columns = content_->columns.at(static_cast<std::size_t>(field));
    const auto& offsets = columns.offsets;
    // A damaged file must not cause a read beyond the mapping; verify() reports it.
    if (std::size_t{code} + 1 >= offsets.size() || offsets[code] > offsets[code + 1] ||
        offsets[code + 1] > columns.bytes.size()) {
        return {};
    }
    return columns.bytes.substr(offsets[code], offsets[code + 1] - offsets[code]);
}

std::span<const std::int64_t> Dataset::idOfCode(int field) const {
    return content_->columns.at(static_cast<std::size_t>(field)).idOfCodes;
}

std::span<const std::int64_t> Dataset::idsOfCode(int field, std::uint32_t code) const {
    const auto& ends = content_->columns.at(static_cast<std::size_t>(field)).listEnds;
    const auto& ids = content_->columns.at(static_cast<std::size_t>(field)).listIds;
    // As in value(): a damaged file must not cause a read beyond the mapping.
    if (std::size_t{code} + 1 < ends.size() && ends[code] < ends[code + 1] &&
        ends[code + 1] <= ids.size()) {
        return ids.subspan(ends[code], ends[code + 1] - ends[code]);
    }
    return idOfCode(field).subspan(code, 1);
}

std::vector<std::int64_t> Dataset::rowsOf(Split split) const {
    std::vector<std::int64_t> rows;
    rows.reserve(static_cast<std::size_t>(splitRows(split)));
    const auto all = splits();
    for (std::size_t row = 0; row < all.size(); ++row) {
        if (all[row] == static_cast<std::uint8_t>(split)) {
            rows.push_back(static_cast<std::int64_t>(row));
        }
    }
    return rows;
}

std::vector<std::int64_t> Dataset::trainingCounts() const {
    std::vector<std::int64_t> counts(static_cast<std::size_t>(idCount()), 0);
    const auto all = splits();
    for (const int field : idFields()) {
        const auto fieldCodes = codes(field);
        for (std::size_t row = 0; row < all.size(); ++row) {
            if (all[row] != static_cast<std::uint8_t>(Split::Train)) {
                continue;
            }
            for (const std::int64_t id : idsOfCode(field, fieldCodes[row])) {
                ++counts.at(static_cast<std::size_t>(id));
            }
        }
    }
    return counts;
}

std::vector<Problem> Dataset::verify() const {
    return verifyFiles(/*hashes=*/true);
}

std::vector<Problem> Dataset::verifyNumbers() const {
    return verifyFiles(/*hashes=*/false);
}

std::vector<Problem> Dataset::verifyFiles(bool hashes) const {
    std::vector<Problem> problems;
    if (content_->memory) {
        return problems; // there are no files
    }
    std::set<std::string> seen; // equal columns share a file
    std::set<std::string> reported;
    const auto check = [&](const ColumnFile& column, const MappedFile& file, bool inRange) {
        const std::filesystem::path path = content_->folder / "columns" / column.fileName();
        const bool sound =
            !hashes || !seen.insert(column.hash).second || contentHash(file.bytes()) == column.hash;
        if ((!sound || !inRange) && reported.insert(column.hash).second) {
            problems.push_back(damagedFile(path, sound ? "the file holds numbers out of range"
                                                       : "the file is damaged"));
        }
    };
    const Manifest& facts = content_->manifest;
    for (std::size_t i = 0; i < facts.fields.size(); ++i) {
        const ManifestField& field = facts.fields[i];
        const FieldFiles& files = content_->files[i];
        const auto offsets = numbers<std::uint64_t>(files.offsets);
        check(field.codes, files.codes,
              allBelow(numbers<std::uint32_t>(files.codes), field.info.values));
        check(field.offsets, files.offsets,
              offsets.front() == 0 && offsets.back() == files.bytes.size() &&
                  std::ranges::is_sorted(offsets));
        check(field.bytes, files.bytes, true);
        check(field.idOfCodes, files.idOfCodes,
              allBelow(numbers<std::int64_t>(files.idOfCodes), facts.idCount));
        if (field.lists) {
            const auto elements = numbers<std::uint64_t>(files.elementOffsets);
            const auto ends = numbers<std::uint64_t>(files.listEnds);
            const auto ids = numbers<std::int64_t>(files.listIds);
            check(field.lists->offsets, files.elementOffsets,
                  elements.front() == 0 && elements.back() == files.elementBytes.size() &&
                      std::ranges::is_sorted(elements));
            check(field.lists->bytes, files.elementBytes, true);
            check(field.lists->ends, files.listEnds,
                  ends.front() == 0 && ends.back() == ids.size() &&
                      std::ranges::is_sorted(ends, std::ranges::less_equal()));
            check(field.lists->ids, files.listIds, allBelow(ids, facts.idCount));
        }
    }
    const auto train = std::ranges::count(splits(), static_cast<std::uint8_t>(Split::Train));
    check(facts.labels, content_->labelsFile,
          allBelow(labels(), 2) && std::ranges::count(labels(), 1) == facts.positives);
    check(facts.splits, content_->splitsFile, allBelow(splits(), 3) && train == facts.splitRows[0]);
    if (facts.times) {
        check(*facts.times, content_->timesFile, true);
    }
    if (const auto listed = firstBadLines(); !listed) {
        problems.push_back(listed.problem());
    }
    return problems;
}

std::string Dataset::toJson() const {
    nlohmann::ordered_json fieldList = nlohmann::ordered_json::array();
    for (const FieldInfo& field : content_->fields) {
        nlohmann::ordered_json& fieldJson =
            fieldList.emplace_back(nlohmann::ordered_json{{"name", field.name},
                                                          {"kind", fieldKindName(field.kind)},
                                                          {"ids", field.ids},
                                                          {"oov_rate", field.oovRate}});
        if (!field.shares.empty()) {
            fieldJson["shares"] = field.shares;
        }
        if (field.emptyRows > 0) {
            fieldJson["empty_rows"] = field.emptyRows;
        }
        if (field.misfitRows > 0) {
            fieldJson["misfit_rows"] = field.misfitRows;
        }
    }
    nlohmann::ordered_json withoutMatch = nlohmann::ordered_json::object();
    for (const JoinMatches& join : tally().joins) {
        withoutMatch[join.table] = join.unmatched;
    }
    nlohmann::ordered_json tables = nlohmann::ordered_json::object();
    for (const SourceTable& table : source().tables) {
        tables[table.name] = table.files;
    }
    nlohmann::ordered_json json = {{"name", name()},
                                   {"rows", rows()},
                                   {"positives", positives()},
                                   {"fields", fieldList},
                                   {"splits",
                                    {{"train", splitRows(Split::Train)},
                                     {"valid", splitRows(Split::Valid)},
                                     {"test", splitRows(Split::Test)}}},
                                   {"hash", hash()},
                                   {"bad_lines", tally().badLines},
                                   {"dropped_rows", tally().droppedRows},
                                   {"unmatched_rows", tally().unmatchedRows},
                                   {"repeated_keys", tally().repeatedKeys},
                                   {"rows_without_match", withoutMatch},
                                   {"split_rule", source().splitRule},
                                   {"files", tables}};
    if (source().splitRule == "random") {
        json["split_seed"] = source().splitSeed;
    }
    // A folder's name may be invalid UTF-8.
    return json.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

} // namespace flip
