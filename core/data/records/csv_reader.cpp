#include "core/data/records/csv_reader.h"

#include "core/data/records/file_bytes.h"

#include <utility>

namespace flip {

Result<CsvReader> CsvReader::open(const std::filesystem::path& file, CsvFormat format,
                                  std::string shownName) {
    if (auto sound = checkFormat(format, shownName); !sound) {
        return sound.problem();
    }
    auto bytes = openFileBytes(file);
    if (!bytes) {
        return bytes.problem();
    }
    auto records =
        CsvRecords::open(std::move(*bytes), format, /*header=*/false, /*columns=*/{}, shownName);
    if (!records) {
        return records.problem();
    }
    CsvReader reader;
    reader.name_ = std::move(shownName);
    reader.parts_ = std::make_unique<Parts>();
    reader.parts_->records = std::move(*records);
    reader.parts_->stream = std::make_unique<RecordStream>(*reader.parts_->records,
                                                           reader.parts_->pool, format.blockBytes);
    return reader;
}

Result<bool> CsvReader::next(CsvRecord& record) {
    record.fields.clear();
    record.defect = {};
    while (!batches_.empty() && record_ == batches_.front().records() &&
           defect_ == batches_.front().defects.size()) {
        batches_ = batches_.subspan(1);
        record_ = 0;
        defect_ = 0;
    }
    if (batches_.empty()) {
        const auto more = parts_->stream->next();
        if (!more) {
            return more.problem();
        }
        if (more->empty()) {
            return false;
        }
        batches_ = *more;
        return next(record);
    }
    const RecordBatch& batch = batches_.front();
    const bool isDefect =
        defect_ < batch.defects.size() &&
        (record_ == batch.records() || batch.defects[defect_].line < batch.lines[record_]);
    if (isDefect) {
        record.line = batch.firstLine + batch.defects[defect_].line;
        record.defect = batch.defects[defect_].reason;
        ++defect_;
        return true;
    }
    record.line = batch.firstLine + batch.lines[record_];
    for (std::size_t i = batch.firstCells[record_]; i < batch.firstCells[record_ + 1]; ++i) {
        record.fields.push_back(batch.cell(batch.cells[i]));
    }
    ++record_;
    return true;
}

} // namespace flip
