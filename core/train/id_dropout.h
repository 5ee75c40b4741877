#pragma once

#include "core/base/random_stream.h"
#include "core/data/dataset.h"
#include "core/spec/run_spec.h"

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace flip {

class Batcher;
class IdRows;

/// Which ids of the rows are unknown. [rows, F] bool, on the CPU
at::Tensor unknownIdsOf(const IdRows& idRows, const Batcher& batcher,
                        std::span<const std::int64_t> rows);

/// Replaces ids by the unknown id while a click model is trained, so that the model learns to
/// predict for users and items that are not in the training split (after Volkovs et al.,
/// DropoutNet, NeurIPS 2017). Immutable after construction; any thread.
class IdDropout {
public:
    /// Reads finetune.unknown_rate and finetune.unknown_fields; the names must have been checked by
    /// checkUnknownFields(). `inValidation` [rows, F] bool, on the CPU, are the unknown ids of some
    /// validation rows; needed if drawsFromValidation(), else ignored.
    IdDropout(const RunSpec& spec, const Dataset& dataset, const at::Tensor& inValidation = {});

    static bool drawsFromValidation(const RunSpec& spec);

    /// Returns ids [rows, F or more] with some replaced by the unknown id of their field; the draws
    /// depend on the seed, the step and the micro-batch. Each group of fields is replaced with the
    /// probability unknown_rate. If no groups are named, a row is changed with this probability:
    /// the fields that are unknown in a randomly drawn validation row become unknown. If the id of
    /// the field id.history_by becomes unknown, the history after the F fields is set to 0, since a
    /// user who is not in the training split has none.
    at::Tensor operator()(const at::Tensor& ids, std::int64_t step, std::int64_t part) const;

private:
    using Columns = std::vector<std::int64_t>;

    void readValidation(const at::Tensor& inValidation);
    const Columns& drawSet(RandomStream& stream) const;

    double rate_;
    std::uint64_t seed_;
    std::vector<Columns> groups_;         // fields that are replaced together
    std::vector<Columns> unknownSets_;    // distinct sets of fields unknown in a validation row
    std::vector<std::uint32_t> setOfRow_; // [validation rows] index into unknownSets_
    std::vector<std::int64_t> unknown_;   // [F]
    std::int64_t historyBy_ = -1;         // column of id.history_by; -1 if it is not an id field
};

/// Checks that finetune.unknown_fields names id fields, each at most once.
Result<void> checkUnknownFields(const RunSpec& spec, const Dataset& dataset);

} // namespace flip
