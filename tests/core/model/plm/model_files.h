#pragma once

#include "core/formats/safetensors.h"
#include "core/model/parameters.h"
#include "core/model/plm/text_parameters.h"
#include "tests/core/formats/pickle_bytes.h"

#include <QtCore/QTemporaryDir>

#include <caffe2/serialize/inline_container.h>
#include <torch/types.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <string>

namespace flip::test {

/// A temporary folder for model files.
class ModelFiles {
public:
    std::filesystem::path path() const { return folder_.path().toStdString(); }

    void write(const std::string& name, const std::string& content) const {
        std::ofstream(path() / name, std::ios::binary) << content;
    }

    /// Writes a safetensors file whose tensors are filled with `number`.
    void writeTensors(const std::string& name, const std::vector<TextParameter>& tensors,
                      const std::string& prefix = "", double number = 1,
                      at::ScalarType type = at::kFloat) const {
        std::map<std::string, TensorView> views;
        std::vector<at::Tensor> held;
        for (const TextParameter& tensor : tensors) {
            held.push_back(at::full(tensor.shape, number, type));
            views[prefix + tensor.name] = viewOf(held.back());
        }
        if (!writeSafetensors(path() / name, views)) {
            throw std::runtime_error("a safetensors file cannot be written");
        }
    }

    /// Writes an archive as torch.save does, with these records.
    void writeArchive(const std::string& name,
                      const std::map<std::string, std::string>& records) const {
        caffe2::serialize::PyTorchStreamWriter writer((path() / name).string());
        for (const auto& [record, content] : records) {
            writer.writeRecord(record, content.data(), content.size());
        }
        writer.writeEndOfFile();
    }

private:
    QTemporaryDir folder_;
};

/// A tiny encoder with every parameter that its family has.
inline TextConfig tinyConfig(TextConfig::Family family = TextConfig::Family::Bert) {
    TextConfig config;
    config.family = family;
    config.layers = 1;
    config.heads = 2;
    config.hidden = 4;
    config.intermediate = 6;
    config.vocabulary = 9;
    config.positions = 8;
    config.tokenTypes = family == TextConfig::Family::DistilBert ? 0 : 2;
    return config;
}

} // namespace flip::test
