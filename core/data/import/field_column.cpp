#include "core/data/import/field_column.h"

#include "core/base/files.h"
#include "core/base/trimmed.h"
#include "core/data/import/value_rule.h"
#include "core/data/records/list_elements.h"

namespace flip {

namespace {

constexpr std::uint32_t kNoCode = ValueDictionary::kMaxValues + 1;

template <class T>
std::string_view bytesOf(const std::vector<T>& numbers) {
    return {reinterpret_cast<const char*>(numbers.data()), numbers.size() * sizeof(T)};
}

std::span<const std::uint32_t> codesIn(const MappedFile& file) {
    return {reinterpret_cast<const std::uint32_t*>(file.data()),
            file.size() / sizeof(std::uint32_t)};
}

TrainingCounts countTraining(std::span<const std::uint32_t> codes, std::span<const Split> splits,
                             std::size_t values) {
    TrainingCounts counts;
    counts.rows.assign(values, 0);
    for (std::size_t row = 0; row < splits.size(); ++row) {
        if (splits[row] == Split::Train && counts.rows[codes[row]]++ == 0) {
            counts.firstMet.push_back(codes[row]);
        }
    }
    return counts;
}

/// The first training row of each value of `firstMet`, which is in the order of these rows.
std::vector<std::int64_t> firstRowsOf(const std::vector<std::uint32_t>& firstMet,
                                      std::span<const std::uint32_t> codes,
                                      std::span<const Split> splits) {
    std::vector<std::int64_t> rows;
    rows.reserve(firstMet.size());
    for (std::size_t row = 0; rows.size() < firstMet.size(); ++row) {
        if (splits[row] == Split::Train && codes[row] == firstMet[rows.size()]) {
            rows.push_back(static_cast<std::int64_t>(row));
        }
    }
    return rows;
}

} // namespace

Result<FieldColumn> FieldColumn::open(const FieldSchema& schema, std::size_t index,
                                      const std::filesystem::path& columnsFolder) {
    auto codes = ColumnWriter::open(columnsFolder, "codes-" + std::to_string(index));
    if (!codes) {
        return codes.problem();
    }
    return FieldColumn(schema, index, columnsFolder, std::move(*codes));
}

Result<void> FieldColumn::add(const RowSource& source, const RowBatch& rows) {
    batchCodes_.resize(rows.rows());
    if (auto done = encode(source, rows); !done) {
        return done;
    }
    return codes_.addNumbers(std::span<const std::uint32_t>(batchCodes_));
}

Result<void> FieldColumn::encode(const RowSource& source, const RowBatch& rows) {
    const std::vector<ValueKey>& keys = rows.keys[index_];
    if (!keys.empty()) {
        const bool fits = values_.addAll(rows.records->text.data(), keys, batchCodes_.data());
        return fits ? Result<void>() : tooManyValues();
    }
    std::string scratch;
    const auto table = source.joinedTable(index_);
    for (std::size_t row = 0; row < batchCodes_.size(); ++row) {
        const std::uint32_t joined = table ? rows.joined[*table][row] : RowBatch::kNoRow;
        // A joined row's value is looked up once, however many rows refer to it.
        if (joined != RowBatch::kNoRow && codeOfJoinedRow_.size() <= joined) {
            codeOfJoinedRow_.resize(std::size_t{joined} + 1, kNoCode);
        }
        if (joined != RowBatch::kNoRow && codeOfJoinedRow_[joined] != kNoCode) {
            batchCodes_[row] = codeOfJoinedRow_[joined];
            continue;
        }
        const auto code = codeOf(source.value(index_, rows, row, scratch));
        if (!code) {
            return code.problem();
        }
        batchCodes_[row] = *code;
        if (joined != RowBatch::kNoRow) {
            codeOfJoinedRow_[joined] = *code;
        }
    }
    return {};
}

Result<std::uint32_t> FieldColumn::codeOf(std::string_view value) {
    if (const auto code = values_.add(value)) {
        return *code;
    }
    return tooManyValues();
}

Problem FieldColumn::tooManyValues() const {
    return {"the field \"" + info_.name + "\" has more than 4294967294 values; leave it out",
            info_.name};
}

Result<void> FieldColumn::count(std::span<FieldColumn* const> fields, std::span<const Split> splits,
                                std::int64_t minCount) {
    std::vector<MappedFile> files; // of codes
    std::vector<TrainingCounts> counts;
    for (FieldColumn* field : fields) {
        auto file = field->finishCodes();
        if (!file) {
            return file.problem();
        }
        files.push_back(std::move(*file));
        counts.push_back(countTraining(codesIn(files.back()), splits, field->values_.size()));
    }
    if (fields.size() == 1) {
        FieldColumn& field = *fields.front();
        const auto ids = [&] {
            switch (field.info_.kind) {
            case FieldKind::Multi:
                return idsOfLists(field.values_, counts.front(), minCount, field.info_.separator);
            case FieldKind::Number:
                return idsOfNumbers(field.values_, counts.front(), field.buckets_);
            case FieldKind::Category:
                break;
            }
            return idsOfCategories(counts.front(), minCount);
        };
        field.takeIds(ids(), codesIn(files.front()), splits);
        return {};
    }
    std::vector<SharingField> sharing;
    for (std::size_t i = 0; i < fields.size(); ++i) {
        counts[i].firstRows = firstRowsOf(counts[i].firstMet, codesIn(files[i]), splits);
        sharing.push_back({fields[i]->values_, std::move(counts[i]), fields[i]->info_.separator});
    }
    auto ids = idsOfShared(sharing, minCount);
    if (!ids) {
        return fields.front()->tooManyValues();
    }
    for (std::size_t i = 0; i < fields.size(); ++i) {
        fields[i]->takeIds(std::move((*ids)[i]), codesIn(files[i]), splits);
    }
    return {};
}

/// No row can be added after this.
Result<MappedFile> FieldColumn::finishCodes() {
    info_.values = values_.size();
    auto codesFile = codes_.finish();
    if (!codesFile) {
        return codesFile.problem();
    }
    codesFile_ = *codesFile;
    return MappedFile::open(folder_ / codesFile_.fileName());
}

void FieldColumn::takeIds(ValueIds ids, std::span<const std::uint32_t> codes,
                          std::span<const Split> splits) {
    ids_ = std::move(ids);
    info_.ids = ids_.ids;
    std::int64_t heldOut = 0;
    std::int64_t unknown = 0;
    for (std::size_t row = 0; row < splits.size(); ++row) {
        if (splits[row] != Split::Train) {
            ++heldOut;
            unknown += ids_.ofValue[codes[row]] == 0 ? 1 : 0;
        }
    }
    info_.oovRate = heldOut == 0 ? 0 : static_cast<double>(unknown) / static_cast<double>(heldOut);
    countEmptyAndMisfitRows(codes);
}

/// Counts rows with an empty value, and rows whose value does not fit the field's kind.
void FieldColumn::countEmptyAndMisfitRows(std::span<const std::uint32_t> codes) {
    std::vector<std::uint8_t> isEmpty(values_.size(), 0);
    std::vector<std::uint8_t> isMisfit(values_.size(), 0);
    for (std::uint32_t code = 0; code < values_.size(); ++code) {
        const std::string_view value = values_.value(code);
        const std::string_view text = trimmed(value);
        isEmpty[code] = text.empty();
        const bool inBrackets = info_.kind == FieldKind::Multi && isInBrackets(value);
        const bool isList = inBrackets && bracketedElements(value).has_value();
        info_.hasBrackets = info_.hasBrackets || isList;
        isMisfit[code] = (info_.kind == FieldKind::Number && !text.empty() && !parseNumber(text)) ||
                         (inBrackets && !isList);
        if (isMisfit[code] != 0 && info_.misfit.empty()) {
            info_.misfit = text;
        }
    }
    for (const std::uint32_t code : codes) {
        info_.emptyRows += isEmpty[code];
        info_.misfitRows += isMisfit[code];
    }
}

Result<ManifestField> FieldColumn::finish() {
    for (std::vector<std::int64_t>* ids : {&ids_.ofValue, &ids_.inLists}) {
        for (std::int64_t& id : *ids) {
            id += info_.firstId;
        }
    }
    ManifestField field;
    field.info = info_;
    field.codes = codesFile_;
    const std::string number = std::to_string(index_);
    const auto offsetsFile = writeColumn(folder_, "offsets-" + number, bytesOf(values_.offsets()));
    const auto bytesFile = writeColumn(folder_, "bytes-" + number, values_.bytes());
    const auto idsFile = writeColumn(folder_, "ids-" + number, bytesOf(ids_.ofValue));
    for (const auto* written : {&offsetsFile, &bytesFile, &idsFile}) {
        if (!*written) {
            return written->problem();
        }
    }
    field.offsets = *offsetsFile;
    field.bytes = *bytesFile;
    field.idOfCodes = *idsFile;
    if (info_.kind != FieldKind::Multi) {
        return field;
    }
    auto lists = writeLists();
    if (!lists) {
        return lists.problem();
    }
    field.lists = std::move(*lists);
    return field;
}

Result<ListFiles> FieldColumn::writeLists() const {
    ListFiles lists;
    lists.elements = ids_.elements.size();
    const std::string number = std::to_string(index_);
    const auto offsets =
        writeColumn(folder_, "element-offsets-" + number, bytesOf(ids_.elements.offsets()));
    const auto bytes = writeColumn(folder_, "element-bytes-" + number, ids_.elements.bytes());
    const auto ends = writeColumn(folder_, "list-ends-" + number, bytesOf(ids_.ends));
    const auto ids = writeColumn(folder_, "list-ids-" + number, bytesOf(ids_.inLists));
    for (const auto* written : {&offsets, &bytes, &ends, &ids}) {
        if (!*written) {
            return written->problem();
        }
    }
    lists.offsets = *offsets;
    lists.bytes = *bytes;
    lists.ends = *ends;
    lists.ids = *ids;
    return lists;
}

} // namespace flip
