#pragma once

#include "core/data/import/label_check.h"
#include "core/data/import_tally.h"
#include "core/data/records/value_dictionary.h"

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace flip {

/// Labels in the order of their first row, with the number of rows of each. Owned by one thread.
class LabelCounts {
public:
    void add(std::string_view label, std::int64_t rows);

    /// Adds rows to a label that is already counted; returns false if it is not.
    bool addKnown(std::string_view label, std::int64_t rows);

    std::vector<NamedCount> counts() const;

private:
    ValueDictionary labels_;
    std::vector<std::int64_t> rows_; // [labels]
};

/// The labels of an import that no rule names, in bounded memory: the first kKept and all near
/// misses of a named label, each with its number of rows, and one count for the rows of all others.
/// Batches are added in the order of the file; the result does not depend on where the file is cut.
class UnnamedLabels {
public:
    static constexpr std::size_t kKept = 64; // labels that are not near misses

    /// The check must outlive it.
    explicit UnnamedLabels(const LabelCheck& check) : check_(check) {}

    void add(const LabelCounts& batch);

    /// Sets the tally's counts of labels.
    void addTo(ImportTally& tally) const;

private:
    const LabelCheck& check_;
    LabelCounts first_;
    std::size_t kept_ = 0; // labels in first_
    LabelCounts near_;
    std::int64_t otherRows_ = 0;
};

} // namespace flip
