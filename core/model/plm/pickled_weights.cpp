#include "core/model/plm/pickled_weights.h"

#include "core/base/files.h"
#include "core/base/state_dict.h"
#include "core/model/parameters.h"

#include <torch/torch.h>

#include <caffe2/serialize/inline_container.h>

#include <optional>
#include <string>
#include <utility>

namespace flip {

namespace {

namespace fs = std::filesystem;
using caffe2::serialize::PyTorchStreamReader;

constexpr std::string_view kZip{"PK\x03\x04", 4};
constexpr std::size_t kLongestPickle = std::size_t{256} << 20;

std::map<std::string, WeightsFile::Entry> entriesOf(const StateDict& dict) {
    std::map<std::string, WeightsFile::Entry> entries;
    for (const auto& [name, tensor] : dict.tensors) {
        entries[name] = {tensor.type, tensor.shape};
    }
    return entries;
}

at::Tensor tensorIn(const PickledTensor& tensor, std::string_view storage) {
    const std::size_t size = numberSize(tensor.type);
    const auto bytes = static_cast<std::size_t>(tensor.count()) * size;
    if (tensor.isContiguous()) {
        const auto begin = static_cast<std::size_t>(tensor.offset) * size;
        return toTensor({tensor.type, tensor.shape, storage.substr(begin, bytes)});
    }
    std::string gathered(bytes, '\0');
    copyTensor(tensor, storage, gathered.data());
    return toTensor({tensor.type, tensor.shape, gathered});
}

/// The older form: the whole file in memory's view, storages behind the pickles.
class LegacyWeights final : public WeightsFile {
public:
    LegacyWeights(fs::path path, MappedFile file, LegacyStateDict content)
        : WeightsFile(std::move(path)), file_(std::move(file)), content_(std::move(content)) {
        entries_ = entriesOf(content_.dict);
    }

    std::string_view container() const override { return "torch.save (legacy)"; }

    Result<at::Tensor> read(const std::string& name) const override {
        const PickledTensor& tensor = content_.dict.tensors.at(name);
        return tensorIn(tensor, content_.storages.at(tensor.storage));
    }

private:
    MappedFile file_;
    LegacyStateDict content_; // views of the file
};

/// The zip form. LibTorch knows the archive; what its pickle says is read by our own reader.
class ZipWeights final : public WeightsFile {
public:
    ZipWeights(fs::path path, std::unique_ptr<PyTorchStreamReader> archive, StateDict dict)
        : WeightsFile(std::move(path)), archive_(std::move(archive)), dict_(std::move(dict)) {
        entries_ = entriesOf(dict_);
    }

    std::string_view container() const override { return "torch.save"; }

    Result<at::Tensor> read(const std::string& name) const override {
        const PickledTensor& tensor = dict_.tensors.at(name);
        try {
            if (tensor.storage != storageKey_ || storageBytes_.empty()) {
                auto [data, size] = archive_->getRecord("data/" + tensor.storage);
                storage_ = std::move(data);
                storageBytes_ = {static_cast<const char*>(storage_.get()), size};
                storageKey_ = tensor.storage;
            }
        } catch (const c10::Error&) {
            storageBytes_ = {};
            return Problem{"the numbers of the tensor '" + name +
                               "' cannot be read; the file is damaged, get it again",
                           path_.string()};
        }
        return tensorIn(tensor, storageBytes_);
    }

private:
    std::unique_ptr<PyTorchStreamReader> archive_;
    StateDict dict_;
    // The storage read last: tensors that share one mostly follow each other.
    mutable at::DataPtr storage_;
    mutable std::string_view storageBytes_;
    mutable std::string storageKey_;
};

Problem damagedArchive(const fs::path& file) {
    return {"is cut off or damaged: the archive's table of contents cannot be read; get it again",
            file.string()};
}

/// Whether every storage that a tensor needs is in the archive, as large as it is said to be.
Result<void> checkStorages(PyTorchStreamReader& archive, const StateDict& dict,
                           std::uint64_t fileSize, const std::string& where) {
    for (const auto& [name, tensor] : dict.tensors) {
        const std::string record = "data/" + tensor.storage;
        const std::uint64_t stated = dict.storages.at(tensor.storage).bytes();
        if (!archive.hasRecord(record)) {
            return Problem{"lacks the numbers of the tensor '" + name +
                               "'; the file is damaged, get it again",
                           where};
        }
        if (const std::uint64_t size = archive.getRecordSize(record); size != stated) {
            return Problem{"holds " + std::to_string(size) + " bytes for the tensor '" + name +
                               "' where it says " + std::to_string(stated) +
                               "; the file is damaged, get it again",
                           where};
        }
        if (stated > fileSize) {
            return Problem{"is compressed, which torch.save never does; save the model again",
                           where};
        }
    }
    return {};
}

Result<std::unique_ptr<WeightsFile>> openArchive(const fs::path& file, std::uint64_t fileSize) {
    const std::string where = file.string();
    auto archive = std::make_unique<PyTorchStreamReader>(where);
    const auto text = [&](const char* record) -> std::optional<std::string> {
        if (!archive->hasRecord(record) || archive->getRecordSize(record) > fileSize ||
            archive->getRecordSize(record) > kLongestPickle) {
            return std::nullopt;
        }
        const auto [data, size] = archive->getRecord(record);
        return std::string(static_cast<const char*>(data.get()), size);
    };
    const auto pickle = text("data.pkl");
    if (!pickle) {
        return Problem{"is an archive of something else: it holds no data.pkl; name a file that "
                       "torch.save wrote",
                       where};
    }
    if (const auto order = text("byteorder"); order && order->starts_with("big")) {
        return Problem{"was written on a big-endian machine; save it again as model.safetensors",
                       where};
    }
    auto dict = readStateDict(*pickle, where);
    if (!dict) {
        return dict.problem();
    }
    if (auto sound = checkStorages(*archive, *dict, fileSize, where); !sound) {
        return sound.problem();
    }
    return std::unique_ptr<WeightsFile>(
        std::make_unique<ZipWeights>(file, std::move(archive), std::move(*dict)));
}

} // namespace

bool isPickledWeights(std::string_view beginning) {
    return beginning.starts_with(kZip) || isLegacyStateDict(beginning);
}

Result<std::unique_ptr<WeightsFile>> openPickledWeights(const fs::path& file) {
    auto mapped = MappedFile::open(file);
    if (!mapped) {
        return mapped.problem();
    }
    if (mapped->bytes().starts_with(kZip)) {
        try {
            return openArchive(file, mapped->size());
        } catch (const c10::Error&) {
            return damagedArchive(file);
        }
    }
    auto content = readLegacyStateDict(mapped->bytes(), file.string());
    if (!content) {
        return content.problem();
    }
    return std::unique_ptr<WeightsFile>(
        std::make_unique<LegacyWeights>(file, std::move(*mapped), std::move(*content)));
}

} // namespace flip
