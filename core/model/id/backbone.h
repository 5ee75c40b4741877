#pragma once

#include "core/base/result.h"
#include "core/data/id_lists.h"
#include "core/model/id/table_form.h"
#include "core/model/layers.h"
#include "core/spec/run_spec.h"

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace flip {

class IdRows;

/// What an ID encoder is made of: the recipe's table [id], and what the dataset adds to it.
struct BackboneOptions : RunSpec::Id {
    BackboneOptions(const RunSpec::Id& recipe, std::int64_t fieldCount, std::int64_t idCount)
        : RunSpec::Id(recipe), fields(fieldCount), ids(idCount) {}

    std::int64_t fields;                      // F
    std::int64_t ids;                         // K
    std::vector<IdField> idFields;            // [F], or empty where only their number is known
    std::vector<std::int64_t> trainingCounts; // [K]; where ids share rows, see tableForm()
    IdLists lists;                            // of fields whose values are lists of ids
    std::vector<std::int64_t> itemFields;     // columns behind the fields, as historyFields() says
    std::shared_ptr<IdRows> rows; // shared by a model's tables; without it each has its own
};

/// A tabular model over ids: a feature vector for pretraining and a logit for finetuning.
class Backbone {
public:
    virtual ~Backbone() = default;

    virtual std::int64_t featureWidth() const = 0; // R

    /// ids [rows, fields] int64 -> [rows, R]. Any number of rows, none included. A number of K or
    /// more stands for a list of ids, as IdLists says. Behind the fields of a backbone that reads
    /// a history stand its items, [rows, fields + historyLength * historyFields()], item by item,
    /// the fields of each together; items that a row has not are 0 in every field.
    virtual at::Tensor features(const at::Tensor& ids, const ForwardMode& mode) const = 0;

    /// ids as above -> [rows].
    virtual at::Tensor logit(const at::Tensor& ids, const ForwardMode& mode) const = 0;
};

/// A row of the backbone registry (registry.cpp): one line makes a backbone known everywhere.
struct BackboneEntry {
    BackboneKind kind;
    std::string paper;
    std::unique_ptr<Backbone> (*make)(Parameters&, const Initialiser&, const std::string& prefix,
                                      const BackboneOptions&);
    bool pairsFields = false; // computes nothing but pairs of fields: needs two of them
    Result<void> (*check)(const BackboneOptions&) = nullptr; // of options that must fit each other
    bool readsHistory = false; // wants the items of a history behind the fields
};

const std::vector<BackboneEntry>& backbones();

/// Whether the backbone can be made of these options; else what to change, and where. Reads
/// no more than the recipe and the names and number of fields.
Result<void> checkBackbone(BackboneKind kind, const BackboneOptions& options);

/// The columns of the fields, among all id fields, that make an item of the history which the
/// backbone reads; none for a backbone that reads no history. The options have been checked.
std::vector<std::int64_t> historyFields(BackboneKind kind, const BackboneOptions& options);

/// Adds the backbone's parameters under `prefix` ("rec."), if checkBackbone() lets it.
Result<std::unique_ptr<Backbone>> makeBackbone(BackboneKind kind, Parameters& parameters,
                                               const Initialiser& init, const std::string& prefix,
                                               const BackboneOptions& options);

/// Whether a parameter's name is one of the id tables (what embedding_l2 weighs).
bool isIdTable(std::string_view parameterName);

} // namespace flip
