#include "core/model/plm/pickled_weights.h"

#include "core/base/files.h"
#include "core/formats/state_dict.h"
#include "core/formats/zip_records.h"
#include "core/model/parameters.h"

#include <torch/types.h>

#include <functional>
#include <memory>
#include <set>
#include <string>
#include <utility>

namespace flip {

namespace {

namespace fs = std::filesystem;

constexpr std::string_view kZip{"PK\x03\x04", 4};

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

/// The legacy format: a view of the whole file, storages after the pickles.
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

/// The zip format: a view of the file. The checksum of a record is verified before it is used.
class ZipWeights final : public WeightsFile {
public:
    static Result<std::unique_ptr<WeightsFile>> open(const fs::path& file, MappedFile mapped);

    std::string_view container() const override { return "torch.save"; }

    Result<at::Tensor> read(const std::string& name) const override {
        const PickledTensor& tensor = dict_.tensors.at(name);
        const auto storage = text("data/" + tensor.storage);
        if (!storage) {
            return storage.problem();
        }
        return tensorIn(tensor, *storage);
    }

private:
    ZipWeights(fs::path path, MappedFile file, ZipRecords records)
        : WeightsFile(std::move(path)), file_(std::move(file)), records_(std::move(records)) {
        // All record names begin with the name of the packed folder.
        const auto first = records_.begin();
        const std::size_t slash = first == records_.end() ? 0 : first->first.find('/') + 1;
        folder_ = slash == 0 ? "" : first->first.substr(0, slash);
    }

    const ZipRecord* find(const std::string& record) const {
        const auto found = records_.find(folder_ + record);
        return found == records_.end() ? nullptr : &found->second;
    }
    Result<std::string_view> text(const std::string& record) const;
    Result<void> checkStorages() const;

    MappedFile file_;
    ZipRecords records_; // views of the file
    std::string folder_;
    StateDict dict_;
    mutable std::set<std::string, std::less<>> verified_; // records whose checksum was verified
};

/// The bytes of a record, which must exist.
Result<std::string_view> ZipWeights::text(const std::string& record) const {
    const ZipRecord& found = *find(record);
    if (!verified_.contains(record)) {
        if (found.isCompressed) {
            return Problem{"is compressed, which torch.save never does; save the model again",
                           path_.string()};
        }
        if (!found.isSound()) {
            return Problem{"the record '" + record +
                               "' is damaged: its checksum differs; get the file again",
                           path_.string()};
        }
        verified_.insert(record);
    }
    return found.bytes;
}

/// Checks that every storage that a tensor needs is in the archive with its stated size.
Result<void> ZipWeights::checkStorages() const {
    for (const auto& [name, tensor] : dict_.tensors) {
        const ZipRecord* record = find("data/" + tensor.storage);
        const std::uint64_t stated = dict_.storages.at(tensor.storage).bytes();
        if (record == nullptr) {
            return Problem{"lacks the numbers of the tensor '" + name +
                               "'; the file is damaged, get it again",
                           path_.string()};
        }
        if (record->size != stated) {
            return Problem{"holds " + std::to_string(record->size) + " bytes for the tensor '" +
                               name + "' where it says " + std::to_string(stated) +
                               "; the file is damaged, get it again",
                           path_.string()};
        }
        if (record->isCompressed) {
            return Problem{"is compressed, which torch.save never does; save the model again",
                           path_.string()};
        }
    }
    return {};
}

Result<std::unique_ptr<WeightsFile>> ZipWeights::open(const fs::path& file, MappedFile mapped) {
    const std::string where = file.string();
    auto records = readZipRecords(mapped.bytes(), where);
    if (!records) {
        return records.problem();
    }
    std::unique_ptr<ZipWeights> weights(
        new ZipWeights(file, std::move(mapped), std::move(*records)));
    if (weights->find("data.pkl") == nullptr) {
        return Problem{"is not an archive of torch.save: it holds no data.pkl; name a file that "
                       "torch.save wrote",
                       where};
    }
    if (weights->find("byteorder") != nullptr) {
        const auto order = weights->text("byteorder");
        if (!order) {
            return order.problem();
        }
        if (order->starts_with("big")) {
            return Problem{
                "was written on a big-endian machine; save it again as model.safetensors", where};
        }
    }
    const auto pickle = weights->text("data.pkl");
    if (!pickle) {
        return pickle.problem();
    }
    auto dict = readStateDict(*pickle, where);
    if (!dict) {
        return dict.problem();
    }
    weights->dict_ = std::move(*dict);
    weights->entries_ = entriesOf(weights->dict_);
    if (auto sound = weights->checkStorages(); !sound) {
        return sound.problem();
    }
    return std::unique_ptr<WeightsFile>(std::move(weights));
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
        return ZipWeights::open(file, std::move(*mapped));
    }
    auto content = readLegacyStateDict(mapped->bytes(), file.string());
    if (!content) {
        return content.problem();
    }
    return std::unique_ptr<WeightsFile>(
        std::make_unique<LegacyWeights>(file, std::move(*mapped), std::move(*content)));
}

} // namespace flip
