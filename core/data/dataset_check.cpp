#include "core/data/dataset_check.h"

#include "core/base/files.h"
#include "core/base/hashing.h"
#include "core/data/dataset.h"
#include "core/data/manifest.h"

#include <nlohmann/json.hpp>

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <system_error>
#include <utility>

namespace flip {

namespace {

constexpr const char* kAdvice = "; import the dataset again";

/// Whether the text is formatted as by Manifest::toJson(). The manifest's own checksum covers its
/// values, not the whitespace between them.
bool isAsWritten(const std::string& text) {
    const auto json = nlohmann::json::parse(text, nullptr, /*allow_exceptions=*/false);
    return !json.is_discarded() &&
           json.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + "\n" == text;
}

std::optional<Problem> checkColumn(const std::filesystem::path& file, const ColumnFile& column) {
    std::error_code error;
    const std::uintmax_t bytes = std::filesystem::file_size(file, error);
    if (error) {
        return Problem{"the file is missing or cannot be read: " + error.message() + kAdvice,
                       file.string()};
    }
    if (!std::cmp_equal(bytes, column.bytes)) {
        return Problem{"the file is damaged: it has " + std::to_string(bytes) +
                           " bytes instead of " + std::to_string(column.bytes) + kAdvice,
                       file.string()};
    }
    const auto hash = fileHash(file);
    if (!hash) {
        return hash.problem();
    }
    if (*hash != column.hash) {
        return Problem{std::string("the file is damaged: its content is not what was written") +
                           kAdvice,
                       file.string()};
    }
    return std::nullopt;
}

/// For a dataset without a readable manifest: each file is named after its content hash.
void checkColumnsByName(const std::filesystem::path& folder, const FileCallback& watch,
                        std::vector<Problem>& problems) {
    std::error_code error;
    for (std::filesystem::directory_iterator entry(folder / "columns", error), end;
         !error && entry != end; entry.increment(error)) {
        const std::filesystem::path& file = entry->path();
        std::error_code gone;
        const auto bytes = static_cast<std::int64_t>(std::filesystem::file_size(file, gone));
        if (file.extension() != ".bin") {
            continue;
        }
        watch(file);
        if (auto problem = checkColumn(file, {file.stem().string(), bytes})) {
            problems.push_back(std::move(*problem));
        }
    }
}

} // namespace

std::vector<Problem> checkDatasetFiles(const std::filesystem::path& folder,
                                       const FileCallback& watch) {
    const std::filesystem::path manifestFile = folder / Manifest::kFileName;
    watch(manifestFile);
    std::vector<Problem> problems;
    const auto text = readFile(manifestFile);
    const auto manifest =
        text ? Manifest::fromJson(*text, manifestFile.string()) : Result<Manifest>(text.problem());
    if (!manifest) {
        problems.push_back(manifest.problem());
        checkColumnsByName(folder, watch, problems);
        return problems;
    }
    if (!isAsWritten(*text)) {
        problems.push_back({std::string("the manifest is damaged: its content can still be read, "
                                        "but its whitespace is not what was written") +
                                kAdvice,
                            manifestFile.string()});
    }
    std::set<std::string> seen; // equal columns share a file
    for (const ColumnFile& column : manifest->files()) {
        if (!seen.insert(column.hash).second) {
            continue;
        }
        const std::filesystem::path file = folder / "columns" / column.fileName();
        watch(file);
        if (auto problem = checkColumn(file, column)) {
            problems.push_back(std::move(*problem));
        }
    }
    if (!problems.empty()) {
        return problems;
    }
    const auto dataset = Dataset::open(folder);
    return dataset ? dataset->verifyNumbers() : std::vector<Problem>{dataset.problem()};
}

} // namespace flip
