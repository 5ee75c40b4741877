#include "core/data/import/column_writer.h"

#include "core/base/files.h"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <system_error>

namespace flip {

namespace {

constexpr std::size_t kBlockBytes = 1 << 16;
constexpr std::int64_t kHandOverBytes = 1 << 22;

Problem writeFailure(const std::filesystem::path& file) {
    return Problem{std::string("cannot be written: ") + std::strerror(errno), file.string()};
}

} // namespace

void ColumnWriter::CloseFile::operator()(std::FILE* file) const {
    std::fclose(file);
}

Result<ColumnWriter> ColumnWriter::open(const std::filesystem::path& folder,
                                        const std::string& workingName) {
    ColumnWriter writer;
    writer.folder_ = folder;
    writer.file_ = folder / workingName;
    writer.stream_.reset(std::fopen(writer.file_.c_str(), "wb"));
    if (writer.stream_ == nullptr) {
        return writeFailure(writer.file_);
    }
    // add() collects blocks itself; stdio's buffer would only report a full disk later.
    std::setvbuf(writer.stream_.get(), nullptr, _IONBF, 0);
    writer.pending_.reserve(kBlockBytes);
    return writer;
}

Result<void> ColumnWriter::add(std::string_view bytes) {
    pending_ += bytes;
    return pending_.size() < kBlockBytes ? Result<void>() : writeOut();
}

Result<void> ColumnWriter::writeOut() {
    hasher_->add(pending_);
    bytes_ += static_cast<std::int64_t>(pending_.size());
    if (std::fwrite(pending_.data(), 1, pending_.size(), stream_.get()) != pending_.size()) {
        return writeFailure(file_);
    }
    pending_.clear();
    startWriting();
    return {};
}

void ColumnWriter::startWriting() {
#ifdef SYNC_FILE_RANGE_WRITE
    // Write to the disk during the import, so that little is left to flush at its end.
    if (bytes_ - handedOver_ >= kHandOverBytes) {
        ::sync_file_range(::fileno(stream_.get()), handedOver_, bytes_ - handedOver_,
                          SYNC_FILE_RANGE_WRITE);
        handedOver_ = bytes_;
    }
#endif
}

Result<ColumnFile> ColumnWriter::finish() {
    if (auto done = writeOut(); !done) {
        return done.problem();
    }
    if (std::fclose(stream_.release()) != 0) {
        return writeFailure(file_);
    }
    ColumnFile column{hasher_->digest(), bytes_};
    std::error_code error;
    // Equal columns have the same name and content, so the later may replace the earlier.
    std::filesystem::rename(file_, folder_ / column.fileName(), error);
    if (error) {
        return Problem{"cannot be renamed: " + error.message(), file_.string()};
    }
    return column;
}

Result<ColumnFile> writeColumn(const std::filesystem::path& folder, const std::string& workingName,
                               std::string_view bytes) {
    auto writer = ColumnWriter::open(folder, workingName);
    if (!writer) {
        return writer.problem();
    }
    if (auto done = writer->add(bytes); !done) {
        return done.problem();
    }
    return writer->finish();
}

} // namespace flip
