#pragma once

#include "core/base/result.h"
#include "core/data/id_lists.h"
#include "core/model/id/table_form.h"
#include "core/model/layers.h"

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace flip {

class IdRows;

/// Sizes of an ID encoder. `fields` F and `ids` K come from the dataset, the rest from the spec.
struct BackboneOptions {
    std::int64_t fields = 0;
    std::int64_t ids = 0;
    std::int64_t embeddingDim = 32;
    std::vector<std::int64_t> hidden;
    std::int64_t crossLayers = 2;
    std::int64_t experts = 4;
    std::int64_t rank = 32;
    double dropout = 0;
    double initStd = 1e-4;
    IdLists lists; // of fields whose values are lists of ids

    std::vector<IdField> idFields;            // [fields], or empty where only their number is known
    std::vector<std::int64_t> trainingCounts; // [ids]; needed for the next two
    std::int64_t minCount = 1;                // as tableForm() says
    std::int64_t hashBuckets = 0;

    std::shared_ptr<IdRows> rows; // shared by a model's tables; without it each has its own
};

/// A tabular model over ids: a feature vector for pretraining and a logit for finetuning.
class Backbone {
public:
    virtual ~Backbone() = default;

    virtual std::int64_t featureWidth() const = 0; // R

    /// ids [rows, fields] int64 -> [rows, R]. Any number of rows, none included. A number of K or
    /// more stands for a list of ids, as IdLists says.
    virtual at::Tensor features(const at::Tensor& ids, const ForwardMode& mode) const = 0;

    /// ids [rows, fields] int64 -> [rows].
    virtual at::Tensor logit(const at::Tensor& ids, const ForwardMode& mode) const = 0;
};

/// A row of the backbone registry (registry.cpp): one line makes a backbone known everywhere.
struct BackboneEntry {
    std::string name;
    std::string paper;
    std::unique_ptr<Backbone> (*make)(Parameters&, const Initialiser&, const std::string& prefix,
                                      const BackboneOptions&);
};

const std::vector<BackboneEntry>& backbones();

/// Adds the named backbone's parameters under `prefix` ("rec."); an unknown name is a Problem.
Result<std::unique_ptr<Backbone>> makeBackbone(const std::string& name, Parameters& parameters,
                                               const Initialiser& init, const std::string& prefix,
                                               const BackboneOptions& options);

/// Whether a parameter's name is one of the id tables (what embedding_l2 weighs).
bool isIdTable(std::string_view parameterName);

} // namespace flip
