#pragma once

#include "core/base/result.h"
#include "core/data/records/record_format.h"

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace flip {

/// What a person can do whose program was built without Parquet.
inline constexpr const char* kParquetAdvice =
    "run installer/run.sh, which fetches what reads it (pyarrow) and builds it in, or turn the "
    "file into csv";

/// Whether this program was built with Arrow, which reads Parquet.
bool parquetIsBuiltIn();

/// Opens a Parquet file. Its columns are all top-level ones, but only the cells of `wanted` are
/// filled, others stay empty. Numbers, texts and booleans ("true", "false") become text, dates and
/// times the seconds since 1970; what is missing or no number becomes the empty value; the values
/// of a list are joined by `listSeparator`, or stand in brackets where the column is a list and
/// they would be read as others. A record's line is its row, from 1. A wanted column of another
/// type is a Problem, as is a damaged file or a program without Arrow; `shownName` stands in it.
/// The first file loads Arrow.
Result<std::unique_ptr<RecordFormat>> openParquet(const std::filesystem::path& file,
                                                  const std::vector<WantedColumn>& wanted,
                                                  const std::string& listSeparator,
                                                  const std::string& shownName);

} // namespace flip
