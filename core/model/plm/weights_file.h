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

/// Named tensors of a model, in any container format. Opening reads the names, types and shapes and
/// checks that all data lies within the file; the numbers of a tensor are read on request. One
/// thread at a time.
class WeightsFile {
public:
    struct Entry {
        NumberType type = NumberType::F32;
        std::vector<std::int64_t> shape;
    };

    virtual ~WeightsFile() = default;
    WeightsFile(const WeightsFile&) = delete;
    WeightsFile& operator=(const WeightsFile&) = delete;

    const std::filesystem::path& path() const { return path_; } // of the index if there is one
    const std::map<std::string, Entry>& entries() const { return entries_; }

    /// "safetensors", "torch.save" or "torch.save (legacy)".
    virtual std::string_view container() const = 0;

    /// Reads one of the entries, row-major on the CPU; floating types are converted as in
    /// toTensor().
    virtual Result<at::Tensor> read(const std::string& name) const = 0;

    /// Compares the content with its hash if the file contains one.
    virtual Result<void> verify() const { return {}; }

protected:
    explicit WeightsFile(std::filesystem::path path) : path_(std::move(path)) {}

    std::filesystem::path path_;
    std::map<std::string, Entry> entries_;
};

/// The weights file of a model folder: the first that exists of model.safetensors,
/// model.safetensors.index.json, pytorch_model.bin and pytorch_model.bin.index.json.
Result<std::filesystem::path> findWeights(const std::filesystem::path& folder);

/// Opens the weights of a model folder; the content decides the format, not the file name. Damage
/// is a Problem that names the file. The files of an index are in the same folder.
Result<std::unique_ptr<WeightsFile>> openWeights(const std::filesystem::path& folder);

} // namespace flip
