#pragma once

#include "core/model/flip_model.h"
#include "core/spec/run_event.h"
#include "core/train/batcher.h"

#include <optional>
#include <span>
#include <stop_token>
#include <string>

namespace flip {

/// The field x field map by mask sweep: field f alone is masked in the table, the attention that
/// the masked row pays to the clean sentence is summed over the words of each field g and averaged
/// over the rows. Rows and columns are the fields that are both ids and words of the template, in
/// the dataset's order. Absent when stopped. The model must have its field recovery.
std::optional<AlignmentMeasured> measureAlignment(const PretrainModel& model,
                                                  const Batcher& batcher,
                                                  std::span<const std::int64_t> rows,
                                                  std::int64_t batchSize, bool attendPadding,
                                                  const std::stop_token& stop);

} // namespace flip
