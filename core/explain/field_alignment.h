#pragma once

#include "core/spec/run_event.h"

#include <cstdint>
#include <optional>
#include <span>
#include <stop_token>
#include <string>

namespace flip {

class Batcher;
class PretrainModel;

/// The field x field map by mask sweep: field f alone is masked in the table, the attention that
/// the masked row pays to the clean sentence is summed over the words of each field g and averaged
/// over the rows.
///
/// Attention may settle almost wholly on words that belong to no field (the special tokens are a
/// common sink), so the map's attention is the softmax over field words only, row by row; the part
/// of the whole that they get is told beside it. `attendPadding` says over what that whole runs.
/// Rows of the map are id fields, columns the fields that the template names; those that are both
/// come first, in the dataset's order. Sentences without a field word are left out.
///
/// Absent when stopped. The model must have its field recovery.
std::optional<AlignmentMeasured> measureAlignment(const PretrainModel& model,
                                                  const Batcher& batcher,
                                                  std::span<const std::int64_t> rows,
                                                  std::int64_t batchSize, bool attendPadding,
                                                  const std::stop_token& stop);

} // namespace flip
