#include "core/data/field_column.h"

#include "core/base/files.h"

namespace flip {

namespace {

constexpr std::uint32_t kNoCode = ValueDictionary::kMaxValues + 1;

template <class T>
std::string_view bytesOf(const std::vector<T>& numbers) {
    return {reinterpret_cast<const char*>(numbers.data()), numbers.size() * sizeof(T)};
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
    if (auto done = number(source, rows); !done) {
        return done;
    }
    return codes_.addNumbers(std::span<const std::uint32_t>(batchCodes_));
}

Result<void> FieldColumn::number(const RowSource& source, const RowBatch& rows) {
    const std::vector<ValueKey>& keys = rows.keys[index_];
    if (!keys.empty()) {
        const bool fits = values_.addAll(rows.records->text.data(), keys, batchCodes_.data());
        return fits ? Result<void>() : tooManyValues();
    }
    std::string scratch;
    const auto table = source.joinedTable(index_);
    for (std::size_t row = 0; row < batchCodes_.size(); ++row) {
        const std::uint32_t joined = table ? rows.joined[*table][row] : RowBatch::kNoRow;
        // A joined row's value is looked up once, however many rows hang on it.
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

Result<void> FieldColumn::count(std::span<const Split> splits, std::int64_t minCount) {
    info_.values = values_.size();
    auto codesFile = codes_.finish();
    if (!codesFile) {
        return codesFile.problem();
    }
    codesFile_ = *codesFile;
    const auto mapped = MappedFile::open(folder_ / codesFile_.fileName());
    if (!mapped) {
        return mapped.problem();
    }
    const std::span codes(reinterpret_cast<const std::uint32_t*>(mapped->data()), splits.size());

    TrainingCounts counts;
    counts.rows.assign(values_.size(), 0);
    for (std::size_t row = 0; row < splits.size(); ++row) {
        if (splits[row] == Split::Train && counts.rows[codes[row]]++ == 0) {
            counts.firstMet.push_back(codes[row]);
        }
    }
    switch (info_.kind) {
    case FieldKind::Category:
        ids_ = idsOfCategories(counts, minCount);
        break;
    case FieldKind::Multi:
        ids_ = idsOfLists(values_, counts, minCount, separator_);
        break;
    case FieldKind::Number:
        ids_ = idsOfNumbers(values_, counts, buckets_);
        break;
    }
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
    return {};
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
