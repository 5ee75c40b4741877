#include "core/model/plm/weights_file.h"

#include "core/base/files.h"
#include "core/model/parameters.h"
#include "core/model/plm/pickled_weights.h"

#include <nlohmann/json.hpp>

#include <array>
#include <fstream>
#include <system_error>

namespace flip {

namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

constexpr std::array<const char*, 4> kNames{"model.safetensors", "model.safetensors.index.json",
                                            "pytorch_model.bin", "pytorch_model.bin.index.json"};

class SafetensorsWeights final : public WeightsFile {
public:
    explicit SafetensorsWeights(SafetensorsFile file)
        : WeightsFile(file.path()), file_(std::move(file)) {
        for (const auto& [name, view] : file_.tensors()) {
            entries_[name] = {view.type, view.shape};
        }
    }

    std::string_view container() const override { return "safetensors"; }

    Result<at::Tensor> read(const std::string& name) const override {
        return toTensor(*file_.find(name));
    }

    Result<void> verify() const override { return file_.verify(); }

private:
    SafetensorsFile file_;
};

/// Several files with an index of which tensor is in which file.
class ShardedWeights final : public WeightsFile {
public:
    ShardedWeights(fs::path index, std::map<std::string, std::unique_ptr<WeightsFile>> shards,
                   std::map<std::string, const WeightsFile*> places)
        : WeightsFile(std::move(index)), shards_(std::move(shards)), places_(std::move(places)) {
        for (const auto& [name, shard] : places_) {
            entries_[name] = shard->entries().at(name);
        }
    }

    std::string_view container() const override { return shards_.begin()->second->container(); }

    Result<at::Tensor> read(const std::string& name) const override {
        return places_.at(name)->read(name);
    }

    Result<void> verify() const override {
        for (const auto& [name, shard] : shards_) {
            if (auto verified = shard->verify(); !verified) {
                return verified;
            }
        }
        return {};
    }

private:
    std::map<std::string, std::unique_ptr<WeightsFile>> shards_; // by file name
    std::map<std::string, const WeightsFile*> places_;           // by tensor name
};

Result<std::unique_ptr<WeightsFile>> openOne(const fs::path& file) {
    std::string beginning(512, '\0');
    {
        std::error_code ignored;
        std::ifstream stream(file, std::ios::binary);
        if (!stream || fs::is_directory(file, ignored)) {
            return Problem{"cannot be read; get the model's weights again", file.string()};
        }
        stream.read(beginning.data(), static_cast<std::streamsize>(beginning.size()));
        beginning.resize(static_cast<std::size_t>(stream.gcount()));
    }
    const std::string where = file.string();
    if (beginning.starts_with("version https://git-lfs")) {
        return Problem{"is a Git LFS pointer, not the weights; run 'git lfs pull' in its folder",
                       where};
    }
    if (isPickledWeights(beginning)) {
        return openPickledWeights(file);
    }
    // A safetensors file: the size of the JSON header, then the header.
    if (file.extension() == ".safetensors" || (beginning.size() > 8 && beginning[8] == '{')) {
        auto opened = SafetensorsFile::open(file);
        if (!opened) {
            return opened.problem();
        }
        return std::unique_ptr<WeightsFile>(
            std::make_unique<SafetensorsWeights>(std::move(*opened)));
    }
    if (beginning.size() > 262 && beginning.substr(257, 5) == "ustar") {
        return Problem{"was written by PyTorch before 0.1.10; save it again with a newer PyTorch",
                       where};
    }
    return Problem{"is not a weights file: neither safetensors nor torch.save; get it again",
                   where};
}

/// {"weight_map": {"tensor": "file", ...}}
Result<std::unique_ptr<WeightsFile>> openIndex(const fs::path& index) {
    const auto text = readFile(index);
    if (!text) {
        return text.problem();
    }
    const Json json = Json::parse(*text, nullptr, /*allow_exceptions=*/false);
    const Problem notAnIndex{
        "is not an index of weights: its weight_map names no files; get it again", index.string()};
    if (!json.is_object() || !json.contains("weight_map") || !json["weight_map"].is_object() ||
        json["weight_map"].empty()) {
        return notAnIndex;
    }
    std::map<std::string, std::unique_ptr<WeightsFile>> shards;
    std::map<std::string, const WeightsFile*> places;
    for (const auto& [name, value] : json["weight_map"].items()) {
        if (!value.is_string()) {
            return notAnIndex;
        }
        const auto file = value.get<std::string>();
        if (file.empty() || fs::path(file).filename() != file || file == "..") {
            return Problem{"names the file '" + file +
                               "', which is not a file in the same folder; get it again",
                           index.string()};
        }
        auto& shard = shards[file];
        if (shard == nullptr) {
            auto opened = openOne(index.parent_path() / file);
            if (!opened) {
                return opened.problem();
            }
            shard = std::move(*opened);
        }
        if (!shard->entries().contains(name)) {
            return Problem{"lacks the tensor '" + name + "', which " + index.filename().string() +
                               " lists for it; get both again",
                           shard->path().string()};
        }
        places[name] = shard.get();
    }
    return std::unique_ptr<WeightsFile>(
        std::make_unique<ShardedWeights>(index, std::move(shards), std::move(places)));
}

} // namespace

Result<fs::path> findWeights(const fs::path& folder) {
    std::error_code ignored;
    for (const char* name : kNames) {
        if (fs::exists(folder / name, ignored)) {
            return folder / name;
        }
    }
    return Problem{"holds no model.safetensors and no pytorch_model.bin; the weights are missing, "
                   "get them from where the model came from",
                   folder.string()};
}

Result<std::unique_ptr<WeightsFile>> openWeights(const fs::path& folder) {
    const auto file = findWeights(folder);
    if (!file) {
        return file.problem();
    }
    return file->extension() == ".json" ? openIndex(*file) : openOne(*file);
}

} // namespace flip
