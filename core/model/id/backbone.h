#pragma once

#include "core/base/result.h"
#include "core/data/id_lists.h"
#include "core/model/id/row_mapping.h"
#include "core/model/layers.h"
#include "core/spec/run_spec.h"

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace flip {

class IdRows;

/// The options of an ID encoder: the table [id] of the recipe, and the facts from the dataset.
struct BackboneOptions : RunSpec::Id {
    BackboneOptions(const RunSpec::Id& recipe, std::int64_t fieldCount, std::int64_t idCount)
        : RunSpec::Id(recipe), fields(fieldCount), ids(idCount) {}

    std::int64_t fields;                      // F
    std::int64_t ids;                         // K
    std::vector<IdField> idFields;            // [F], or empty if only their number is known
    std::vector<std::int64_t> trainingCounts; // [K]; for ids that share rows, see mapIdsToRows()
    IdLists lists;                            // of the list fields
    std::vector<std::int64_t> itemFields;     // the fields of a history item, see historyFields()
    std::shared_ptr<IdRows> rows; // shared by the tables of a model; null: each has its own
};

/// A tabular model over ids: a feature vector for pretraining and a logit for finetuning.
class Backbone {
public:
    virtual ~Backbone() = default;

    virtual std::int64_t featureWidth() const = 0; // R

    /// ids [rows, fields] int64 -> [rows, R]. `rows` may be 0. A number of K or more refers to a
    /// list of ids, see IdLists. For a backbone that reads a history, its items follow the fields:
    /// [rows, fields + historyLength * historyFields()], item by item, with the fields of an item
    /// together. Missing items are 0 in every field.
    virtual at::Tensor features(const at::Tensor& ids, const ForwardMode& mode) const = 0;

    /// ids as above -> [rows].
    virtual at::Tensor logit(const at::Tensor& ids, const ForwardMode& mode) const = 0;
};

/// An entry of the backbone registry (registry.cpp): one line makes a backbone available
/// everywhere.
struct BackboneEntry {
    BackboneKind kind;
    std::string paper;
    std::unique_ptr<Backbone> (*make)(Parameters&, const Initialiser&, const std::string& prefix,
                                      const BackboneOptions&);
    bool pairsFields = false; // computes only pairs of fields, so it needs at least two
    Result<void> (*check)(const BackboneOptions&) = nullptr; // of options that must fit together
    bool readsHistory = false; // reads the items of a history after the fields
};

const std::vector<BackboneEntry>& backbones();

/// Checks that the backbone can be built with these options. Reads only the recipe and the names
/// and number of the fields.
Result<void> checkBackbone(BackboneKind kind, const BackboneOptions& options);

/// The columns, among all id fields, of the fields of a history item; empty for a backbone that
/// reads no history. The options must have been checked.
std::vector<std::int64_t> historyFields(BackboneKind kind, const BackboneOptions& options);

/// Creates the backbone with its parameters under `prefix` ("rec.") if checkBackbone() accepts it.
Result<std::unique_ptr<Backbone>> makeBackbone(BackboneKind kind, Parameters& parameters,
                                               const Initialiser& init, const std::string& prefix,
                                               const BackboneOptions& options);

/// Whether a parameter of this name is an id table (to which embedding_l2 applies).
bool isIdTable(std::string_view parameterName);

} // namespace flip
