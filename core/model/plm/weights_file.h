#pragma once

#include "core/base/result.h"
#include "core/formats/safetensors.h"

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace flip {

/// Named tensors of a model, whatever they are kept in. Opening reads what is there and checks that
/// all of it lies within the file; a tensor's numbers are read when they are asked for. One thread
/// at a time.
class WeightsFile {
public:
    struct Entry {
        NumberType type = NumberType::F32;
        std::vector<std::int64_t> shape;
    };

    virtual ~WeightsFile() = default;
    WeightsFile(const WeightsFile&) = delete;
    WeightsFile& operator=(const WeightsFile&) = delete;

    const std::filesystem::path& path() const { return path_; } // of the index where there is one
    const std::map<std::string, Entry>& entries() const { return entries_; }

    /// "safetensors", "torch.save" or "torch.save (legacy)".
    virtual std::string_view container() const = 0;

    /// The numbers of one of the entries, row-major on the CPU; floating ones as toTensor() has it.
    virtual Result<at::Tensor> read(const std::string& name) const = 0;

    /// Compares the content with its hash where the file states one.
    virtual Result<void> verify() const { return {}; }

protected:
    explicit WeightsFile(std::filesystem::path path) : path_(std::move(path)) {}

    std::filesystem::path path_;
    std::map<std::string, Entry> entries_;
};

/// Which file of a model folder holds its weights: model.safetensors, model.safetensors.index.json,
/// pytorch_model.bin or pytorch_model.bin.index.json, the first that is there.
Result<std::filesystem::path> findWeights(const std::filesystem::path& folder);

/// Opens them; what is inside decides how, not the file's name. Damage is a Problem that names the
/// file. Files of an index lie beside it.
Result<std::unique_ptr<WeightsFile>> openWeights(const std::filesystem::path& folder);

} // namespace flip
