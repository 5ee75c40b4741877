#pragma once

#include "core/base/result.h"
#include "core/data/records/byte_source.h"
#include "core/data/records/json_paths.h"
#include "core/data/records/line_blocks.h"
#include "core/data/records/record_format.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace flip {

/// A text file with one JSON object per line (RFC 8259). A column is a path, see JsonPaths. Its
/// cell is an unescaped string, or a number, true, false, list or object as written; empty if it is
/// null or missing. The values of a path with "*" are joined, without empty ones; if the column is
/// a list and joined values would be read back differently, they are in brackets. Of a duplicate
/// member the last one counts. The whole line is checked, not only the wanted columns; a line that
/// is not an object is a defect.
class JsonLines final : public RecordFormat {
public:
    static constexpr int kMostLevels = 200; // of nested objects and lists

    JsonLines(std::unique_ptr<ByteSource> source, const std::vector<WantedColumn>& wanted,
              std::string listSeparator = "|");

    const std::vector<std::string>& columns() const override { return columns_; }
    Result<bool> read(RecordBatch& batch, std::size_t wantedBytes) override {
        return blocks_.read(batch, wantedBytes);
    }
    void parse(RecordBatch& batch) const override;
    std::int64_t bytesRead() const override { return blocks_.bytesRead(); }

private:
    class Scan;

    LineBlocks blocks_;
    std::vector<std::string> columns_;
    std::vector<bool> areLists_; // [columns], as requested
    JsonPaths paths_;
    std::string listSeparator_;
};

} // namespace flip
