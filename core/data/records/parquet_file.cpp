#include "core/data/records/parquet_file.h"

#if defined(FLIP_PARQUET)
#include "core/base/installed.h"
#include "core/data/records/parquet_rows.h"

#include <dlfcn.h>
#endif

namespace flip {

#if !defined(FLIP_PARQUET)

bool parquetIsBuiltIn() {
    return false;
}

Result<std::unique_ptr<RecordFormat>> openParquet(const std::filesystem::path&,
                                                  const std::vector<WantedColumn>&,
                                                  const std::string&,
                                                  const std::string& shownName) {
    return Problem{std::string("cannot be read: Parquet is not built in; ") + kParquetAdvice,
                   shownName};
}

#else

bool parquetIsBuiltIn() {
    return true;
}

Result<std::unique_ptr<RecordFormat>> openParquet(const std::filesystem::path& file,
                                                  const std::vector<WantedColumn>& wanted,
                                                  const std::string& listSeparator,
                                                  const std::string& shownName) {
    const auto path = installedPart(kParquetModuleFile);
    // A library is loaded only once. RTLD_LOCAL hides the OpenSSL in Arrow from the other libraries
    // of this program.
    void* const library = ::dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
    const void* const found = library == nullptr ? nullptr : ::dlsym(library, kParquetModuleSymbol);
    if (found == nullptr) {
        return Problem{std::string("cannot be read: this program's Parquet library cannot be "
                                   "loaded (") +
                           ::dlerror() + "); build or install the program again",
                       shownName, /*systemError=*/true};
    }
    return static_cast<const ParquetModule*>(found)->open(file, wanted, listSeparator, shownName);
}

#endif

} // namespace flip
