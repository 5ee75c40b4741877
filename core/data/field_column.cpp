#include "core/data/field_column.h"

#include "core/base/files.h"

namespace flip {

namespace {

constexpr std::uint32_t kNoCode = ValueDictionary::kMaxValues + 1;

template <class T>
Result<ColumnFile> writeColumn(const std::filesystem::path& folder, const std::string& workingName,
                               std::span<const T> numbers) {
    auto writer = ColumnWriter::open(folder, workingName);
    if (!writer) {
        return writer.problem();
    }
    if (auto done = writer->addNumbers(numbers); !done) {
        return done.problem();
    }
    return writer->finish();
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

Result<void> FieldColumn::add(RowSource& rows) {
    const auto code = codeOf(rows);
    if (!code) {
        return code.problem();
    }
    return codes_.addNumber(*code);
}

Result<std::uint32_t> FieldColumn::codeOf(RowSource& rows) {
    const auto joinedRow = rows.joinedRow(index_);
    if (!joinedRow || *joinedRow < 0) {
        return codeOf(rows.value(index_));
    }
    // A joined row's value is looked up once, however many rows hang on it.
    const auto at = static_cast<std::size_t>(*joinedRow);
    if (codeOfJoinedRow_.size() <= at) {
        codeOfJoinedRow_.resize(at + 1, kNoCode);
    }
    if (codeOfJoinedRow_[at] == kNoCode) {
        const auto code = codeOf(rows.value(index_));
        if (!code) {
            return code;
        }
        codeOfJoinedRow_[at] = *code;
    }
    return codeOfJoinedRow_[at];
}

Result<std::uint32_t> FieldColumn::codeOf(std::string_view value) {
    if (const auto code = values_.add(value)) {
        return *code;
    }
    return Problem{"the field \"" + name_ + "\" has more than 4294967294 values; leave it out",
                   name_};
}

Result<ManifestField> FieldColumn::finish(std::span<const Split> splits, std::int64_t minCount,
                                          std::int64_t firstId) {
    ManifestField field;
    field.info.name = name_;
    field.info.use = use_;
    field.info.values = values_.size();
    field.info.firstId = firstId;
    auto codesFile = codes_.finish();
    if (!codesFile) {
        return codesFile.problem();
    }
    field.codes = *codesFile;
    const auto mapped = MappedFile::open(folder_ / field.codes.fileName());
    if (!mapped) {
        return mapped.problem();
    }
    const std::span codes(reinterpret_cast<const std::uint32_t*>(mapped->data()), splits.size());

    std::vector<std::int64_t> counts(values_.size(), 0);
    std::vector<std::uint32_t> firstMet; // codes of the training rows, in order
    for (std::size_t row = 0; row < splits.size(); ++row) {
        if (splits[row] == Split::Train && counts[codes[row]]++ == 0) {
            firstMet.push_back(codes[row]);
        }
    }
    std::vector<std::int64_t> idOfCode(values_.size(), firstId);
    for (const std::uint32_t code : firstMet) {
        if (counts[code] >= minCount) {
            idOfCode[code] = firstId + ++field.info.ids;
        }
    }
    std::int64_t heldOut = 0;
    std::int64_t unknown = 0;
    for (std::size_t row = 0; row < splits.size(); ++row) {
        if (splits[row] != Split::Train) {
            ++heldOut;
            unknown += idOfCode[codes[row]] == firstId ? 1 : 0;
        }
    }
    field.info.oovRate =
        heldOut == 0 ? 0 : static_cast<double>(unknown) / static_cast<double>(heldOut);

    const std::string number = std::to_string(index_);
    const std::string& bytes = values_.bytes();
    const std::span<const std::uint64_t> offsets(values_.offsets());
    const auto offsetsFile = writeColumn(folder_, "offsets-" + number, offsets);
    const auto bytesFile = writeColumn(folder_, "bytes-" + number, std::span<const char>(bytes));
    const auto idsFile =
        writeColumn(folder_, "ids-" + number, std::span<const std::int64_t>(idOfCode));
    for (const auto* written : {&offsetsFile, &bytesFile, &idsFile}) {
        if (!*written) {
            return written->problem();
        }
    }
    field.offsets = *offsetsFile;
    field.bytes = *bytesFile;
    field.idOfCodes = *idsFile;
    return field;
}

} // namespace flip
