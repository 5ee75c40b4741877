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

/// The field x field alignment map. Each id field f is masked alone; the attention of the masked
/// row over the tokens of the clean sentence is summed for each text field g and averaged over the
/// rows.
///
/// Attention may go almost entirely to tokens that belong to no field (the special tokens are a
/// common sink), so the map takes the softmax over field tokens only, row by row; `toFields` is the
/// part of the full attention that field tokens get. `attendPadding` includes padding in the full
/// attention. Rows of the map are id fields, columns are the fields named in the template; fields
/// that are both come first, in the dataset's order. Sentences without a field token are skipped.
///
/// Empty when stopped. The model must have a masked-feature head.
std::optional<AlignmentMeasured> measureAlignment(const PretrainModel& model,
                                                  const Batcher& batcher,
                                                  std::span<const std::int64_t> rows,
                                                  std::int64_t batchSize, bool attendPadding,
                                                  const std::stop_token& stop);

} // namespace flip
