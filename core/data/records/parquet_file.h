#pragma once

#include "core/base/result.h"
#include "core/data/records/record_format.h"

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace flip {

/// Advice for users whose program was built without Parquet.
inline constexpr const char* kParquetAdvice =
    "run installer/run.sh, which fetches the Parquet reader (pyarrow) and builds it in, or convert "
    "the file to csv";

/// Whether this program was built with Arrow, which reads Parquet.
bool parquetIsBuiltIn();

/// Opens a Parquet file. Its columns are all top-level ones, but only the cells of `wanted` are
/// filled; others stay empty. Numbers, strings and booleans ("true", "false") become text, dates
/// and times seconds since 1970; missing values and NaN become the empty value. The values of a
/// list are joined by `listSeparator`, or are in brackets if the column is a list and joined values
/// would be read back differently. A record's line is its row, from 1. A wanted column of another
/// type, a damaged file, or a program without Arrow is a Problem, which names the file as
/// `shownName`. The first file loads Arrow.
Result<std::unique_ptr<RecordFormat>> openParquet(const std::filesystem::path& file,
                                                  const std::vector<WantedColumn>& wanted,
                                                  const std::string& listSeparator,
                                                  const std::string& shownName);

} // namespace flip
