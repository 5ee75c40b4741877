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

/// Which fields' ids of the rows are unknown. [rows, F] bool, on the CPU
at::Tensor unknownIdsOf(const IdRows& idRows, const Batcher& batcher,
                        std::span<const std::int64_t> rows);

/// Makes ids unknown while a click model is trained, so that the unknown id of a field learns what
/// to say of users and items that training never showed (after Volkovs et al., DropoutNet, NeurIPS
/// 2017). Immutable after construction; any thread.
class UnknownIds {
public:
    /// What finetune.unknown_rate and finetune.unknown_fields ask for; the names were checked by
    /// checkUnknownFields(). `inValidation` [rows, F] bool, on the CPU: which ids of some
    /// validation rows a model takes for unknown; wanted where drawsFromValidation(), else unread.
    UnknownIds(const RunSpec& spec, const Dataset& dataset, const at::Tensor& inValidation = {});

    static bool drawsFromValidation(const RunSpec& spec);

    /// ids [rows, F or more] with some replaced by their field's unknown id, drawn from the stream
    /// of the seed, the step and the part of a batch: each group of fields at the rate or, where no
    /// groups are named, in a row at the rate those that are unknown in a validation row, which is
    /// drawn too. Of a history behind the
    /// F fields nothing is left where the field that says whose it is becomes unknown: a user whom
    /// training never showed has none.
    at::Tensor operator()(const at::Tensor& ids, std::int64_t step, std::int64_t part) const;

private:
    using Columns = std::vector<std::int64_t>;

    void drawFrom(const at::Tensor& inValidation);
    const Columns& ofSomeRow(RandomStream& stream) const;

    double rate_;
    std::uint64_t seed_;
    std::vector<Columns> groups_;       // that go together
    std::vector<Columns> ofRows_;       // unknown together in some validation rows
    std::vector<std::uint32_t> rows_;   // of those rows, which of ofRows_
    std::vector<std::int64_t> unknown_; // [F]
    std::int64_t historyBy_ = -1;       // column of id.history_by, if it is one
};

/// Whether finetune.unknown_fields names id fields, each once.
Result<void> checkUnknownFields(const RunSpec& spec, const Dataset& dataset);

} // namespace flip
