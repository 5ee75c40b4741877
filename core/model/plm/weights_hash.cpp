#include "core/model/plm/weights_hash.h"

#include "core/base/files.h"
#include "core/base/hashing.h"
#include "core/model/plm/weights_file.h"

#include <nlohmann/json.hpp>

#include <map>
#include <mutex>
#include <set>
#include <system_error>
#include <vector>

namespace flip {

namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

/// The files that hold the weights: the single file, or those listed in the index.
Result<std::vector<fs::path>> weightFiles(const fs::path& folder) {
    const auto found = findWeights(folder);
    if (!found) {
        return found.problem();
    }
    if (found->extension() != ".json") {
        return std::vector<fs::path>{*found};
    }
    const auto text = readFile(*found);
    if (!text) {
        return text.problem();
    }
    const Json index = Json::parse(*text, nullptr, /*allow_exceptions=*/false);
    std::set<std::string> names;
    if (index.is_object() && index.contains("weight_map") && index["weight_map"].is_object()) {
        for (const auto& [tensor, file] : index["weight_map"].items()) {
            names.insert(file.is_string() ? file.get<std::string>() : std::string());
        }
    }
    std::vector<fs::path> files;
    for (const std::string& name : names) {
        files.push_back(folder / name);
    }
    return files;
}

/// The configuration in canonical form; a text that is not a JSON object is returned as it is.
std::string canonicalConfig(const std::string& text) {
    Json config = Json::parse(text, nullptr, /*allow_exceptions=*/false);
    if (!config.is_object()) {
        return text;
    }
    for (const char* origin :
         {"_name_or_path", "transformers_version", "torch_dtype", "dtype", "architectures"}) {
        config.erase(origin);
    }
    return config.dump(-1, ' ', /*ensure_ascii=*/false, Json::error_handler_t::replace);
}

/// The hash of a file, cached until its size or modification time changes.
Result<std::string> cachedFileHash(const fs::path& file) {
    struct Cached {
        std::uintmax_t size;
        fs::file_time_type time;
        std::string hash;
    };
    static std::mutex mutex; // guards `cache`
    static std::map<fs::path, Cached> cache;
    std::error_code error;
    const auto size = fs::file_size(file, error);
    const auto time = error ? fs::file_time_type() : fs::last_write_time(file, error);
    if (!error) {
        const std::lock_guard lock(mutex);
        const auto found = cache.find(file);
        if (found != cache.end() && found->second.size == size && found->second.time == time) {
            return found->second.hash;
        }
    }
    auto hash = fileHash(file);
    if (hash && !error) {
        const std::lock_guard lock(mutex);
        cache.insert_or_assign(file, Cached{size, time, *hash});
    }
    return hash;
}

} // namespace

Result<std::string> languageModelHash(const fs::path& folder) {
    const auto files = weightFiles(folder);
    if (!files) {
        return files.problem();
    }
    const auto config = readFile(folder / "config.json");
    if (!config) {
        return config.problem();
    }
    ContentHasher hasher;
    hasher.add(canonicalConfig(*config));
    for (const fs::path& file : *files) {
        const auto hash = cachedFileHash(file);
        if (!hash) {
            return hash.problem();
        }
        hasher.add(" " + *hash);
    }
    return hasher.digest();
}

} // namespace flip
