#include "core/data/import/import.h"

#include "core/base/embedded.h"
#include "core/data/import/typed_columns.h"

#include <algorithm>
#include <string_view>

namespace flip {

namespace {

constexpr std::string_view kFolder = "schemas/";
constexpr std::string_view kEnding = ".toml";

} // namespace

std::vector<std::string> presetNames() {
    std::vector<std::string> names = {kTypedColumnsPreset};
    for (const EmbeddedFile& file : embeddedFiles()) {
        if (file.path.starts_with(kFolder) && file.path.ends_with(kEnding)) {
            const auto length = file.path.size() - kFolder.size() - kEnding.size();
            names.emplace_back(file.path.substr(kFolder.size(), length));
        }
    }
    std::ranges::sort(names);
    return names;
}

Result<std::string> presetSchema(const std::string& preset) {
    if (preset == kTypedColumnsPreset) {
        return Problem{"the schema of \"" + preset +
                           "\" is made from the headers of the files when they are imported",
                       "preset"};
    }
    const std::string_view schema =
        embeddedFile(std::string(kFolder) + preset + std::string(kEnding));
    if (!schema.empty()) {
        return std::string(schema);
    }
    std::string known;
    for (const std::string& name : presetNames()) {
        known += (known.empty() ? "" : ", ") + name;
    }
    return Problem{"there is no preset \"" + preset + "\"; the presets are " + known +
                       ", and csv with a schema of your own",
                   "preset"};
}

} // namespace flip
