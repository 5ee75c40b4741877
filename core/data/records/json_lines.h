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

/// A text file with a JSON object a line (RFC 8259). A column is a path, as JsonPaths says. Its
/// cell is a text unescaped, a number or true or false as it is spelled, a list or an object as it
/// is written; empty where it is null or missing. The values of a path with "*" are joined, empty
/// ones left out; where the column is a list and they would be read as others, they stand in
/// brackets. Of a member that stands twice the last counts. All of a line is checked, wanted or
/// not; one that is no object is a defect.
class JsonLines final : public RecordFormat {
public:
    static constexpr int kMostLevels = 200; // of objects and lists in each other

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
    std::vector<bool> areLists_; // [columns], as they are wanted
    JsonPaths paths_;
    std::string listSeparator_;
};

} // namespace flip
