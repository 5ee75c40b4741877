#pragma once

#include "core/base/result.h"
#include "core/data/records/record_format.h"

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace flip {

/// The content of the library libflip-parquet.so, the only part of the program that links Arrow. It
/// is a separate library, loaded with the first Parquet file, since Arrow would double the start-up
/// time of `flip`.
struct ParquetModule {
    /// See openParquet() in parquet_file.h.
    Result<std::unique_ptr<RecordFormat>> (*open)(const std::filesystem::path& file,
                                                  const std::vector<WantedColumn>& wanted,
                                                  const std::string& listSeparator,
                                                  const std::string& shownName);
};

inline constexpr const char* kParquetModuleFile = "libflip-parquet.so";
inline constexpr const char* kParquetModuleSymbol = "flipParquetModule";

/// Defined only in that library.
extern "C" const ParquetModule flipParquetModule;

} // namespace flip
