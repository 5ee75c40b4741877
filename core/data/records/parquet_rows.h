#pragma once

#include "core/base/result.h"
#include "core/data/records/record_format.h"

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace flip {

/// What the library libflip-parquet.so holds: the one part of the program that links Arrow. It is a
/// library of its own, loaded with the first Parquet file, since Arrow would double the time that
/// `flip` takes to start.
struct ParquetModule {
    /// As openParquet() in parquet_file.h.
    Result<std::unique_ptr<RecordFormat>> (*open)(const std::filesystem::path& file,
                                                  const std::vector<WantedColumn>& wanted,
                                                  const std::string& listSeparator,
                                                  const std::string& shownName);
};

inline constexpr const char* kParquetModuleFile = "libflip-parquet.so";
inline constexpr const char* kParquetModuleSymbol = "flipParquetModule";

/// Defined in that library alone.
extern "C" const ParquetModule flipParquetModule;

} // namespace flip
