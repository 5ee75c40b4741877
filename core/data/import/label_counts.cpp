#include "core/data/import/label_counts.h"

namespace flip {

void LabelCounts::add(std::string_view label, std::int64_t rows) {
    const auto code = labels_.add(label);
    if (!code) {
        return; // more labels than any batch has rows
    }
    rows_.resize(labels_.size(), 0);
    rows_[*code] += rows;
}

bool LabelCounts::addKnown(std::string_view label, std::int64_t rows) {
    const auto code = labels_.find(label);
    if (code) {
        rows_[*code] += rows;
    }
    return code.has_value();
}

std::vector<NamedCount> LabelCounts::counts() const {
    std::vector<NamedCount> counts;
    for (std::uint32_t code = 0; code < labels_.size(); ++code) {
        counts.push_back({std::string(labels_.value(code)), rows_[code]});
    }
    return counts;
}

void UnnamedLabels::add(const LabelCounts& batch) {
    for (const NamedCount& label : batch.counts()) {
        if (first_.addKnown(label.name, label.rows)) {
            continue;
        }
        if (check_.nearlyNames(label.name)) {
            near_.add(label.name, label.rows);
        } else if (kept_ < kKept) {
            first_.add(label.name, label.rows);
            ++kept_;
        } else {
            otherRows_ += label.rows;
        }
    }
}

void UnnamedLabels::addTo(ImportTally& tally) const {
    tally.unnamedLabels = first_.counts();
    tally.otherUnnamedRows = otherRows_;
    tally.nearlyNamedLabels = near_.counts();
}

} // namespace flip
