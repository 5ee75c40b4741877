#include "core/data/parquet_rows.h"

#if !defined(FLIP_PARQUET)

namespace flip {

bool parquetIsBuiltIn() {
    return false;
}

Result<std::unique_ptr<RecordFormat>> openParquet(const std::filesystem::path&,
                                                  const std::vector<std::string>&,
                                                  const std::string&,
                                                  const std::string& shownName) {
    return Problem{"cannot be read: Parquet is not built in; configure the build with "
                   "-DFLIP_PARQUET=ON, or turn the file into csv",
                   shownName};
}

} // namespace flip

#endif
