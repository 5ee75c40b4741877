#include "core/train/id_dropout.h"

#include "core/model/id/field_groups.h"
#include "core/model/id/id_rows.h"
#include "core/train/batcher.h"

#include <torch/types.h>

#include <algorithm>
#include <map>
#include <set>

namespace flip {

namespace {

constexpr const char* kKey = "finetune.unknown_fields";
constexpr const char* kEach = "*"; // every field by itself

Result<std::vector<std::vector<std::int64_t>>> groupsOf(const RunSpec& spec,
                                                        const Dataset& dataset) {
    const std::vector<std::string> names = dataset.idFieldNames();
    if (spec.finetune.unknownFields == kEach) {
        std::vector<std::vector<std::int64_t>> single;
        for (std::size_t column = 0; column < names.size(); ++column) {
            single.push_back({static_cast<std::int64_t>(column)});
        }
        return single;
    }
    auto groups = fieldGroups(spec.finetune.unknownFields, names, kKey);
    if (!groups) {
        return groups;
    }
    std::set<std::int64_t> seen;
    for (const auto& group : *groups) {
        for (const std::int64_t column : group) {
            if (!seen.insert(column).second) {
                return Problem{"names \"" + names[static_cast<std::size_t>(column)] +
                                   "\" twice; name it once",
                               kKey};
            }
        }
    }
    return groups;
}

} // namespace

at::Tensor unknownIdsOf(const IdRows& idRows, const Batcher& batcher,
                        std::span<const std::int64_t> rows) {
    constexpr std::size_t kChunk = 4096; // limits memory, since ids are loaded with their histories
    std::vector<at::Tensor> parts{
        at::zeros({0, static_cast<std::int64_t>(batcher.idFields().size())}, at::kBool)};
    for (std::size_t first = 0; first < rows.size(); first += kChunk) {
        const auto part = rows.subspan(first, std::min(kChunk, rows.size() - first));
        parts.push_back(idRows.unknown(batcher.idsOf(part)).to(at::kCPU));
    }
    return at::cat(parts);
}

IdDropout::IdDropout(const RunSpec& spec, const Dataset& dataset, const at::Tensor& inValidation)
    : rate_(spec.finetune.unknownRate), seed_(static_cast<std::uint64_t>(spec.seed)) {
    auto groups = groupsOf(spec, dataset);
    TORCH_CHECK(groups.ok(), "checkUnknownFields must have accepted the names");
    groups_ = std::move(*groups);
    for (const int field : dataset.idFields()) {
        const FieldInfo& info = dataset.fields()[static_cast<std::size_t>(field)];
        if (info.name == spec.id.historyBy) {
            historyBy_ = static_cast<std::int64_t>(unknown_.size());
        }
        unknown_.push_back(info.firstId);
    }
    if (drawsFromValidation(spec) && inValidation.defined()) {
        readValidation(inValidation);
    }
}

bool IdDropout::drawsFromValidation(const RunSpec& spec) {
    return spec.finetune.unknownFields.empty() && spec.finetune.unknownRate > 0;
}

void IdDropout::readValidation(const at::Tensor& inValidation) {
    const at::Tensor flags = inValidation.contiguous();
    const bool* flag = flags.const_data_ptr<bool>();
    std::map<Columns, std::uint32_t> places;
    for (std::int64_t row = 0; row < flags.size(0); ++row) {
        Columns columns;
        for (std::int64_t column = 0; column < flags.size(1); ++column) {
            if (*flag++) {
                columns.push_back(column);
            }
        }
        const auto [place, isNew] =
            places.emplace(columns, static_cast<std::uint32_t>(unknownSets_.size()));
        if (isNew) {
            unknownSets_.push_back(columns);
        }
        setOfRow_.push_back(place->second);
    }
    if (unknownSets_.size() == 1 && unknownSets_.front().empty()) {
        setOfRow_.clear(); // no id is unknown in any row
    }
}

const IdDropout::Columns& IdDropout::drawSet(RandomStream& stream) const {
    return unknownSets_[setOfRow_[stream.below(setOfRow_.size())]];
}

at::Tensor IdDropout::operator()(const at::Tensor& ids, std::int64_t step,
                                 std::int64_t part) const {
    if (rate_ == 0 || (groups_.empty() && setOfRow_.empty())) {
        return ids;
    }
    RandomStream stream = stepStream(seed_, "unknown/" + std::to_string(part), step);
    const std::int64_t rows = ids.size(0);
    const auto fields = static_cast<std::int64_t>(unknown_.size());
    at::Tensor dropped = at::zeros({rows, fields}, at::kBool);
    auto* flags = dropped.mutable_data_ptr<bool>();
    for (std::int64_t row = 0; row < rows; ++row) {
        const auto drop = [&](const Columns& columns) {
            for (const std::int64_t column : columns) {
                flags[row * fields + column] = true;
            }
        };
        for (const Columns& group : groups_) {
            if (stream.uniform() < rate_) {
                drop(group);
            }
        }
        if (!setOfRow_.empty() && stream.uniform() < rate_) {
            drop(drawSet(stream));
        }
    }
    const at::Tensor unknown =
        at::tensor(at::ArrayRef<std::int64_t>(unknown_), at::kLong).to(ids.device());
    const at::Tensor droppedOnDevice = dropped.to(ids.device());
    const at::Tensor changed = at::where(droppedOnDevice, unknown, ids.slice(1, 0, fields));
    if (fields == ids.size(1)) {
        return changed;
    }
    const at::Tensor history = ids.slice(1, fields);
    return at::cat(
        {changed, historyBy_ < 0
                      ? history
                      : history.masked_fill(droppedOnDevice.select(1, historyBy_).unsqueeze(1), 0)},
        1);
}

Result<void> checkUnknownFields(const RunSpec& spec, const Dataset& dataset) {
    if (auto groups = groupsOf(spec, dataset); !groups) {
        return groups.problem();
    }
    if (!spec.finetune.unknownFields.empty() && spec.finetune.unknownRate == 0) {
        return Problem{"has no effect while finetune.unknown_rate is 0; raise the rate", kKey};
    }
    return {};
}

} // namespace flip
